package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// block is what is shown together: the findings of one rule that have the
// same fate.
type block struct {
	rule     string
	findings []plan.Outcome
}

func (b block) outcome() plan.Disposition { return b.findings[0].Outcome }

// label is the word at the right edge.
func label(f plan.Outcome) string {
	switch f.Outcome {
	case plan.Planned:
		switch {
		case f.Costs:
			return "adds cost, agreed"
		case f.Safety < plan.Safe:
			return f.Safety.String() + ", allowed"
		}
		return f.Safety.String()
	case plan.NeedsConsent:
		if f.Costs {
			return "held: adds cost"
		}
		return "held: " + f.Safety.String()
	case plan.HeldBack:
		return "held"
	case plan.Conflicting:
		return "held: conflict"
	case plan.ByHand:
		return "by hand"
	default:
		return string(f.Outcome)
	}
}

func (h *human) label(f plan.Outcome) string {
	text := label(f)
	switch {
	case f.Outcome == plan.Planned && text == "safe":
		return h.green(text)
	case f.Outcome == plan.Conflicting:
		return h.red(text)
	case f.Outcome == plan.Ignored:
		return h.faint(text)
	default:
		return h.yellow(text)
	}
}

func (h *human) block(b block) {
	for i, f := range b.findings {
		h.heading(f, i == 0)
	}
	shown := h.editLines(b)
	h.evidence(b, len(shown) > 0)
	if len(shown) == 0 {
		h.places(b)
	}
	for _, l := range shown {
		h.line(l)
	}
	h.live(b)
	seen := map[string]bool{}
	for _, f := range b.findings {
		h.details(f, seen)
	}
	h.line()
}

// heading is the rule, the message and the label: in three columns, or below
// each other where the terminal is narrow.
func (h *human) heading(f plan.Outcome, first bool) {
	message, plain := h.say(f.Message), label(f)
	name := cut(Clean(f.Rule), max(h.rule-2, minWidth))
	if h.rule == 0 {
		switch {
		case first && textWidth(name)+2+textWidth(plain) <= h.Width:
			h.line(h.bold(name), "  ", h.label(f))
		case first:
			h.line(h.bold(name))
			h.line("  ", h.label(f))
		}
		for _, l := range wrap(message, h.Width-2) {
			h.line("  ", l)
		}
		return
	}
	if !first {
		name = ""
	}
	name = cut(name, h.rule-1)
	room := h.Width - h.rule - textWidth(plain) - 2
	for i, l := range wrap(message, room) {
		switch {
		case i == 0 && first:
			gap := strings.Repeat(" ", max(1, h.rule-textWidth(name)))
			h.line(h.bold(name), gap, pad(l, room+2), h.label(f))
		default:
			h.line(strings.Repeat(" ", h.rule), l)
		}
	}
}

// detail is "    seen: ..." with the rest of a long text below its start.
func (h *human) detail(name, text string, look func(string) string) {
	for _, l := range h.detailLines(name, text, look) {
		h.line(l)
	}
}

func (h *human) detailLines(name, text string, look func(string) string) []string {
	lead := "    " + name + ": "
	start := h.faint(lead)
	var out []string
	for _, l := range wrap(h.say(text), h.Width-len(lead)) {
		out = append(out, start+look(l))
		start = strings.Repeat(" ", len(lead))
	}
	return out
}

func asIs(s string) string { return s }

const (
	maxEvidence = 3  // lines of evidence in a block, without --verbose
	maxDiff     = 12 // changed lines in a block, without --verbose
	maxPlaces   = 8  // lines named for a block, without --verbose
)

