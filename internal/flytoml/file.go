// Package flytoml reads fly.toml as bytes plus positions and edits it so that
// every byte outside an edit stays.
package flytoml

import "errors"

// Position is a place in the file, 1-based; Column counts characters.
type Position struct{ Line, Column int }

// File is one fly.toml: its bytes, and what stands where in them. It is never
// changed; Apply gives a new one. It prints as its name only, because it may
// hold secrets.
type File struct {
	name string
	src  []byte
}

// ParseError is a file that is not TOML. Text is the offending line as it
// stands, with any value that may be a secret masked.
type ParseError struct {
	Name string
	Position
	Text    string
	Message string
}

func (e *ParseError) Error() string { return e.Name + ": " + e.Message }

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

// Node is one value of the file. The zero Node is no node.
type Node struct {
	path string
	kind Kind
}

// Parse reads src. The error is a *ParseError.
func Parse(name string, src []byte) (*File, error) { return nil, errors.New("stub") }

// Name is the name that Parse was given.
func (f *File) Name() string { return f.name }

// Bytes is the whole file. Must not be changed, nor shown unmasked.
func (f *File) Bytes() []byte { return f.src }

// Get looks a path up: `http_service.checks[0].path`, `env."odd.key"`.
func (f *File) Get(path string) (Node, bool) { return Node{}, false }

// Root is the file's top level table.
func (f *File) Root() Node { return Node{} }

// Apply makes all edits, in order, and gives the new file; or none of them
// and a *RefusedError.
func (f *File) Apply(edits ...Edit) (*File, error) { return nil, errors.New("stub") }

// Masked is the file with the values at the paths replaced by "(hidden)", and
// every other occurrence of those values, in comments too.
func (f *File) Masked(paths ...string) []byte { return nil }

// Comments counts the comments.
func (f *File) Comments() int { return 0 }

// Join builds a path, quoting the keys that need it: Join("env", "a.b").
func Join(path string, keys ...string) string { return "" }

func (n Node) Path() string                { return n.path }
func (n Node) Kind() Kind                  { return n.kind }
func (n Node) Position() Position          { return Position{} } // of its key; of the heading for a table
func (n Node) Str() (string, bool)         { return "", false }
func (n Node) Int() (int64, bool)          { return 0, false }
func (n Node) Bool() (bool, bool)          { return false, false }
func (n Node) Float() (float64, bool)      { return 0, false } // also of an Integer
func (n Node) Value() any                  { return nil }      // string, int64, float64, bool, time.Time or toml.Local*, []any, map[string]any
func (n Node) Keys() []string              { return nil }      // of a Table, in file order
func (n Node) Key(key string) (Node, bool) { return Node{}, false }
func (n Node) Items() []Node               { return nil }   // of an Array or ArrayTables; a single Table gives itself
func (n Node) Inline() bool                { return false } // written as { } or [ ]
func (n Node) Raw() string                 { return "" }    // the value's text
