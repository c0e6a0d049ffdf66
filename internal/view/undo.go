package view

import (
	"io"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/plan"
)

// UndoJSON writes what became of an undo: the plan's own object, with what
// goes back and what stays, for people, and `result` and `error` as those of
// an apply. Message says why there was nothing to take back.
func UndoJSON(w io.Writer, u *undo.Undo, r apply.Report, message string, failed error) error {
	doc := struct {
		*plan.Plan
		Of        string       `json:"of,omitempty"` // the apply's id
		GoesBack  []string     `json:"goes_back"`
		Stays     []string     `json:"stays"`
		FileStays bool         `json:"file_stays,omitempty"`
		Result    apply.Report `json:"result"`
		Message   string       `json:"message,omitempty"`
		Error     string       `json:"error,omitempty"`
	}{u.Plan, u.Of.ID, append([]string{}, u.Back...), append([]string{}, u.Stays...), u.FileStays, r, message, ""}
	if failed != nil {
		doc.Error = failed.Error()
	}
	return encode(w, doc)
}

// Undo writes what taking an apply back would do, and what it can't.
func Undo(w io.Writer, u *undo.Undo, o Options) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, minWidth)
	h := &human{Options: o, Style: Style{o.Color}, plan: u.Plan}
	for i, l := range wrap("Undo of the apply of "+clock.Minute(u.Of.At)+" ("+u.Of.ID+")", h.Width) {
		if i == 0 {
			l = h.bold("Undo") + strings.TrimPrefix(l, "Undo")
		}
		h.line(l)
	}
	h.titled("Will be undone", u.Back)
	h.titled("Stays as it is", u.Stays)
	h.line()
	if len(u.Plan.Steps) == 0 {
		h.line("Nothing can be undone.")
	}
	for _, r := range u.Plan.Rollouts {
		for _, text := range rolloutWords(r, len(u.Plan.Rollouts) > 1) {
			h.total("app", text)
		}
	}
	if len(u.Plan.Staged) > 0 {
		h.total("app", stagedWords(u.Plan))
	}
	if len(u.Plan.Rollouts) > 0 {
		h.line()
	}
	_, err := w.Write(h.buf.Bytes())
	return err
}

// titled writes a list with a title, where there is something to list.
func (h *human) titled(title string, texts []string) {
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
