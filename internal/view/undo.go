package view

import (
	"io"

	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/plan"
)

// Undo writes what taking an apply back would do, and what it can't.
func Undo(w io.Writer, u *undo.Undo, o Options) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, minWidth)
	h := &human{Options: o, Style: Style{o.Color}, plan: u.Plan}
	h.line(h.bold("Undo"), " of the apply of "+u.Of.At.UTC().Format("2006-01-02 15:04 UTC")+" ("+u.Of.ID+")")
	h.undoList("Goes back", u.Back)
	h.undoList("Stays", u.Stays)
	h.line()
	if len(u.Plan.Steps) == 0 {
		h.line("Nothing can be taken back.")
	}
	for _, r := range u.Plan.Rollouts {
		h.undoRollout(r)
	}
	_, err := w.Write(h.buf.Bytes())
	return err
}

func (h *human) undoList(title string, texts []string) {
	if len(texts) == 0 {
		return
	}
	h.line()
	h.line(h.bold(title))
	for _, text := range texts {
		for i, l := range wrap(h.say(text), h.Width-4) {
			h.line([]string{"  - ", "    "}[min(i, 1)], l)
		}
	}
}

func (h *human) undoRollout(r plan.Rollout) {
	switch {
	case r.Restarts == 0:
	case r.Gap:
		h.line("The one machine of " + r.Group + " restarts: requests fail meanwhile.")
	default:
		h.line(count(r.Restarts, "restart") + " in " + r.Group + ", " + count(r.Floor, "machine") + " always up")
	}
}
