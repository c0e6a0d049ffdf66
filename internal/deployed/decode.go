package deployed

import (
	"math"
	"slices"
	"strings"
	"time"

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
	r.refuse(Refusal{Kind: k, Node: n.src, Type: t, Takes: takes(t)})
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
		have, twice := out.kids[name]
		switch {
		case c.kind == kNull && !c.wrong:
			out.drop(name)
		case twice && have.kind == kTable && c.kind == kTable:
			for _, k := range c.keys {
				have.set(k, c.kids[k])
			}
		default:
			out.set(name, c)
		}
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
	if n.kind != kArray {
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

// scalar reads a single value as encoding/json and fly-go's own decoders do.
func (r *reader) scalar(n *node, t *flyschema.Type) (*node, bool) {
	var out *node
	switch t.Kind {
	case flyschema.String:
		switch n.kind {
		case kText:
			out = n
		case kDate:
			out = n.as(kText, dateText(n.val))
		}
	case flyschema.Int, flyschema.Seconds:
		if i, ok := wholeNumber(n); ok && (t.Kind == flyschema.Int || i >= 0 && i <= math.MaxUint32) {
			out = n.as(kInt, i)
		}
	case flyschema.Float:
		switch v := n.val.(type) {
		case int64:
			out = n.as(kFloat, float64(v))
		case float64:
			out = n.as(kFloat, v)
		}
	case flyschema.Bool:
		if n.kind == kBool {
			out = n
		}
	case flyschema.Duration:
		return r.duration(n, t)
	case flyschema.Autostop:
		out = autostop(n)
	case flyschema.Persist:
		out = persist(n)
	}
	if out == nil {
		if (t.Kind == flyschema.Autostop || t.Kind == flyschema.Persist) && n.kind == kText {
			r.refuse(Refusal{Kind: BadWord, Node: n.src, Type: t, Takes: takes(t)})
		} else {
			r.mistyped(n, t)
		}
		return nil, false
	}
	return out, true
}

func dateText(v any) string {
	if at, ok := v.(time.Time); ok {
		return at.Format(time.RFC3339Nano)
	}
	return printed(&node{kind: kText, val: toText(v)})
}

func toText(v any) string {
	if m, ok := v.(interface{ MarshalText() ([]byte, error) }); ok {
		b, _ := m.MarshalText()
		return string(b)
	}
	return ""
}

// wholeNumber is true also for 8080.0, which JSON writes as 8080.
func wholeNumber(n *node) (int64, bool) {
	switch v := n.val.(type) {
	case int64:
		return v, true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), true
		}
	}
	return 0, false
}

// duration reads one where flyctl patches nothing: a number is nanoseconds.
func (r *reader) duration(n *node, t *flyschema.Type) (*node, bool) {
	switch v := n.val.(type) {
	case time.Duration:
		return n, true
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			r.refuse(Refusal{Kind: BadDuration, Node: n.src, Type: t, Takes: takesDuration})
			return nil, false
		}
		return n.as(kSpan, d), true
	case int64:
		r.unitless(n, t, v)
		return n.as(kSpan, time.Duration(v)), true
	case float64:
		r.unitless(n, t, int64(v))
		return n.as(kSpan, time.Duration(int64(v))), true
	}
	if n.kind == kNull {
		return n, true
	}
	r.mistyped(n, t)
	return nil, false
}

// unitless tells of a number that means nanoseconds, where nobody can have
// meant them.
func (r *reader) unitless(n *node, t *flyschema.Type, v int64) {
	if v > 0 && v < int64(time.Second) {
		r.refuse(Refusal{Kind: Nanoseconds, Node: n.src, Type: t, Takes: takesDuration})
	}
}

func autostop(n *node) *node {
	switch v := n.val.(type) {
	case bool:
		if v {
			return n.as(kText, "stop")
		}
		return n.as(kText, "off")
	case string:
		if v == "off" || v == "stop" || v == "suspend" {
			return n
		}
	}
	return nil
}

// persist has numbers besides words, from the platform's older API.
func persist(n *node) *node {
	words := []string{"none", "never", "restart", "always"}
	switch v := n.val.(type) {
	case string:
		if v == "" || slices.Contains(words, v) {
			return n
		}
	default:
		if i, ok := wholeNumber(n); ok && i >= 0 && i < int64(len(words)) {
			return n.as(kText, words[i])
		}
	}
	return nil
}
