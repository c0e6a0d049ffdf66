package deployed

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// What flyctl takes, as nouns for people.
const (
	takesDuration = `a duration such as "15s"`
	takesHeaders  = `a table of headers, { Name = "value" }`
)

// reader collects what is wrong on the way.
type reader struct {
	file *flytoml.File
	all  []Refusal
}

func (r *reader) refuse(no Refusal) { r.all = append(r.all, no) }

// mistyped refuses a value that is no value of the type.
func (r *reader) mistyped(n *node, t *flyschema.Type) {
	k := WrongType
	if container(n) != (t.Kind == flyschema.Table || t.Kind == flyschema.Tables || t.Kind == flyschema.Names || t.Kind == flyschema.Strings) || container(n) && t.Kind != flyschema.Strings {
		k = WrongForm
	}
	what := takes(t)
	if t.Kind == flyschema.Tables && strings.HasSuffix(n.src.Path(), "]") {
		what = "a table" // in the array
	}
	r.refuse(Refusal{Kind: k, Node: n.src, Type: t, Takes: what})
}

// form is mistyped for a path of the schema.
func (r *reader) form(n *node, path string) { r.mistyped(n, typeAt(path)) }

func (r *reader) dropped(n *node, problem string) {
	r.refuse(Refusal{Kind: NoEffect, Node: n.src, Problem: problem})
}

func container(n *node) bool { return n.kind == kTable || n.kind == kArray }

// decode is what flyctl's types hold of the patched tree: the names as the
// schema has them, every value of its type. Go matches names without regard to
// case, later ones (in the order of their bytes) over earlier ones.
func (r *reader) decode(n *node, t *flyschema.Type) *node {
	if n.wrong && n.kind != kTable && n.kind != kArray {
		return &node{kind: n.kind, src: n.src, wrong: true}
	}
	switch t.Kind {
	case flyschema.Table:
		return r.table(n, t)
	case flyschema.Names:
		return r.names(n, t)
	case flyschema.Tables:
		return r.tables(n, t)
	case flyschema.Strings:
		return r.strings(n, t)
	case flyschema.Anything:
		return n
	}
	if n.wrong { // a patch told of it
		return &node{kind: n.kind, src: n.src, wrong: true}
	}
	out, ok := r.scalar(n, t)
	if !ok {
		return &node{kind: n.kind, src: n.src, wrong: true}
	}
	return out
}

// wrongly is the mark that something stands there that can't be read.
func (r *reader) wrongly(n *node, t *flyschema.Type) *node {
	if !n.wrong { // else it was told already
		r.mistyped(n, t)
	}
	return &node{kind: n.kind, src: n.src, wrong: true}
}

func (r *reader) table(n *node, t *flyschema.Type) *node {
	if n.kind != kTable {
		out := r.wrongly(n, t)
		if n.kind == kArray && len(n.items) == 1 && n.items[0].kind == kTable { // read it all the same
			in := r.table(n.items[0], t)
			out.kind, out.keys, out.kids = kTable, in.keys, in.kids
		}
		return out
	}
	out := &node{kind: kTable, src: n.src, wrong: n.wrong}
	keys := slices.Clone(n.keys)
	slices.Sort(keys)
	for _, key := range keys {
		name, field := fieldOf(t, key)
		if field == nil {
			continue
		}
		c := r.decode(n.kids[key], field)
		if c.kind == kNull && !c.wrong {
			out.drop(name)
			continue
		}
		out.set(name, onto(out.kids[name], c))
	}
	order := func(k string) flytoml.Position { return out.kids[k].src.Position() }
	slices.SortStableFunc(out.keys, func(a, b string) int {
		x, y := order(a), order(b)
		if x.Line != y.Line {
			return x.Line - y.Line
		}
		return x.Column - y.Column
	})
	return out
}

// onto is what Go makes of a value that is decoded where another one stands, as
// [[services]] after [[Services]]: tables are merged, and so are the entries of
// arrays, one by one.
func onto(have, c *node) *node {
	switch {
	case have == nil || have.kind != c.kind:
	case c.kind == kTable:
		for _, k := range c.keys {
			have.set(k, onto(have.kids[k], c.kids[k]))
		}
		return have
	case c.kind == kArray:
		for i := range min(len(have.items), len(c.items)) {
			c.items[i] = onto(have.items[i], c.items[i])
		}
	}
	return c
}

// fieldOf is the field that Go decodes a key into: the exact one, else the
// first that differs by case only.
func fieldOf(t *flyschema.Type, key string) (string, *flyschema.Type) {
	if f := t.Fields[key]; f != nil {
		return key, f
	}
	for name, f := range t.Fields {
		if strings.EqualFold(name, key) {
			return name, f
		}
	}
	return "", nil
}

func (r *reader) names(n *node, t *flyschema.Type) *node {
	if n.kind != kTable {
		return r.wrongly(n, t)
	}
	out := &node{kind: kTable, src: n.src, wrong: n.wrong}
	for _, name := range n.keys {
		out.set(name, r.decode(n.kids[name], t.Each))
	}
	return out
}

func (r *reader) tables(n *node, t *flyschema.Type) *node {
	out := &node{kind: kArray, src: n.src, wrong: n.wrong}
	entry := &flyschema.Type{Path: t.Path, Kind: flyschema.Table, Fields: t.Fields}
	switch n.kind {
	case kNull:
		return n
	case kArray:
		for _, item := range n.items {
			if item.kind != kTable {
				if !item.wrong && !n.wrong {
					r.mistyped(item, t)
				}
				out.wrong = true
				continue
			}
			out.items = append(out.items, r.table(item, entry))
		}
	case kTable:
		out = r.wrongly(n, t)
		out.kind = kArray
		out.items = []*node{r.table(n, entry)}
	default:
		out = r.wrongly(n, t)
	}
	return out
}

func (r *reader) strings(n *node, t *flyschema.Type) *node {
	tables := n.kind == kArray && n.src.Kind() == flytoml.ArrayTables // [[vm.processes]]
	if n.kind != kArray || tables {
		return r.wrongly(n, t)
	}
	out := &node{kind: kArray, src: n.src}
	for _, item := range n.items {
		it, ok := r.scalar(item, &flyschema.Type{Path: t.Path, Kind: flyschema.String})
		if !ok {
			it = &node{kind: item.kind, src: item.src, wrong: true}
			out.wrong = true
		}
		out.items = append(out.items, it)
	}
	return out
}
