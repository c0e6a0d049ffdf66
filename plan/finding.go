package plan

import (
	"fmt"
	"path"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Finding is one place where a standard is not met.
type Finding struct {
	Rule     string   `json:"rule"`     // set by Build
	Severity Severity `json:"severity"` // set by Build from the fixer when empty
	Message  string   `json:"message"`  // what is wrong here, quoting the value (never a secret)
	At
	Evidence []Evidence `json:"evidence,omitempty"` // what was seen and where
	Machines []string   `json:"machines,omitempty"` // ids of the machines it is about
	Fix      *Fix       `json:"-"`                  // nil: a person must decide
	// Held says why the fix can't be carried out in this run though it is
	// known. A finding with Held has outcome held, whatever its Fix.
	Held string `json:"-"`
	// Flags are those of apply that would do it, besides the ones given; Build
	// sets them where consent is all that is missing.
	Flags []Flag `json:"flags,omitempty"`
	// HowTo is what to do where no flag does it, for people.
	HowTo string `json:"how_to,omitempty"`
	// Default is what the file leaves at its default, in words: "deploy strategy
	// (rolling)". Where several rules say so, a list tells them as one finding; see
	// Folded.
	Default string `json:"default,omitempty"`
	// First: the fix makes the file say what was meant; where it is carried out, the
	// rules look at the file with it.
	First bool `json:"-"`
	// Refused: flyctl refuses the whole file because of it.
	Refused bool `json:"refused,omitempty"`
	// Notes are what a person must know or do besides ("rotate it").
	Notes []string `json:"notes,omitempty"`
	// Settings are lines of .fly-standards.toml that keep a wish of the author
	// which the fix takes out of fly.toml. They are shown again after the apply.
	Settings string `json:"settings,omitempty"`
}

// At is where a finding is: a place in fly.toml or another file, or a machine.
type At struct {
	// File is the path of another file of the repository, from the folder of
	// fly.toml; Build writes the path as the user knows it. "" is fly.toml.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"` // 1-based; 0 when the finding is not about a line
	// Column counts characters, from 1.
	Column int `json:"column,omitempty"`
	// EndLine and EndColumn are the first character behind it; Build sets them.
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
	Key       string `json:"key,omitempty"` // path in fly.toml, "env.DATABASE_URL"; "" when none
	Machine   string `json:"machine,omitempty"`
}

// Flag is one flag of apply with its value: {"--allow", "review"}. In JSON it
// is one argument, "--allow=review".
type Flag struct{ Name, Value string }

// Allow is --allow with each of the words.
func Allow(words ...string) []Flag {
	flags := make([]Flag, len(words))
	for i, w := range words {
		flags[i] = Flag{"--allow", w}
	}
	return flags
}

// MarshalText implements encoding.TextMarshaler.
func (f Flag) MarshalText() ([]byte, error) { return []byte(f.Name + "=" + f.Value), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *Flag) UnmarshalText(b []byte) error {
	name, value, ok := strings.Cut(string(b), "=")
	if !ok || !strings.HasPrefix(name, "--") {
		return fmt.Errorf("%q is not a flag with a value", b)
	}
	*f = Flag{name, value}
	return nil
}

// Evidence is something that was seen. Without File it is a fact in words.
type Evidence struct {
	File string `json:"file,omitempty"` // path with slashes, from the folder of fly.toml
	Line int    `json:"line,omitempty"` // 1-based
	// Text is the line, trimmed and cut, or what is to be said of the place or
	// the app; never a secret.
	Text string `json:"text,omitempty"`
	// Machine is where it was seen; of a health check there, Path is what it asks,
	// without its query, and Status what the app answered.
	Machine string `json:"machine,omitempty"`
	Path    string `json:"path,omitempty"`
	Status  int    `json:"status,omitempty"`
}

// Saw is evidence in words, an entry each.
func Saw(texts ...string) []Evidence {
	all := make([]Evidence, len(texts))
	for i, t := range texts {
		all[i].Text = t
	}
	return all
}

// String is the evidence for people: the text, and where it was seen.
func (e Evidence) String() string {
	switch {
	case e.File == "":
		return e.Text
	case e.Text == "":
		return e.Place()
	}
	return e.Text + " at " + e.Place()
}

// Place is "server.js:5", or the file alone.
func (e Evidence) Place() string {
	if e.Line == 0 {
		return e.File
	}
	return fmt.Sprintf("%s:%d", e.File, e.Line)
}

// place is where the finding is, for the user: with the end of what is there,
// and the path of the file as the user knows it.
func (a At) place(f *flytoml.File, shown string) At {
	if a.File != "" {
		a.File = path.Join(path.Dir(shown), a.File)
		return a
	}
	a.File = shown
	if a.Line == 0 || a.EndLine != 0 {
		return a
	}
	end := f.LineEnd(a.Line)
	if n, ok := f.Get(a.Key); ok && n.Position() == (flytoml.Position{Line: a.Line, Column: a.Column}) {
		end = n.End()
	}
	a.EndLine, a.EndColumn = end.Line, end.Column
	return a
}
