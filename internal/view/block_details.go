package view

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func plainly(s string) string { return s }

// detail is "    seen: ..." with the rest of a long text below its start.
func (h *human) detail(name, text string, look func(string) string) {
	for _, l := range h.detailLines(name, text, look) {
		h.line(l)
	}
}

func (h *human) detailLines(name, text string, look func(string) string) []string {
	lead := "    "
	if name != "" {
		lead += name + ": "
	}
	start := h.faint(lead)
	var out []string
	for _, l := range wrap(h.say(text), h.Width-len(lead)) {
		out = append(out, start+look(l))
		start = strings.Repeat(" ", len(lead))
	}
	return out
}

// evidence is what was seen. That something stands in a line of fly.toml needs
// no words where the diff shows the line.
func (h *human) evidence(b block, diffed bool) {
	var all []string
	for _, f := range b.findings {
		for _, e := range f.Evidence {
			if diffed && isPlace(f, e) {
				continue
			}
			if text := e.String(); !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	for i, e := range all {
		if i == maxEvidence && !h.Verbose {
			return
		}
		h.detail("seen", e, plainly)
	}
}

// isPlace says whether a piece of evidence is the finding's place and no more.
func isPlace(f plan.Outcome, e plan.Evidence) bool {
	return e.Text == "" && e.File == f.File && e.Line == f.Line
}

// editLines show what becomes of the files.
func (h *human) editLines(b block) []string { return append(h.tomlLines(b), h.otherLines(b)...) }

// tomlLines show what becomes of fly.toml.
func (h *human) tomlLines(b block) []string {
	var edits []flytoml.Edit
	for _, f := range b.findings {
		edits = append(edits, f.Edits...)
	}
	if len(edits) == 0 {
		return nil
	}
	limit := maxDiff
	if h.Verbose {
		limit = 0
	}
	if h.File != nil {
		if lines, ok := h.diffOf(b, edits); ok {
			if len(lines) == 0 {
				return h.detailLines("", "its lines are shown above", h.faint)
			}
			return h.render(lines, h.Width, limit)
		}
	}
	var out []string
	for _, e := range edits {
		out = append(out, h.detailLines("edit", symbolic(e), plainly)...)
	}
	return out
}

// details are for --verbose, but for the reason of what was agreed to.
func (h *human) details(b block) {
	seen := map[string]bool{}
	once := func(name, text string, look func(string) string) {
		if text != "" && !seen[name+text] {
			seen[name+text] = true
			h.detail(name, text, look)
		}
	}
	for _, f := range b.findings {
		if h.Verbose || f.Outcome == plan.Planned {
			once(why(f), reason(f), plainly)
		}
		once("note", keeps(f), plainly)
		if !h.Verbose {
			continue
		}
		for _, n := range f.Notes {
			once("note", n, plainly)
		}
		if f.HowTo != "" {
			once("to do", f.HowTo, plainly)
		}
	}
}

// more says, for --verbose, where a block's rules are explained.
func (h *human) more(b block) {
	for _, rule := range b.rules {
		if h.Verbose {
			h.line(h.faint("    more: "), h.cyan("fly-standards explain "+Clean(rule)))
		}
	}
}
