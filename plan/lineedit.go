package plan

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// LineEdit is one edit of another file of the repository than fly.toml: a line
// that becomes another one, or one that is added at the end. It holds whole
// lines, so that what is shown is what is written.
type LineEdit struct {
	// File is its path with slashes, from the folder of fly.toml.
	File string `json:"file"`
	// Line is the 1-based line that is replaced. 0 adds New at the end of the
	// file, which is made where there is none.
	Line int `json:"line,omitempty"`
	// Old is the line as it must be, and New what it becomes, without line ends.
	Old string `json:"old,omitempty"`
	New string `json:"new"`
}

// OtherFileStep edits another file of the repository. Of an undo there are no
// Edits, but what the file becomes.
type OtherFileStep struct {
	File  string     `json:"file"`
	Edits []LineEdit `json:"edits,omitempty"`
	// BeforeSHA256 is of the bytes that were planned for; "" where the file is
	// not there yet. ResultSHA256 is of those after all edits; "" where the file
	// goes.
	BeforeSHA256 string `json:"before_sha256,omitempty"`
	ResultSHA256 string `json:"result_sha256,omitempty"`
	Content      []byte `json:"-"`
	Added        int    `json:"lines_added"`
	Removed      int    `json:"lines_removed"`
}

// EditLines makes the edits in a text, all of one file. Every other byte stays,
// and new lines end as the others do. It fails where a line is not what an edit
// says.
func EditLines(text []byte, edits []LineEdit) ([]byte, error) {
	lines := bytes.SplitAfter(text, []byte("\n"))
	if n := len(lines); len(lines[n-1]) == 0 {
		lines = lines[:n-1]
	}
	end := []byte("\n")
	if bytes.Contains(text, []byte("\r\n")) {
		end = []byte("\r\n")
	}
	var added [][]byte
	for _, e := range edits {
		if strings.ContainsAny(e.New+e.Old, "\r\n") {
			return nil, fmt.Errorf("line %d: the edit is about more than one line", e.Line)
		}
		if e.Line == 0 {
			added = append(added, slices.Concat([]byte(e.New), end))
			continue
		}
		if e.Line < 1 || e.Line > len(lines) {
			return nil, fmt.Errorf("line %d: the file has %d lines", e.Line, len(lines))
		}
		body := bytes.TrimRight(lines[e.Line-1], "\r\n")
		if string(body) != e.Old {
			return nil, fmt.Errorf("line %d: it is not what was planned for", e.Line)
		}
		lines[e.Line-1] = slices.Concat([]byte(e.New), lines[e.Line-1][len(body):])
	}
	out := bytes.Join(lines, nil)
	if n := len(out); len(added) > 0 && n > 0 && out[n-1] != '\n' {
		out = append(out, end...)
	}
	return append(out, bytes.Join(added, nil)...), nil
}

// lineEdits are those of the planned findings, each once, by file and in the
// order of the lines.
func lineEdits(all []*finding) map[string][]LineEdit {
	out := map[string][]LineEdit{}
	for _, f := range planned(all) {
		for _, e := range f.Fix.Lines {
			if !slices.Contains(out[e.File], e) {
				out[e.File] = append(out[e.File], e)
			}
		}
	}
	return out
}

// lineEditsClash says whether two edits want different things of one line.
func lineEditsClash(a, b LineEdit) bool {
	return a.File == b.File && a.Line != 0 && a.Line == b.Line && a != b
}

// otherFileSteps are one for each other file that changes. An edit that does not
// fit the file holds its finding back, which no rule should make happen.
func otherFileSteps(t Target, all []*finding) []Step {
	var out []Step
	edits := lineEdits(all)
	for _, file := range slices.Sorted(maps.Keys(edits)) {
		s := Step{ID: "other-file:" + file, Kind: StepOtherFile, OtherFile: &OtherFileStep{File: file, Edits: edits[file]}}
		text, there := t.otherFile(file)
		after, err := EditLines(text, edits[file])
		if err != nil {
			continue // holdMisfits has held its findings back
		}
		if there {
			s.OtherFile.BeforeSHA256 = hash(text)
		}
		s.OtherFile.ResultSHA256 = hash(after)
		for _, e := range edits[file] {
			s.OtherFile.Added++
			if e.Line > 0 {
				s.OtherFile.Removed++
			}
		}
		for _, f := range planned(all) {
			if slices.ContainsFunc(f.Fix.Lines, func(e LineEdit) bool { return e.File == file }) {
				s.Rules = addRule(s.Rules, f.Rule)
			}
		}
		out = append(out, s)
	}
	return out
}

// holdMisfits makes a finding manual whose edits of another file don't fit it.
func holdMisfits(t Target, all []*finding) {
	for _, f := range planned(all) {
		for _, e := range f.Fix.Lines {
			if t.Repo == nil || t.Repo.Around == nil {
				f.outcome, f.reason = ByHand, "the repository was not read"
				break
			}
			text, there := t.otherFile(e.File)
			if _, err := EditLines(text, []LineEdit{e}); err != nil || !there && (e.Line > 0 || !t.Repo.Around.Makeable[e.File]) {
				f.outcome, f.reason = ByHand, e.File+" can't be edited exactly here"
				break
			}
		}
	}
}

// otherFile is the text of a file that a rule may edit.
func (t Target) otherFile(file string) ([]byte, bool) {
	if t.Repo == nil || t.Repo.Around == nil {
		return nil, false
	}
	text, ok := t.Repo.Around.Texts[file]
	return []byte(text), ok
}
