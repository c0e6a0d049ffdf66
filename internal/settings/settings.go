// Package settings reads .fly-standards.toml: what a project wants of the
// standards. It is strict. A misspelt key that did nothing would be a standard
// that its owner believes is set.
package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/near"
	"github.com/fly-standards/fly-standards/plan"
)

// Name is the file's name, beside fly.toml or at the root of the repository.
const Name = ".fly-standards.toml"

// File is what the settings come to for one fly.toml. The zero File has no
// wishes.
type File struct {
	Settings plan.Settings
	Disabled map[string]string // rules with enabled = false: the file that says so
	Enabled  map[string]bool   // rules with enabled = true
	Severity map[string]plan.Severity
	// RegionAt is the place of each region that is named, as file:line:column.
	// Whether there is such a region is the platform's to say.
	RegionAt map[string]string
}

// Options say what a settings file is read for.
type Options struct {
	Rules []string // the ids that there are
	// FlyToml is the path of the fly.toml that is looked at; it chooses among
	// the tables of [files]. Dir is the folder that relative names are from.
	FlyToml, Dir string
	// Read gives the bytes of a file that is extended. The path is absolute
	// when Dir is. nil: there are none.
	Read func(path string) ([]byte, error)
}

// Error is something in the file that can't be meant. Its text begins with
// file:line:column.
type Error struct {
	Name string
	flytoml.Position
	Message string
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Message)
}

// Parse reads the bytes of a settings file and of those that it extends. name
// is the file's, for messages and for finding the others. What a file says
// wins over what it extends, and in one file [files] wins over the rest. The
// error is an *Error or a *flytoml.ParseError.
func Parse(name string, src []byte, o Options) (*File, error) {
	file := newFile()
	chain := []string{o.abs(name)}
	if err := parse(name, src, o, file, chain); err != nil {
		return nil, err
	}
	return file, nil
}

func newFile() *File {
	return &File{Disabled: map[string]string{}, Enabled: map[string]bool{}, Severity: map[string]plan.Severity{}, RegionAt: map[string]string{}}
}

// parse reads one file of a chain into file.
func parse(name string, src []byte, o Options, file *File, chain []string) error {
	doc, err := flytoml.Parse(name, src)
	if err != nil {
		return err
	}
	r := &reader{name: name, o: o, file: file}
	var files flytoml.Node
	keys := append(sections(o.Rules),
		key{name: "extends", value: value{read: func(*reader, flytoml.Node) {}}},
		key{name: "files", value: value{read: func(_ *reader, n flytoml.Node) { files = n }}},
	)
	root := doc.Root()
	if n, ok := root.Key("extends"); ok { // first: whatever stands here wins
		r.extend(n, chain)
	}
	r.table(root, "", keys)
	r.overrides(files)
	return r.err
}

// reader keeps the first thing that is wrong; after it nothing more is read.
type reader struct {
	name string
	o    Options
	file *File
	err  error
}

func (r *reader) fail(n flytoml.Node, format string, args ...any) {
	if r.err != nil {
		return
	}
	r.err = &Error{Name: r.name, Position: n.Position(), Message: fmt.Sprintf(format, args...)}
}

// want fails at a value that is not what is wanted there, and quotes it.
func (r *reader) want(n flytoml.Node, format string, args ...any) {
	what := n.Path()
	if raw := n.Raw(); raw != "" && len(raw) <= 40 && !strings.Contains(raw, "\n") {
		what += " = " + raw
	}
	r.fail(n, "%s: must be %s", what, fmt.Sprintf(format, args...))
}

// table reads every key of n as the list says; one that is not in it is an
// error.
func (r *reader) table(n flytoml.Node, what string, known []key) {
	if n.Kind() != flytoml.Table {
		r.fail(n, "%s must be a table", what)
		return
	}
	for _, name := range n.Keys() {
		child, _ := n.Key(name)
		i := slices.IndexFunc(known, func(k key) bool { return k.name == name })
		switch {
		case i < 0 && (what == "rules" || strings.HasSuffix(what, ".rules")):
			r.fail(child, "there is no rule %q%s", name, hint(name, r.o.Rules))
		case i < 0:
			r.fail(child, "unknown key %q%s", name, hint(name, names(known)))
		case known[i].keys != nil:
			r.table(child, below(what, name), known[i].keys)
		default:
			known[i].value.read(r, child)
		}
	}
}

// hint asks for the word that was probably meant, or names all that there are.
func hint(word string, known []string) string {
	if s := near.Hint(word, known); s != "" {
		return s
	}
	return "; known here: " + strings.Join(known, ", ")
}

func below(table, name string) string {
	if table == "" {
		return name
	}
	return table + "." + name
}

func names(keys []key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, k.name)
	}
	slices.Sort(out)
	return out
}
