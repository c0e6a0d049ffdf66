package flytoml

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// Position is a place in the file, 1-based; Column counts characters.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// File is one fly.toml: its bytes, and what stands where in them. It is never
// changed; Apply gives a new one. It prints as its name only, because it may
// hold secrets.
type File struct {
	name     string
	src      []byte
	base     int // where the text starts: after the byte order mark
	lines    []line
	stmts    []*stmt
	comments []span
	root     *node
	meaning  map[string]any // what src says, as go-toml decodes it
	trail    *trail         // of an edited file: how it came about
	derived  *sync.Map      // see Derive
}

// Derive keeps what is worked out of the file with it: make is called for the
// first who asks for the key, and must give what depends on the file alone.
func (f *File) Derive(key any, make func() any) any {
	if v, ok := f.derived.Load(key); ok {
		return v
	}
	v, _ := f.derived.LoadOrStore(key, make())
	return v
}

// maxBytes bounds a file. flyctl has no bound; the largest of 240 real files
// is under 20 KiB.
const maxBytes = 1 << 20

// maxDepth bounds nesting, of values and of dotted keys alike.
const maxDepth = 100

const byteOrderMark = "\xef\xbb\xbf"

// Parse reads src. The error is a *ParseError.
//
// A byte order mark is kept in the bytes and is no part of the text: columns
// don't count it.
func Parse(name string, src []byte) (*File, error) {
	f := &File{name: name, src: bytes.Clone(src), derived: &sync.Map{}}
	if len(src) >= len(byteOrderMark) && string(src[:len(byteOrderMark)]) == byteOrderMark {
		f.base = len(byteOrderMark)
	}
	if len(src) > maxBytes {
		return nil, f.errorAt(f.base, fmt.Sprintf("the file has %d bytes; at most %d are read", len(src), maxBytes), nil)
	}
	f.lines = splitLines(f.src, f.base)
	if err := f.checkText(); err != nil {
		return nil, err
	}
	if err := f.scan(); err != nil {
		return nil, err
	}
	f.comments = scanComments(f.src, f.base)
	f.classifyLines()
	if err := f.build(); err != nil {
		return nil, err
	}
	return f, nil
}

// Name is the name that Parse was given.
func (f *File) Name() string { return f.name }

// Bytes is the whole file. Must not be changed, nor shown unmasked.
func (f *File) Bytes() []byte { return f.src }

// Root is the file's top level table.
func (f *File) Root() Node { return Node{f: f, n: f.root} }

// Get looks a path up: `http_service.checks[0].path`, `env."odd.key"`.
//
// A key matches exactly, else by a unique match without case, as flyctl reads
// its own keys; names that the author chose ([env], [processes], headers ...)
// match exactly only. A path that can't be read as one finds nothing.
func (f *File) Get(path string) (Node, bool) {
	segs, err := ParsePath(path)
	if err != nil {
		return Node{}, false
	}
	place := f.resolve(segs)
	if place.problem != "" || len(place.rest) > 0 {
		return Node{}, false
	}
	return Node{f: f, n: place.node}, true
}

// Format prints the name, whatever the verb: the bytes may hold secrets.
func (f *File) Format(s fmt.State, _ rune) {
	if f == nil {
		_, _ = io.WriteString(s, "<nil>")
		return
	}
	_, _ = io.WriteString(s, f.name)
}

// MarshalJSON gives the name only, for the same reason.
func (f *File) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%q", f.name), nil
}
