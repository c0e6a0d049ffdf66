package deployed

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// node is one value on its way from the file to flyctl's types. Patches change
// the tree, and decode makes a new one of it that has the schema's names.
type node struct {
	kind  kind
	keys  []string // of a table, in the order of the file
	kids  map[string]*node
	items []*node
	val   any          // string, int64, float64, bool, time.Duration, or a date of TOML
	src   flytoml.Node // where it stands; the zero Node for what flyctl makes up
	wrong bool         // mistyped: flyctl refuses it
}

type kind uint8

const (
	kNull kind = iota // flyctl's nil: as good as not there
	kTable
	kArray
	kText
	kInt
	kFloat
	kBool
	kDate
	kSpan // a duration
)

// lift makes the tree of what the file says.
func lift(n flytoml.Node) *node {
	out := &node{src: n}
	switch n.Kind() {
	case flytoml.Table:
		out.kind = kTable
		keys := n.Keys()
		out.kids, out.keys = make(map[string]*node, len(keys)), make([]string, 0, len(keys))
		for _, key := range keys {
			c, _ := n.Key(key)
			out.set(key, lift(c))
		}
	case flytoml.Array, flytoml.ArrayTables:
		out.kind = kArray
		for _, item := range n.Items() {
			out.items = append(out.items, lift(item))
		}
	case flytoml.String:
		out.kind = kText
		out.val, _ = n.Str()
	case flytoml.Integer:
		out.kind = kInt
		out.val, _ = n.Int()
	case flytoml.Float:
		out.kind = kFloat
		out.val, _ = n.Float()
	case flytoml.Bool:
		out.kind = kBool
		out.val, _ = n.Bool()
	default:
		out.kind, out.val = kDate, n.Value()
	}
	return out
}

// key is a member by its exact name: flyctl's patches match so.
func (n *node) key(name string) (*node, bool) {
	if n == nil || n.kind != kTable {
		return nil, false
	}
	c, ok := n.kids[name]
	return c, ok
}

func (n *node) set(name string, c *node) {
	if _, have := n.kids[name]; !have {
		n.keys = append(n.keys, name)
	}
	if n.kids == nil {
		n.kids = map[string]*node{}
	}
	n.kids[name] = c
}

func (n *node) drop(name string) {
	if _, have := n.kids[name]; have {
		delete(n.kids, name)
		n.keys = slices.DeleteFunc(n.keys, func(k string) bool { return k == name })
	}
}

// as is the value turned into something else by flyctl, in the same place.
func (n *node) as(k kind, val any) *node { return &node{kind: k, val: val, src: n.src} }

func (n *node) text() string {
	s, _ := n.val.(string)
	return s
}

// Value is one value as flyctl has it after its patches; the zero Value is
// none. It prints as its path only, because it may be a secret.
type Value struct{ n *node }

// Said tells whether the file has it, whatever its type.
func (v Value) Said() bool { return v.n != nil && v.n.kind != kNull || v.Mistyped() }

// Mistyped tells that the file has it in a form that flyctl refuses. No rule
// may write over it or beside it.
func (v Value) Mistyped() bool { return v.n != nil && v.n.wrong }

// Str is the value of a string; false for anything else.
func (v Value) Str() (string, bool) { return scalar[string](v) }

// Int is the value of a whole number.
func (v Value) Int() (int, bool) {
	i, ok := scalar[int64](v)
	return int(i), ok
}

// Bool is the value of a boolean.
func (v Value) Bool() (bool, bool) { return scalar[bool](v) }

// Float is the value of a number.
func (v Value) Float() (float64, bool) { return scalar[float64](v) }

// Duration is the value of a duration, in whatever form it was written.
func (v Value) Duration() (time.Duration, bool) { return scalar[time.Duration](v) }

func scalar[T any](v Value) (T, bool) {
	var zero T
	if v.n == nil || v.n.wrong {
		return zero, false
	}
	t, ok := v.n.val.(T)
	return t, ok
}

// Strs are the strings of an array; false when it is none, or not of strings
// only.
func (v Value) Strs() ([]string, bool) {
	if v.n == nil || v.n.wrong || v.n.kind != kArray {
		return nil, false
	}
	out := []string{}
	for _, it := range v.n.items {
		s, ok := it.val.(string)
		if !ok || it.wrong {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// Equal says whether two values are the same, whatever form they were written
// in.
func (v Value) Equal(o Value) bool { return reflect.DeepEqual(plainJSON(v), plainJSON(o)) }

// Key is what a table has under the name, as the schema spells it.
func (v Value) Key(name string) Value {
	c, _ := v.n.key(name)
	return Value{c}
}

// Keys are the names in a table in the order of the file.
func (v Value) Keys() []string {
	if v.n == nil {
		return nil
	}
	return slices.Clone(v.n.keys)
}

// Items are the entries of an array. A single table where flyctl wants an
// array gives itself, also where flyctl refuses it; then Mistyped says so.
func (v Value) Items() []Value {
	if v.n == nil {
		return nil
	}
	out := make([]Value, 0, len(v.n.items))
	for _, it := range v.n.items {
		out = append(out, Value{it})
	}
	return out
}

// Node is where it stands in the file; the zero Node for what flyctl makes up.
func (v Value) Node() flytoml.Node {
	if v.n == nil {
		return flytoml.Node{}
	}
	return v.n.src
}

// Path is where it stands, in the file's own spelling.
func (v Value) Path() string { return v.Node().Path() }

// Get follows names of the schema and positions: "services[0].ports[1].port".
func (v Value) Get(path string) Value {
	segments, err := flytoml.ParsePath(path)
	if err != nil {
		return Value{}
	}
	n := v.n
	for _, s := range segments {
		switch {
		case n == nil:
			return Value{}
		case s.Index < 0:
			n, _ = n.key(s.Key)
		case s.Index < len(n.items):
			n = n.items[s.Index]
		default:
			return Value{}
		}
	}
	return Value{n}
}

// String is the path: values may be secrets.
func (v Value) String() string { return strings.TrimSpace("value of " + v.Path()) }
