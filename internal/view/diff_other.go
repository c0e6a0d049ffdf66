package view

import (
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

// otherLines show what becomes of other files: the name of each, and below it
// its lines. Whole lines stand in the edits, so no file need be at hand. A line
// that another block has shown is not shown again.
func (h *human) otherLines(b block) []string {
	var out []string
	last := ""
	for _, f := range b.findings {
		for _, e := range f.Lines {
			if b.outcome() == plan.Planned {
				if slices.Contains(h.shownOther, e) {
					continue
				}
				h.shownOther = append(h.shownOther, e)
			}
			if e.File != last {
				out = append(out, h.detailLines("", h.beside(e.File), h.bold)...)
				last = e.File
			}
			if e.Line > 0 {
				out = append(out, h.red(cut(fmt.Sprintf("%8d - %s", e.Line, h.say(e.Old)), h.Width)))
			}
			out = append(out, h.green(cut(fmt.Sprintf("%8s + %s", "", h.say(e.New)), h.Width)))
		}
	}
	return out
}
