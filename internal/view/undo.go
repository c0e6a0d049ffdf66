package view

import (
	"io"
	"strings"

	"github.com/fly-standards/fly-standards/internal/undo"
)

// Undo writes what taking an apply back would do, and what it can't.
func Undo(w io.Writer, u *undo.Undo, o Options) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, minWidth)
	h := &human{Options: o, Style: Style{o.Color}, plan: u.Plan}
	for i, l := range wrap("Undo of the apply of "+u.Of.At.UTC().Format("2006-01-02 15:04 UTC")+" ("+u.Of.ID+")", h.Width) {
		if i == 0 {
			l = h.bold("Undo") + strings.TrimPrefix(l, "Undo")
		}
		h.line(l)
	}
	h.undoList("Goes back", u.Back)
	h.undoList("Stays", u.Stays)
	h.line()
	if len(u.Plan.Steps) == 0 {
		h.line("Nothing can be taken back.")
	}
	for _, r := range u.Plan.Rollouts {
		group := ""
		if len(u.Plan.Rollouts) > 1 {
			group = r.Group + ": "
		}
		for _, text := range rolloutWords(r) {
			h.total("app", group+text)
		}
	}
	if len(u.Plan.Rollouts) > 0 {
		h.line()
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
