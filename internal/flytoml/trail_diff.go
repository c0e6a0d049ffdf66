package flytoml

import (
	"bytes"
	"slices"
	"strings"
)

// LineOp is what became of a line.
type LineOp uint8

// The ops.
const (
	KeptLine LineOp = iota
	RemovedLine
	AddedLine
)

// DiffLine is one line of the difference between a file and its edited form.
type DiffLine struct {
	Op    LineOp
	Old   int   // 1-based, in the file before; 0 for an added line
	New   int   // 1-based, in the file after; 0 for a removed line
	Edits []int // indices of the edits that removed or added it
}

// Diff are all lines of the file that Apply was called on and of f, in order.
// A line that an edit changed is removed and added. That a last line gets its
// line end, or loses it, is no change of it.
func (f *File) Diff() []DiffLine {
	if f.trail == nil {
		out := make([]DiffLine, len(f.lines))
		for i := range out {
			out[i] = DiffLine{Old: i + 1, New: i + 1}
		}
		return out
	}
	d := differ{}
	src := f.trail.origin.src
	for _, p := range f.trail.pieces {
		switch p.kind {
		case kept:
			for text := range bytes.SplitAfterSeq(src[p.start:p.end], []byte("\n")) {
				d.add(string(text), string(text))
			}
		case cut:
			d.owns(p.edit)
			d.add(string(src[p.start:p.end]), "")
		case written:
			d.owns(p.edit)
			d.add("", p.text)
		}
	}
	d.flush()
	return d.out
}

// differ gathers pieces until both texts are at the beginning of a line.
type differ struct {
	out              []DiffLine
	oldText, newText string
	oldLine, newLine int
	edits            []int
}

func (d *differ) owns(edit int) {
	if !slices.Contains(d.edits, edit) {
		d.edits = append(d.edits, edit)
	}
}

func (d *differ) add(oldText, newText string) {
	d.oldText += oldText
	d.newText += newText
	if wholeLines(d.oldText) && wholeLines(d.newText) {
		d.flush()
	}
}

func wholeLines(s string) bool { return s == "" || s[len(s)-1] == '\n' }

// flush tells of the lines gathered. Those at the beginning and the end that
// are the same in both were only touched at their edge.
func (d *differ) flush() {
	before, after := splitText(d.oldText), splitText(d.newText)
	same := 0
	for same < len(before) && same < len(after) && before[same] == after[same] {
		same++
	}
	tail := 0
	for tail < len(before)-same && tail < len(after)-same && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	keep := func(n int) {
		for range n {
			d.oldLine, d.newLine = d.oldLine+1, d.newLine+1
			d.out = append(d.out, DiffLine{Old: d.oldLine, New: d.newLine})
		}
	}
	keep(same)
	for range len(before) - same - tail {
		d.oldLine++
		d.out = append(d.out, DiffLine{Op: RemovedLine, Old: d.oldLine, Edits: d.edits})
	}
	for range len(after) - same - tail {
		d.newLine++
		d.out = append(d.out, DiffLine{Op: AddedLine, New: d.newLine, Edits: d.edits})
	}
	keep(tail)
	d.oldText, d.newText, d.edits = "", "", nil
}

// splitText is s as lines without their ends.
func splitText(s string) []string {
	var out []string
	for l := range strings.Lines(s) {
		out = append(out, strings.TrimSuffix(strings.TrimSuffix(l, "\n"), "\r"))
	}
	return out
}
