package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// diffLine is one line of a diff of fly.toml as it is shown.
type diffLine struct {
	op   udiff.OpKind
	old  int // 1-based line before the edit; 0 for an added line
	text string
	skip bool // not a line, but the gap between two places
}

// diff shows what edits make of f, with secrets hidden and a line of context
// at each place. An error means that the edits don't fit f.
//
// The difference is taken of the true bytes and only then looked up in the
// masked ones: masking both sides first would show a comment that quotes a
// secret as a changed line, with the secret on the far side of it.
func diff(f *flytoml.File, edits []flytoml.Edit, m *Mask) ([]diffLine, error) {
	after, err := f.Apply(edits...)
	if err != nil {
		return nil, err
	}
	before := ended(f.Bytes())
	u, err := udiff.ToUnifiedDiff("", "", before, udiff.Lines(before, ended(after.Bytes())), diffContext)
	if err != nil {
		return nil, fmt.Errorf("compare fly.toml with its edited form: %w", err)
	}
	maskedOld, maskedNew := lines(m.file(f)), lines(m.file(after))
	var out []diffLine
	for i, h := range u.Hunks {
		if i > 0 {
			out = append(out, diffLine{skip: true})
		}
		oldLine, newLine := h.FromLine, h.ToLine
		for _, l := range h.Lines {
			d := diffLine{op: l.Kind}
			if l.Kind == udiff.Insert {
				d.text = m.hide(at(maskedNew, newLine))
				newLine++
			} else {
				d.old, d.text = oldLine, at(maskedOld, oldLine)
				oldLine++
				if l.Kind == udiff.Equal {
					newLine++
				}
			}
			out = append(out, d)
		}
	}
	return trim(slideUp(out)), nil
}

// ended is text whose last line has its end: a last line without one is not
// another line once more lines follow it.
func ended(b []byte) string {
	if len(b) == 0 || b[len(b)-1] == '\n' {
		return string(b)
	}
	return string(b) + "\n"
}

// diffContext is how far to look for a line of context that is not blank.
const diffContext = 3

func (d diffLine) blank() bool { return strings.TrimSpace(d.text) == "" }

func (d diffLine) context() bool { return d.op == udiff.Equal && !d.skip }

// slideUp moves an added run that ends with a blank line, and follows one, up
// by a line: the same change, that begins with the blank line as people read
// it.
func slideUp(in []diffLine) []diffLine {
	for i := 1; i < len(in); i++ {
		if in[i].op != udiff.Insert || in[i].skip || !in[i-1].context() || !in[i-1].blank() {
			continue
		}
		end := i
		for end < len(in) && in[end].op == udiff.Insert && !in[end].skip {
			end++
		}
		if last := in[end-1]; last.blank() && end-1 > i {
			moved := slices.Concat([]diffLine{last}, in[i:end-1], in[i-1:i])
			copy(in[i-1:], moved)
		}
	}
	return in
}

// trim leaves out context that says little: blank lines, and all but the one
// line before a place (after it, where there is none before).
func trim(in []diffLine) []diffLine {
	var out []diffLine
	led := false // this place has its line of context
	for start := 0; start < len(in); {
		if !in[start].context() {
			led = led && !in[start].skip
			out = append(out, in[start])
			start++
			continue
		}
		end := start
		for end < len(in) && in[end].context() {
			end++
		}
		run := slices.DeleteFunc(slices.Clone(in[start:end]), diffLine.blank)
		first, last := start == 0 || in[start-1].skip, end == len(in) || in[end].skip
		switch {
		case len(run) == 0:
		case first:
			out = append(out, run[len(run)-1])
			led = true
		case !last:
			out = append(out, run...)
		case !led, heads(in[start-1]):
			out = append(out, run[0])
		}
		start = end
	}
	return out
}

// heads says whether a line is a new heading, which takes the line below it
// into another table.
func heads(d diffLine) bool {
	return d.op == udiff.Insert && strings.HasPrefix(strings.TrimSpace(d.text), "[")
}

func lines(b []byte) []string { return strings.Split(string(b), "\n") }

func at(all []string, n int) string {
	if n < 1 || n > len(all) {
		return ""
	}
	return strings.TrimSuffix(all[n-1], "\r")
}

// render gives a diff as lines of at most width columns; more than limit
// changed lines are cut off with a count. limit 0 shows all.
func (s Style) render(diff []diffLine, width, limit int) []string {
	var out []string
	shown, left := 0, 0
	for _, d := range toldApart(diff, width) {
		if d.skip {
			if left == 0 {
				out = append(out, s.faint("         ⋮"))
			}
			continue
		}
		if limit > 0 && shown >= limit {
			if d.op != udiff.Equal {
				left++
			}
			continue
		}
		if d.op != udiff.Equal {
			shown++
		}
		out = append(out, s.diffLine(d, width))
	}
	if left > 0 {
		out = append(out, s.faint(fmt.Sprintf("         … and %s (--verbose)", count(left, "more changed line"))))
	}
	return out
}

func (s Style) diffLine(d diffLine, width int) string {
	number := ""
	if d.old > 0 {
		number = strconv.Itoa(d.old)
	}
	mark := map[udiff.OpKind]string{udiff.Insert: "+", udiff.Delete: "-", udiff.Equal: " "}[d.op]
	line := strings.TrimRight(cut(fmt.Sprintf("%8s %s %s", number, mark, Clean(d.text)), width), " ")
	switch d.op {
	case udiff.Insert:
		return s.green(line)
	case udiff.Delete:
		return s.red(line)
	default:
		return s.faint(line)
	}
}

// symbolic says an edit in words, for a plan whose file is not at hand.
func symbolic(e flytoml.Edit) string {
	switch e.Op {
	case flytoml.Set:
		return fmt.Sprintf("set %s = %s", e.Path, e.Value)
	case flytoml.Append, flytoml.AddTable:
		heading := "[" + e.Path + "]"
		if e.Op == flytoml.Append {
			heading = "[" + heading + "]"
		}
		var entries []string
		for _, n := range e.Entries {
			entries = append(entries, n.Key+" = "+n.Value)
		}
		return "add " + heading + " with " + strings.Join(entries, ", ")
	case flytoml.Remove:
		return "remove " + e.Path
	case flytoml.Move:
		return fmt.Sprintf("move %s to %s", e.Path, e.To)
	case flytoml.ArrayOf:
		return fmt.Sprintf("write [%s] as [[%s]]", e.Path, e.Path)
	default:
		return fmt.Sprintf("%s %s", e.Op, e.Path)
	}
}
