package flytoml

import (
	"slices"
	"strconv"
)

// form is how a node is written.
type form uint8

const (
	formImplied form = iota // a table that only longer headings name
	formHeading             // [x], one entry of [[x]], or the array that those entries make
	formDotted              // a table that only dotted keys name
	formValue               // what stands after "=", or inside such a value
	formRoot
)

// node is one value with the places where it is written.
type node struct {
	key    string
	index  int // in parent.items; -1 for a key
	parent *node
	kind   Kind
	form   form
	kids   []*node          // of a Table, in file order
	byKey  map[string]*node // made when kids are many
	items  []*node
	at     int   // offset that Position tells
	keyAt  span  // the key part itself, of a formValue that has one
	member span  // key to end of value, of a formValue that has a key
	val    span  // the value, of a formValue
	stmt   *stmt // the heading, or the key-value statement that holds the value
	value  any   // as go-toml decodes it
}

func (n *node) kid(key string) *node {
	if n.byKey != nil {
		return n.byKey[key]
	}
	for _, k := range n.kids {
		if k.key == key {
			return k
		}
	}
	return nil
}

func (n *node) addKid(k *node) *node {
	k.parent, k.index = n, -1
	n.kids = append(n.kids, k)
	switch {
	case n.byKey != nil:
		n.byKey[k.key] = k
	case len(n.kids) > 16:
		n.byKey = make(map[string]*node, 64)
		for _, k := range n.kids {
			n.byKey[k.key] = k
		}
	}
	return k
}

func (n *node) addItem(it *node) *node {
	it.parent, it.index = n, len(n.items)
	n.items = append(n.items, it)
	return it
}

// segments is the way from the root to n.
func (n *node) segments() []Segment {
	var segs []Segment
	for ; n.parent != nil; n = n.parent {
		segs = append(segs, Segment{Key: n.key, Index: n.index})
	}
	slices.Reverse(segs)
	return segs
}

// keyPath is segments without the indices: what a heading says.
func (n *node) keyPath() []string {
	var keys []string
	for ; n.parent != nil; n = n.parent {
		if n.index < 0 {
			keys = append(keys, n.key)
		}
	}
	slices.Reverse(keys)
	return keys
}

// within tells whether n is a or below a.
func (n *node) within(a *node) bool {
	for ; n != nil; n = n.parent {
		if n == a {
			return true
		}
	}
	return false
}

// appendPath is segments as a path says them.
func (n *node) appendPath(path []byte) []byte {
	if n.parent == nil {
		return path
	}
	path = n.parent.appendPath(path)
	if n.index >= 0 {
		return append(strconv.AppendInt(append(path, '['), int64(n.index), 10), ']')
	}
	if len(path) > 0 {
		path = append(path, '.')
	}
	return append(path, quoteKey(n.key)...)
}

func (n *node) describe() string {
	if n.parent == nil {
		return "the file"
	}
	return string(n.appendPath(nil))
}
