package view

import (
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// besides is what stands beside the text of a line of a diff: its number and
// its mark; and sameKept how much of what two lines share is kept before that
// in which they differ.
const (
	besides  = 11
	sameKept = 16
)

// toldApart shortens, at their beginning, a line and the one that replaces it
// where both would look the same once they are cut off at width: an inline
// table may be longer than the terminal is wide.
func toldApart(in []diffLine, width int) []diffLine {
	out := slices.Clone(in)
	for i := 0; i < len(out); {
		from := i
		for i < len(out) && out[i].op == flytoml.RemovedLine && !out[i].skip {
			i++
		}
		inserted := i
		for i < len(out) && out[i].op == flytoml.AddedLine && !out[i].skip {
			i++
		}
		for k := 0; from+k < inserted && inserted+k < i; k++ {
			apart(&out[from+k], &out[inserted+k], width-besides)
		}
		if i == from {
			i++
		}
	}
	return out
}

func apart(a, b *diffLine, width int) {
	if a.text == b.text || cut(Clean(a.text), width) != cut(Clean(b.text), width) {
		return
	}
	x, y := []rune(Clean(a.text)), []rune(Clean(b.text))
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	if from := same - min(sameKept, width/2); from > 0 {
		a.text, b.text = "…"+string(x[from:]), "…"+string(y[from:])
	}
}
