package view

import (
	"fmt"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// accepted is the end of an apply to a file that flyctl refused.
func (h *human) accepted(r apply.Report) {
	refused := h.plan.Refused
	if refused == nil || r.Undo != "" {
		return
	}
	left := refused.Now
	if r.File.State == apply.Done {
		left = refused.After
	}
	h.line()
	if len(left) == 0 {
		h.line(h.green(h.bold("flyctl accepts this file.")))
		return
	}
	for _, l := range wrap(h.say("flyctl still refuses this file: "+faults(left)+"."), h.Width) {
		h.line(h.red(h.bold(l)))
	}
}

// faults are the first of them by their lines.
func faults(all []plan.Fault) string {
	var texts []string
	for _, f := range all {
		text := fmt.Sprintf("line %d", f.Line)
		if f.Key != "" {
			text += " (" + f.Key + ")"
		}
		texts = append(texts, text)
	}
	return list(firstOf(4, texts, ""))
}
