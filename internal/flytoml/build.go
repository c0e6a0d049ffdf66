package flytoml

import "reflect"

// build makes the tree out of the statements. go-toml has accepted the file
// by then, so no rule of TOML is checked again; but each node must meet its
// value in what go-toml decoded, or the file isn't understood and is refused.
func (f *File) build() error {
	f.root = &node{kind: Table, form: formRoot, index: -1, at: f.base}
	table := f.root
	for _, s := range f.stmts {
		ok := true
		if s.heading {
			table, ok = f.openTable(s)
			s.table = table
		} else {
			s.table = table
			ok = s.again != nil || addValue(table, s.keys, s.value, span{s.body.start, s.body.end}, s)
		}
		if !ok {
			return f.errorAt(s.body.start, "this statement is too complex to edit", s)
		}
	}
	if bad := bind(f.root, f.meaning); bad != nil {
		return f.errorAt(bad.at, "this value is too complex to edit", bad.stmt)
	}
	return nil
}

// openTable gives the table that a heading opens.
func (f *File) openTable(s *stmt) (*node, bool) {
	n := f.root
	for i, k := range s.keys {
		if n.kind == ArrayTables {
			n = n.items[len(n.items)-1]
		}
		if n.kind != Table {
			return nil, false
		}
		next := n.kid(k.text)
		last := i == len(s.keys)-1
		switch {
		case next == nil:
			next = &node{key: k.text, kind: Table, at: k.start, stmt: s}
			if last && s.array {
				next.kind, next.form, next.at = ArrayTables, formHeading, s.body.start
			}
			n.addKid(next)
		case last && s.array && next.kind != ArrayTables:
			return nil, false
		}
		n = next
	}
	if s.array {
		item := &node{kind: Table}
		n.addItem(item)
		n = item
	}
	if n.kind != Table || n.form == formHeading {
		return nil, false
	}
	n.form, n.stmt, n.at = formHeading, s, s.body.start
	return n, true
}

// addValue adds keys = v to a table; whole is from the first key to the end
// of the value.
func addValue(table *node, keys []keyPart, v *raw, whole span, s *stmt) bool {
	n := table
	for _, k := range keys[:len(keys)-1] {
		next := n.kid(k.text)
		if next == nil {
			next = &node{key: k.text, kind: Table, form: formDotted, at: k.start, stmt: s}
			n.addKid(next)
		}
		if next.kind != Table {
			return false
		}
		n = next
	}
	k := keys[len(keys)-1]
	if n.kind != Table || n.kid(k.text) != nil {
		return false
	}
	leaf := &node{key: k.text, at: k.start, keyAt: k.span, member: whole}
	n.addKid(leaf)
	return leaf.fill(v, s)
}

// fill makes n the value v.
func (n *node) fill(v *raw, s *stmt) bool {
	n.kind, n.form, n.val, n.stmt = v.kind, formValue, v.span, s
	for _, it := range v.items {
		item := &node{at: it.start}
		n.addItem(item)
		if !item.fill(it, s) {
			return false
		}
	}
	for _, m := range v.members {
		if !addValue(n, m.keys, m.value, m.span, s) {
			return false
		}
	}
	return true
}

// bind gives every node its decoded value; it returns the first node that
// doesn't fit it.
func bind(n *node, v any) *node {
	n.value = v
	switch n.kind {
	case Table:
		m, ok := v.(map[string]any)
		if !ok || len(m) != len(n.kids) {
			return n
		}
		for _, k := range n.kids {
			mv, ok := m[k.key]
			if !ok {
				return k
			}
			if bad := bind(k, mv); bad != nil {
				return bad
			}
		}
	case Array, ArrayTables:
		list, ok := v.([]any)
		if !ok || len(list) != len(n.items) {
			return n
		}
		for i, it := range n.items {
			if bad := bind(it, list[i]); bad != nil {
				return bad
			}
		}
	default:
		if kindOfValue(v) != n.kind {
			return n
		}
	}
	return nil
}

func kindOfValue(v any) Kind {
	switch v.(type) {
	case string:
		return String
	case int64:
		return Integer
	case float64:
		return Float
	case bool:
		return Bool
	case nil, []any, map[string]any:
		return Invalid
	}
	if reflect.TypeOf(v).Kind() == reflect.Struct {
		return Datetime
	}
	return Invalid
}
