package flytoml

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a node.
type Kind int

// The kinds.
const (
	Invalid     Kind = iota
	Table            // [x], dotted, implied by x.y, or inline
	ArrayTables      // [[x]]
	Array            // x = [...]
	String
	Integer
	Float
	Bool
	Datetime
)

// String is the kind's name, as TOML calls it.
func (k Kind) String() string {
	switch k {
	case Table:
		return "table"
	case ArrayTables:
		return "array of tables"
	case Array:
		return "array"
	case String:
		return "string"
	case Integer:
		return "integer"
	case Float:
		return "float"
	case Bool:
		return "boolean"
	case Datetime:
		return "date-time"
	}
	return "nothing"
}

func (k Kind) article() string {
	switch k {
	case Array, ArrayTables, Integer:
		return "an " + k.String()
	}
	return "a " + k.String()
}

// Node is one value of the file. The zero Node is no node. It prints as its
// path and kind, never as its value.
type Node struct {
	f *File
	n *node
}

// Path is the node's path in the file's own spelling of the keys.
func (n Node) Path() string {
	if n.n == nil {
		return ""
	}
	return string(n.n.appendPath(make([]byte, 0, 64)))
}

// Kind is Invalid for the zero Node.
func (n Node) Kind() Kind {
	if n.n == nil {
		return Invalid
	}
	return n.n.kind
}

// Position is where the key stands; for a table with a heading, the heading.
func (n Node) Position() Position {
	if n.n == nil {
		return Position{}
	}
	return n.f.position(n.n.at)
}

// End is the first character behind the node: behind its value, or behind the
// heading of a table that has one.
func (n Node) End() Position {
	switch {
	case n.n == nil:
		return Position{}
	case n.n.form == formValue && n.n.stmt != nil:
		return n.f.position(max(n.n.val.end, n.n.member.end))
	case n.n.form == formHeading && n.n.stmt != nil:
		return n.f.position(n.n.stmt.body.end)
	}
	return n.f.LineEnd(n.Position().Line)
}

// LineEnd is the place behind the text of a line.
func (f *File) LineEnd(line int) Position {
	return Position{line, utf8.RuneCountInString(strings.TrimRight(f.Line(line), " \t")) + 1}
}

// Str is the value of a string.
func (n Node) Str() (string, bool) { return valueOf[string](n) }

// Int is the value of an integer.
func (n Node) Int() (int64, bool) { return valueOf[int64](n) }

// Bool is the value of a boolean.
func (n Node) Bool() (bool, bool) { return valueOf[bool](n) }

// Float is the value of a float, and of an integer as one.
func (n Node) Float() (float64, bool) {
	if i, ok := n.Int(); ok {
		return float64(i), true
	}
	return valueOf[float64](n)
}

func valueOf[T any](n Node) (T, bool) {
	if n.n == nil {
		var zero T
		return zero, false
	}
	v, ok := n.n.value.(T)
	return v, ok
}

// Value is a string, int64, float64, bool, time.Time or toml.Local*, []any or
// map[string]any. Containers are copies.
func (n Node) Value() any {
	if n.n == nil {
		return nil
	}
	return cloneValue(n.n.value)
}

// Keys are the keys of a table in file order.
func (n Node) Keys() []string {
	if n.n == nil {
		return nil
	}
	keys := make([]string, 0, len(n.n.kids))
	for _, k := range n.n.kids {
		keys = append(keys, k.key)
	}
	return keys
}

// Key is one member of a table; it matches as Get does.
func (n Node) Key(key string) (Node, bool) {
	if n.n == nil || n.n.kind != Table {
		return Node{}, false
	}
	k, _ := n.n.lookup(key)
	if k == nil {
		return Node{}, false
	}
	return Node{n.f, k}, true
}

// Items are the entries of an array or array of tables. A single table gives
// itself, since flyctl accepts one where it wants an array of them.
func (n Node) Items() []Node {
	if n.n == nil {
		return nil
	}
	if n.n.kind == Table {
		return []Node{n}
	}
	items := make([]Node, 0, len(n.n.items))
	for _, it := range n.n.items {
		items = append(items, Node{n.f, it})
	}
	return items
}

// Inline tells whether the node is written as { } or [ ].
func (n Node) Inline() bool {
	return n.n != nil && n.n.form == formValue && (n.n.kind == Table || n.n.kind == Array)
}

// Raw is the value's text as it stands: the literal, the braces of an inline
// table; "" for a table that is spread over lines. It is unmasked.
func (n Node) Raw() string {
	if n.n == nil || n.n.form != formValue {
		return ""
	}
	return string(n.f.src[n.n.val.start:n.n.val.end])
}

// Format prints path and kind, whatever the verb.
func (n Node) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, n.describe())
}

// MarshalJSON gives path and kind only.
func (n Node) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", n.describe()), nil }

func (n Node) describe() string {
	if n.n == nil {
		return "no node"
	}
	return strings.TrimSpace(n.Path() + " (" + n.n.kind.String() + ")")
}
