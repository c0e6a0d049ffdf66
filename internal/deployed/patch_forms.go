package deployed

import (
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/flyschema"
)

// tables gathers what stands under several names as one array of tables, and
// prints what stands under the key asText. The empty array that flyctl puts
// there, or its nil, hides one that is spelled [[Mounts]].
func (p patcher) tables(root *node, name, asText string, from ...string) {
	out := &node{kind: kArray}
	said := false
	for _, key := range from {
		n, ok := root.key(key)
		if !ok {
			continue
		}
		list, ok := p.list(n, name+"[]")
		out.wrong = out.wrong || !ok
		out.items = append(out.items, list...)
		if !said || len(out.items) > 0 && out.src.Kind() == 0 {
			out.src, said = n.src, true
		}
		root.drop(key)
	}
	for _, item := range out.items {
		if v, ok := item.key(asText); ok {
			item.set(asText, p.printed(v))
		}
	}
	if len(out.items) == 0 && !out.wrong {
		out.kind = kNull
	}
	root.set(name, out)
}

// list are the tables of an array of tables, or a single table as the one.
func (p patcher) list(n *node, path string) ([]*node, bool) {
	switch n.kind {
	case kTable:
		return []*node{n}, true
	case kArray:
		ok := true
		var out []*node
		for _, item := range n.items {
			if item.kind != kTable {
				p.form(item, path)
				ok = false
				continue
			}
			out = append(out, item)
		}
		return out, ok
	}
	p.form(n, path)
	return nil, false
}

// duration is what flyctl makes of a duration in the places that it patches:
// text stays, a number counts units, and everything else is dropped.
func (p patcher) duration(n *node, unit time.Duration) *node {
	switch n.kind {
	case kText:
		if n.text() == "" {
			return n.as(kNull, nil)
		}
		return n
	case kInt:
		return n.as(kSpan, time.Duration(n.val.(int64))*unit)
	case kFloat:
		return n.as(kSpan, time.Duration(n.val.(float64))*unit)
	case kSpan, kNull: // patched already
		return n
	}
	p.refuse(Refusal{Kind: NoEffect, Node: n.src, Takes: takesDuration})
	return n.as(kNull, nil)
}

// number is what flyctl makes of a port in [[services]]: text is read, and a
// fraction cut off.
func (p patcher) number(table *node, key, path string) {
	n, ok := table.key(key)
	if !ok {
		return
	}
	switch n.kind {
	case kInt:
	case kFloat:
		table.set(key, n.as(kInt, int64(n.val.(float64))))
	case kText:
		if i, err := strconv.Atoi(n.text()); err == nil {
			table.set(key, n.as(kInt, int64(i)))
			return
		}
		fallthrough
	default:
		p.mistyped(n, typeAt(path))
		n.wrong = true
	}
}

func typeAt(path string) *flyschema.Type {
	t, _ := flyschema.Root().Find(path)
	return t
}