// evidence is what was seen. That something stands in a line of fly.toml
// needs no words where the diff or the place of the finding shows the line.
func (h *human) evidence(b block, diffed bool) {
	var all []string
	for _, f := range b.findings {
		for _, e := range f.Evidence {
			if bare(f, e) && (diffed || placed(f)) {
				continue
			}
			if text := e.String(); !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	for i, e := range all {
		if i == maxEvidence && !h.Verbose {
			h.line("    ", h.faint("      and "+count(len(all)-i, "more line")+" (--verbose)"))
			return
		}
		h.detail("seen", e, asIs)
	}
}

// editLines show what becomes of fly.toml: what apply does and, for what is
// held for want of consent, what it would do.
func (h *human) editLines(b block) []string {
	var edits []flytoml.Edit
	for _, f := range b.findings {
		edits = append(edits, f.Edits...)
	}
	if len(edits) == 0 || b.outcome() != plan.Planned && b.outcome() != plan.NeedsConsent {
		return nil
	}
	limit := maxDiff
	if h.Verbose {
		limit = 0
	}
	if h.File != nil {
		if lines, ok := h.diffOf(b, edits); ok {
			return h.render(lines, h.Width, limit)
		}
	}
	var out []string
	for _, e := range edits {
		out = append(out, h.detailLines("edit", symbolic(e), asIs)...)
	}
	return out
}

// diffOf are the lines that a block changes: of what apply makes of the file
// where it does, else of what it would make of it alone. A line that another
// block has shown is not shown again.
func (h *human) diffOf(b block, edits []flytoml.Edit) ([]diffLine, bool) {
	if b.outcome() != plan.Planned {
		d, err := newDiff(h.File, edits, h.Mask)
		if err != nil {
			return nil, false
		}
		return d.take(diffLine.changed), true
	}
	if h.diff == nil {
		d, err := newDiff(h.File, plannedEdits(h.plan), h.Mask)
		if err != nil {
			return nil, false
		}
		h.diff, h.shown = d, map[int]bool{}
	}
	mine := h.diff.of(edits)
	shown := h.diff.take(func(l diffLine) bool { return mine(l) && !h.shown[l.index] })
	for _, l := range shown {
		if l.changed() && !l.skip {
			h.shown[l.index] = true
		}
	}
	return shown, true
}

// plannedEdits are those that apply makes.
func plannedEdits(p *plan.Plan) []flytoml.Edit {
	for _, s := range p.Steps {
		if s.EditFile != nil {
			return s.EditFile.Edits
		}
	}
	return nil
}

// places say where the findings of a block are whose lines no diff shows.
func (h *human) places(b block) {
	var at []plan.Outcome
	for _, f := range b.findings {
		if f.Line > 0 && (h.Verbose || placed(f)) {
			at = append(at, f)
		}
	}
	several := len(at) > 1 && !h.Verbose && !slices.ContainsFunc(at, func(f plan.Outcome) bool { return f.File != at[0].File })
	if !several {
		for _, f := range at {
			h.detail("at", place(f), asIs)
		}
		return
	}
	var numbers []string
	for i, f := range at {
		if i == maxPlaces {
			numbers = append(numbers, fmt.Sprintf("%d more", len(at)-i))
			break
		}
		numbers = append(numbers, strconv.Itoa(f.Line))
	}
	h.detail("at", at[0].File+", lines "+list(numbers), asIs)
}

// placed says whether a finding, when no diff shows it, tells where it is.
func placed(f plan.Outcome) bool {
	return f.Outcome == plan.ByHand || f.Outcome == plan.Conflicting ||
		f.Outcome == plan.HeldBack && slices.ContainsFunc(f.Evidence, func(e plan.Evidence) bool { return bare(f, e) })
}

// bare says whether a piece of evidence is the finding's place and no more.
func bare(f plan.Outcome, e plan.Evidence) bool {
	return e.Text == "" && e.File == f.File && e.Line == f.Line
}

func (h *human) details(f plan.Outcome, seen map[string]bool) {
	once := func(name, text string, look func(string) string) {
		if text != "" && !seen[name+text] {
			seen[name+text] = true
			h.detail(name, text, look)
		}
	}
	if !f.Costs || f.Outcome == plan.HeldBack || f.Outcome == plan.Conflicting {
		once("why "+why(f), reason(f), asIs)
	}
	for _, n := range f.Notes {
		once("note", n, asIs)
	}
	once("note", keeps(f), asIs)
	// That consent is all it needs, the label and the totals say.
	if len(f.Flags) > 0 && (h.Verbose || f.Outcome == plan.HeldBack) {
		once("to do it", "fly-standards apply "+flags(f.Flags), h.cyan)
	}
	once("to do it", f.HowTo, h.cyan)
	if h.Verbose {
		once("severity", string(f.Severity), asIs)
		once("see", f.URL, asIs)
	}
}
