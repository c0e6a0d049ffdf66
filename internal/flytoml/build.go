package flytoml

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"github.com/pelletier/go-toml/v2"
)

// build makes the tree and the meaning out of the statements, by TOML's rules
// of what may be said twice: no key, no table, and nothing by a heading that a
// dotted key made. FuzzMeaning holds it against go-toml's own decoder, which
// takes a time that grows with the square of a table's keys.
func (f *File) build() error {
	f.root = &node{kind: Table, form: formRoot, index: -1, at: f.base}
	table := f.root
	for _, s := range f.stmts {
		var err error
		if s.heading {
			table, err = f.openTable(s)
		}
		if s.table = table; !s.heading {
			err = addValue(table, s.keys, s.value, s.body, s)
		}
		var bad *valueError
		switch {
		case errors.As(err, &bad):
			return f.errorAt(bad.at, bad.message, s)
		case err != nil:
			return f.errorAt(s.keys[0].start, cmp.Or(f.twice(s), err.Error()), s)
		}
	}
	f.meaning, _ = f.root.mean().(map[string]any)
	return nil
}

// openTable gives the table that a heading opens.
func (f *File) openTable(s *stmt) (*node, error) {
	n := f.root
	last := len(s.keys) - 1
	for i, k := range s.keys[:last] {
		next := n.kidBelow(k.text, s)
		switch {
		case next == nil:
			next = n.addKid(&node{key: k.text, kind: Table, at: s.keys[i].start, stmt: s})
		case next.form == formValue:
			return nil, fmt.Errorf("key %s already exists as a value", k.text)
		case next.kind == ArrayTables:
			next = next.items[len(next.items)-1]
		}
		n = next
	}
	k := s.keys[last]
	next := n.kidBelow(k.text, s)
	switch {
	case next == nil && s.array:
		next = n.addKid(&node{key: k.text, kind: ArrayTables, form: formHeading, at: s.body.start, stmt: s})
	case next == nil:
		next = n.addKid(&node{key: k.text, kind: Table})
	case s.array && next.kind == ArrayTables && next.form == formHeading:
	case s.array:
		return nil, fmt.Errorf("key %s already exists as a %s, but should be an array table", k.text, next.said())
	case next.form == formValue:
		return nil, fmt.Errorf("key %s should be a table, not a value", k.text)
	case next.kind == ArrayTables:
		return nil, fmt.Errorf("table %s already exists as an array of tables", k.text)
	case next.form == formDotted:
		return nil, fmt.Errorf("table %s already exists as defined by a dotted key", k.text)
	case next.form == formHeading:
		return nil, fmt.Errorf("table %s already exists", k.text)
	}
	if s.array {
		next = next.addItem(&node{kind: Table})
	}
	next.form, next.stmt, next.at = formHeading, s, s.body.start
	return next, nil
}

// said is how a node that is no array of tables was made.
func (n *node) said() string {
	switch n.form {
	case formValue:
		return "value"
	case formDotted:
		return "dotted key"
	}
	return "table"
}

// addValue adds keys = v to a table; whole is from the first key to the end
// of the value.
func addValue(table *node, keys []keyPart, v *raw, whole span, s *stmt) error {
	n := table
	last := len(keys) - 1
	for _, k := range keys[:last] {
		next := n.kid(k.text)
		if next == nil {
			next = n.addKid(&node{key: k.text, kind: Table, form: formDotted, at: k.start, stmt: s})
		}
		if next.form != formDotted {
			return fmt.Errorf("key %s is already defined", k.text)
		}
		n = next
	}
	k := keys[last]
	if n.kid(k.text) != nil {
		return fmt.Errorf("key %s is already defined", k.text)
	}
	return n.addKid(&node{key: k.text, at: k.start, keyAt: k.span, member: whole}).fill(v, s)
}

// fill makes n the value v.
func (n *node) fill(v *raw, s *stmt) error {
	n.kind, n.form, n.val, n.stmt, n.value = v.kind, formValue, v.span, s, v.value
	if v.bad != nil {
		return v.bad
	}
	for _, it := range v.items {
		if err := n.addItem(&node{at: it.start}).fill(it, s); err != nil {
			return err
		}
	}
	for _, m := range v.members {
		if err := addValue(n, m.keys, m.value, m.span, s); err != nil {
			return err
		}
	}
	return nil
}

// mean gives the value of n as go-toml decodes it, and of all that is in it.
func (n *node) mean() any {
	switch n.kind {
	case Table:
		m := make(map[string]any, len(n.kids))
		for _, k := range n.kids {
			m[k.key] = k.mean()
		}
		n.value = m
	case Array, ArrayTables:
		list := make([]any, len(n.items))
		for i, it := range n.items {
			list[i] = it.mean()
		}
		n.value = list
	}
	return n.value
}

// valueError is a value that can't be: a number that is too large, a day that
// there isn't.
type valueError struct {
	at      int
	message string
}

func (e *valueError) Error() string { return e.message }

// scalar decodes a value that is no string.
func scalar(text string, kind Kind, at int) (any, *valueError) {
	switch {
	case kind == Bool:
		return text == "true", nil
	case kind == Integer && len(text) < 19 && (text[0] != '0' || text == "0"): // the others may have a base
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return i, nil
		}
	}
	var doc struct{ X any }
	err := toml.Unmarshal([]byte("X = "+text), &doc)
	if err == nil {
		return doc.X, nil
	}
	if derr := new(toml.DecodeError); errors.As(err, &derr) {
		_, column := derr.Position()
		at += max(0, column-1-len("X = "))
	}
	return nil, &valueError{at, bareMessage(err.Error())}
}
