package view

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Explain writes what a rule is about and, with a plan, what it finds in the
// user's own file. p may be nil.
func Explain(w io.Writer, rule plan.Fixer, p *plan.Plan, o Options) error {
	h := &human{Options: o, Style: Style{o.Color}, plan: p}
	h.Width = max(h.Width, minWidth)
	h.line(h.bold(rule.ID), "   ", string(rule.Severity))
	h.prose(rule.Heading() + ".\n\n" + rule.Doc)
	if p != nil {
		h.here(rule)
	}
	h.line()
	h.line(h.bold("To ignore it"))
	h.line("  one line            # fly-standards: ignore[", rule.ID, "] reason")
	h.line("  whole file (at top) # fly-standards: ignore-file[", rule.ID, "] reason")
	h.line("  .fly-standards.toml [rules.", rule.ID, "] enabled = false")
	h.line("  this once           --skip ", rule.ID)
	h.line()
	h.line("See ", h.cyan(plan.RuleURL(rule.ID)))
	_, err := w.Write(h.buf.Bytes())
	return err
}

// prose wraps paragraphs; lists and tables keep their lines.
func (h *human) prose(text string) {
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		h.line()
		if strings.HasPrefix(paragraph, "|") {
			for line := range strings.Lines(paragraph) {
				h.line(strings.TrimRight(line, "\n"))
			}
			continue
		}
		for i, item := range strings.Split("\n"+paragraph, "\n- ") {
			lead := ""
			if i > 0 {
				lead = "- "
			}
			if strings.TrimSpace(item) == "" {
				continue
			}
			for _, l := range wrap(item, h.Width-len(lead)) {
				h.line(lead, l)
				lead = strings.Repeat(" ", len(lead))
			}
		}
	}
}

// here shows the user's own lines.
func (h *human) here(rule plan.Fixer) {
	h.line()
	h.line(h.bold("In " + h.say(h.plan.File.Path)))
	lines := bytes.Split(h.masked(), []byte("\n"))
	found := false
	for _, f := range h.plan.Findings {
		if f.Rule != rule.ID {
			continue
		}
		found = true
		own, message := f.File == h.plan.File.Path, f.Message
		if !own {
			message += " (" + place(f) + ")"
		}
		for _, l := range wrap(h.say(message), h.Width-4) {
			h.line("    ", l)
		}
		if own && f.Line > 0 && f.Line <= len(lines) {
			text := Clean(strings.TrimRight(string(lines[f.Line-1]), "\r"))
			h.line(cut(fmt.Sprintf("%8d | %s", f.Line, text), h.Width))
		}
		for _, e := range f.Evidence {
			h.detail("seen", e.String(), plainly)
		}
		fix := fate(f)
		if f.NeedsFlags() { // its flag alone would let others happen too
			fix = "`fly-standards apply --rule " + rule.ID + " " + flags(f.Flags) + "` fixes it"
		}
		h.detail("fix", fix+"; `fly-standards plan --rule "+rule.ID+" --verbose` shows it", plainly)
	}
	switch {
	case found:
	case rule.NeedsApp:
		for _, l := range wrap(h.say("It compares with the live app, which explain does not read: `fly-standards plan --rule "+rule.ID+"`"), h.Width-4) {
			h.line("    ", l)
		}
	default:
		h.line("    nothing found")
	}
}

func (h *human) masked() []byte {
	if h.File == nil {
		return nil
	}
	return h.Mask.file(h.File)
}
