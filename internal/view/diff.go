package view

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// diffLine is one line of a diff of fly.toml as it is shown.
type diffLine struct {
	op    flytoml.LineOp
	old   int // 1-based line before the edit; 0 for an added line
	text  string
	edits []int // that removed or added it
	index int   // in fileDiff.lines
	skip  bool  // not a line, but the gap between two places
}

func (d diffLine) changed() bool { return d.op != flytoml.KeptLine }

func (d diffLine) blank() bool { return strings.TrimSpace(d.text) == "" }

// fileDiff is what edits make of a file, all lines of it, with secrets hidden.
type fileDiff struct {
	edits []flytoml.Edit
	lines []diffLine
	index map[string]int // of edits, by the identity of each; see of
}

// newDiff makes the edits. An error means that they don't fit f.
//
// Which lines change is what the edits say; the texts are then looked up in
// the masked files. Masking both sides first and comparing them would show a
// comment that quotes a secret as a changed line, with the secret on the far
// side of it.
func newDiff(f *flytoml.File, edits []flytoml.Edit, m *Mask) (*fileDiff, error) {
	after, err := f.Apply(edits...)
	if err != nil {
		return nil, err
	}
	before, now := lines(m.file(f)), lines(m.file(after))
	d := &fileDiff{edits: edits}
	for _, l := range after.Diff() {
		text := at(before, l.Old)
		if l.Op == flytoml.AddedLine {
			text = m.Hide(at(now, l.New))
		}
		d.lines = append(d.lines, diffLine{op: l.Op, old: l.Old, text: text, edits: l.Edits, index: len(d.lines)})
	}
	return d, nil
}

// of tells which changed lines are those of some edits of d.
func (d *fileDiff) of(edits []flytoml.Edit) func(diffLine) bool {
	if d.index == nil {
		d.index = map[string]int{}
		for i, e := range d.edits {
			d.index[e.Identity()] = i
		}
	}
	mine := map[int]bool{}
	for _, e := range edits {
		if i, ok := d.index[e.Identity()]; ok {
			mine[i] = true
		}
	}
	return func(l diffLine) bool {
		return l.changed() && slices.ContainsFunc(l.edits, func(i int) bool { return mine[i] })
	}
}

// near is how far to look for a line of context that is not blank, and how
// many lines may stand between two changes that are one place.
const near = 3

// take gives the lines that show selects, each place with a line of context:
// the one before it, or behind it where there is none.
func (d *fileDiff) take(show func(diffLine) bool) []diffLine {
	var out []diffLine
	for _, r := range d.places(show) {
		if len(out) > 0 {
			out = append(out, diffLine{skip: true})
		}
		led := false
		if lead := d.context(show, r.from-1, -1); lead != nil {
			out, led = append(out, *lead), true
		}
		var last diffLine
		for _, l := range d.lines[r.from:r.to] {
			switch {
			case show(l):
				out, last = append(out, l), l
			case tells(l):
				out = append(out, asContext(l))
			}
		}
		if !led || heads(last) {
			if behind := d.context(show, r.to, 1); behind != nil {
				out = append(out, *behind)
			}
		}
	}
	return out
}

type lineRange struct{ from, to int }

// places are the ranges that begin and end with a line that show selects.
func (d *fileDiff) places(show func(diffLine) bool) []lineRange {
	var out []lineRange
	between := near
	for i, l := range d.lines {
		switch {
		case !show(l):
			if l.op != flytoml.RemovedLine {
				between++
			}
			continue
		case between < near && len(out) > 0:
			out[len(out)-1].to = i + 1
		default:
			out = append(out, lineRange{i, i + 1})
		}
		between = 0
	}
	return out
}

// context is the nearest line in one direction that says something.
func (d *fileDiff) context(show func(diffLine) bool, i, step int) *diffLine {
	for n := 0; n < near && i >= 0 && i < len(d.lines) && !show(d.lines[i]); i += step {
		l := d.lines[i]
		if l.op == flytoml.RemovedLine || l.op == flytoml.AddedLine && !heads(l) {
			continue
		}
		if n++; tells(l) {
			l = asContext(l)
			return &l
		}
	}
	return nil
}

// tells says whether a line that is not selected says where the others are: one
// of the file as it was, or a heading that another edit adds.
func tells(l diffLine) bool {
	return l.op == flytoml.KeptLine && !l.blank() || heads(l)
}

func asContext(l diffLine) diffLine {
	l.op = flytoml.KeptLine
	return l
}

// heads says whether a line is a new heading, which takes the line below it
// into another table.
func heads(d diffLine) bool {
	return d.op == flytoml.AddedLine && strings.HasPrefix(strings.TrimSpace(d.text), "[")
}

// diffOf are the lines that a block changes: of what apply makes of the file
// where it does, else of what it would make of it alone. A line that another
// block has shown is not shown again.
func (h *human) diffOf(b block, edits []flytoml.Edit) ([]diffLine, bool) {
	if b.outcome() != plan.Planned {
		d, err := newDiff(h.File, edits, h.Mask)
		if err != nil {
			return nil, false
		}
		return d.take(diffLine.changed), true
	}
	if h.diff == nil {
		d, err := newDiff(h.File, plannedEdits(h.plan), h.Mask)
		if err != nil {
			return nil, false
		}
		h.diff, h.shown = d, map[int]bool{}
	}
	mine := h.diff.of(edits)
	shown := h.diff.take(func(l diffLine) bool { return mine(l) && !h.shown[l.index] })
	for _, l := range shown {
		if l.changed() && !l.skip {
			h.shown[l.index] = true
		}
	}
	return shown, true
}

// plannedEdits are those that apply makes.
func plannedEdits(p *plan.Plan) []flytoml.Edit {
	for _, s := range p.Steps {
		if s.EditFile != nil {
			return s.EditFile.Edits
		}
	}
	return nil
}
