package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

const (
	maxMessages = 4  // messages of a block, without --verbose
	maxEvidence = 1  // lines of evidence in a block, without --verbose
	maxDiff     = 12 // changed lines in a block, without --verbose
)

// block is what apply does for one rule, or for rules that belong together:
// what is wrong, what was seen, the lines that change, the machines it touches.
func (h *human) block(b block) {
	label := h.touches(b)
	for _, rule := range b.rules {
		mine := block{[]string{rule}, slices.DeleteFunc(slices.Clone(b.findings), func(f plan.Outcome) bool { return f.Rule != rule })}
		h.heading(mine, h.labelled(mine, label))
		label = ""
	}
	shown := h.editLines(b)
	h.evidence(b, len(shown) > 0)
	for _, l := range shown {
		h.line(l)
	}
	for _, text := range h.live(b) {
		h.detail("", text, plainly)
	}
	h.details(b)
	h.more(b)
	h.line()
}

// maxBroken is how many things that are broken now are shown, without
// --verbose: the first screen has room for them and for the verdict.
const maxBroken = 5

// detailed is a block about what is broken now, each with what was seen and
// what to run.
func (h *human) detailed(b block) {
	for i, f := range b.findings {
		if rest := len(b.findings) - i; i == maxBroken && rest > 1 && !h.Verbose {
			h.detail("", fmt.Sprintf("and %d more, with --verbose", rest), h.faint)
			break
		}
		one := block{b.rules, []plan.Outcome{f}}
		h.heading(one, h.labelled(one, ""))
		for j, e := range f.Evidence {
			if rest := len(f.Evidence) - j; j == maxEvidence && rest > 1 && !h.Verbose {
				h.detail("", fmt.Sprintf("and %d more, with --verbose", rest), h.faint)
				break
			}
			h.detail("", e.String(), plainly)
		}
		if f.HowTo != "" {
			h.line(h.faint("    run: "), h.cyan(h.say(f.HowTo)))
		}
		for _, n := range f.Notes {
			h.detail("note", n, plainly)
		}
	}
	h.more(b)
}

// heading is the rule, the messages and the label at the right edge, where there
// is room for it: in columns, or below each other where the terminal is narrow.
func (h *human) heading(b block, label label) {
	rule := cut(Clean(b.rules[0]), max(h.rule-2, minWidth))
	text := h.told(b)
	if h.rule == 0 {
		if textWidth(rule)+2+textWidth(label.plain) <= h.Width {
			h.line(h.bold(rule), "  ", label.painted)
		} else {
			h.line(h.bold(rule))
			h.line("  ", label.painted)
		}
		for _, t := range text {
			for _, l := range wrap(t, h.Width-2) {
				h.line("  ", l)
			}
		}
		return
	}
	room := h.Width - h.rule
	lines := wrapAll(text, room)
	if !slices.ContainsFunc(lines, func(l string) bool { return textWidth(l)+2+textWidth(label.plain) <= room }) {
		lines = wrapAll(text, room-textWidth(label.plain)-2)
	}
	lead := h.bold(rule) + strings.Repeat(" ", max(1, h.rule-textWidth(rule)))
	for i, l := range lines {
		left := room - textWidth(label.plain)
		switch {
		case label.plain != "" && textWidth(l)+2 <= left:
			h.line(lead, pad(l, left), label.painted)
			label.plain = ""
		case label.plain != "" && i == len(lines)-1:
			h.line(lead, l)
			h.line(strings.Repeat(" ", h.rule+left), label.painted)
		default:
			h.line(lead, l)
		}
		lead = strings.Repeat(" ", h.rule)
	}
}

func wrapAll(texts []string, width int) []string {
	var lines []string
	for _, t := range texts {
		lines = append(lines, wrap(t, width)...)
	}
	return lines
}

// label stands at the right edge: that it is an error, and what it touches.
type label struct{ plain, painted string }

func (h *human) labelled(b block, touches string) label {
	l := label{touches, h.faint(touches)}
	if gravity(b) > 1 {
		return l
	}
	if l.plain == "" {
		return label{"error", h.red("error")}
	}
	return label{"error, " + l.plain, h.red("error") + h.faint(", "+touches)}
}

// told are the messages of a block, of many the first few.
func (h *human) told(b block) []string {
	var out []string
	all := h.messages(b)
	for i, a := range all {
		if rest := all[i:]; i == maxMessages-1 && len(rest) > 1 && !h.Verbose {
			n := 0
			var lines []string
			for _, r := range rest {
				n += len(r.findings)
				for _, f := range r.findings {
					if f.Line > 0 {
						lines = append(lines, fmt.Sprint(f.Line))
					}
				}
			}
			text := fmt.Sprintf("and %d more", n)
			if len(lines) > 0 {
				text += " (" + lineNumbers(lines) + ")"
			}
			return append(out, text)
		}
		text := a.text
		if n := len(a.findings); n > 1 {
			text += fmt.Sprintf(" (%d times)", n)
		}
		out = append(out, text)
	}
	return out
}
