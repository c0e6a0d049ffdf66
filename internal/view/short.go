package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// maxShort is how many lines of the widest text a message gets of what is not
// done, its reason, and what to do about it; one more at 80 columns, and twice as
// many where the terminal is narrower still. That is room for every message of a
// rule: half a sentence helps nobody.
const maxShort = 2

// short is a block that apply does not carry out: what and where, and why. The
// whole, with the diff, is behind --verbose.
func (h *human) short(b block) {
	rule := cut(Clean(b.rules[0]), max(h.rule-2, minWidth))
	lead, column := h.bold(rule)+strings.Repeat(" ", max(1, h.rule-textWidth(rule))), h.rule
	if h.rule == 0 {
		h.line(h.bold(rule))
		lead, column = "  ", 2
	}
	first := lead
	say := func(m message) {
		for _, l := range h.atMost(m, h.Width-column) {
			h.line(lead, l)
			lead = strings.Repeat(" ", column)
		}
	}
	if h.Verbose {
		for _, a := range h.messages(b) {
			lead = first
			say(h.shortText(a))
			h.whole(block{b.rules, a.findings})
		}
		h.more(b)
		return
	}
	var whys []string
	for i, all := 0, h.messages(b); i < len(all); i++ {
		if i == maxMessages-1 && len(all) > maxMessages {
			say(message{text: "and " + h.moreOf(all[i:])})
			break
		}
		say(h.shortText(all[i]))
		if f := all[i].findings[0]; f.Severity == plan.Info && f.NeedsFlags() && len(h.price(all[i].findings)) > 0 {
			continue // its flag and its price say what it takes, and little hangs on it
		}
		for _, text := range because(all[i].findings[0]) {
			if text = h.say(text); text != "" && !slices.Contains(whys, text) && !slices.Contains(h.price(all[i].findings), text) {
				whys = append(whys, text)
			}
		}
	}
	for _, text := range whys {
		say(message{text: text})
	}
}

// whole is everything about findings that say the same, below their message.
func (h *human) whole(b block) {
	h.evidence(b, false)
	for _, l := range h.editLines(b) {
		h.line(h.faint(l))
	}
	h.details(b)
}

// atMost wraps a message, and cuts it after some lines, but never a command: that
// is there to be copied. Nor its facts: they say the price.
func (h *human) atMost(m message, width int) []string {
	lines, most := h.wrapped(m, width), maxShort
	if h.Width < maxWidth {
		most++
	}
	if h.rule == 0 {
		most *= 2
	}
	if len(lines) > most && !h.Verbose && !strings.Contains(strings.Join(lines[most-1:], ""), "`") {
		var facts []string
		if m.facts != "" {
			facts = wrap(strings.TrimSpace(m.facts), width)
		}
		m.facts = ""
		lines, most = h.wrapped(m, width), max(most-len(facts), 1)
		if len(lines) > most {
			lines = lines[:most]
			lines[most-1] = endCut(lines[most-1], width)
			if text := strings.Join(lines, ""); strings.Count(text, "(") > strings.Count(text, ")") {
				lines[most-1] += ")"
			}
		}
		lines = append(lines, facts...)
	}
	return lines
}

func (h *human) moreOf(all []alike) string {
	n := 0
	var same []plan.Outcome
	for _, a := range all {
		n += len(a.findings)
		same = append(same, a.findings...)
	}
	text := fmt.Sprintf("%d more", n)
	if at := h.places(same); at != "" {
		text += " (" + at + ")"
	}
	return text
}

// endCut ends a line with a mark that it goes on: behind a whole clause where it
// has one, as half a command is none.
func endCut(l string, width int) string {
	if i := strings.LastIndex(l, "; "); i > 0 && strings.Count(l[:i], "(") == strings.Count(l[:i], ")") {
		l = l[:i]
	}
	for textWidth(l)+len(" .)") > width {
		i := strings.LastIndexByte(l, ' ')
		if i < 0 {
			break
		}
		l = l[:i]
	}
	return strings.TrimRight(l, " ,;:") + " …"
}

// shortText is "message (line 12; 3 restarts)".
func (h *human) shortText(a alike) message {
	f := a.findings[0]
	m := message{text: a.text, bad: f.Severity == plan.Error}
	var facts []string
	if at := h.places(a.findings); at != "" {
		facts = append(facts, at)
	}
	if f.NeedsFlags() {
		facts = append(facts, h.price(a.findings)...)
	}
	if len(facts) > 0 {
		m.facts = " (" + strings.Join(facts, "; ") + ")"
	}
	return m
}

// places say where findings are: "line 12" of fly.toml, "server.js:3", of many
// the first ten.
func (h *human) places(all []plan.Outcome) string {
	var files []string
	lines := map[string][]string{}
	told := map[plan.At]bool{}
	for _, f := range all {
		if f.Line == 0 {
			continue
		}
		if !slices.Contains(files, f.File) {
			files = append(files, f.File)
		}
		if at := (plan.At{File: f.File, Line: f.Line}); !told[at] {
			told[at] = true
			lines[f.File] = append(lines[f.File], strconv.Itoa(f.Line))
		}
	}
	var out []string
	for _, file := range files {
		switch n := lines[file]; {
		case file == h.plan.File.Path:
			out = append(out, lineNumbers(n))
		case len(n) == 1:
			out = append(out, h.say(file)+":"+n[0])
		default:
			out = append(out, h.say(file)+" "+lineNumbers(n))
		}
	}
	return strings.Join(out, ", ")
}

// price is what consent to the findings would cost: restarts and money.
func (h *human) price(all []plan.Outcome) []string {
	var out []string
	restarts, monthly, unknown := 0, 0.0, false
	for _, f := range all {
		restarts = max(restarts, f.Restarts) // the same machines, once, whatever the findings
		monthly += f.CostMonthly
		unknown = unknown || f.Costs && !f.CostKnown
	}
	if restarts > 0 {
		out = append(out, count(restarts, "restart"))
	}
	switch {
	case unknown:
		out = append(out, "adds cost")
	case monthly > 0:
		out = append(out, fmt.Sprintf("about $%.2f a month", monthly))
	}
	return out
}

// because is why a finding is not simply done, and what to do about it.
func because(f plan.Outcome) []string {
	switch {
	case f.IgnoredBy != nil:
		return []string{reason(f)}
	case f.Outcome == plan.ByHand && f.HowTo != "":
		return []string{f.HowTo}
	case f.Outcome == plan.ByHand && f.Reason == "" && len(f.Notes) > 0:
		return f.Notes[:1]
	case f.Outcome == plan.HeldBack && f.NeedsFlags():
		return nil // its flag says it
	case f.Outcome == plan.HeldBack, f.Outcome == plan.Conflicting:
		return []string{f.Reason, f.HowTo}
	}
	return []string{f.Reason}
}

// message is a text that begins with a mark where it is an error.
type message struct {
	text string
	bad  bool
	// facts end it, in brackets: where, and what it costs. They are never cut.
	facts string
}

// wrapped breaks a message into lines, its mark painted.
func (h *human) wrapped(m message, width int) []string {
	const mark = "error:"
	if !m.bad {
		return wrap(m.text+m.facts, width)
	}
	lines := wrap(mark+" "+m.text+m.facts, width)
	lines[0] = h.red(mark) + lines[0][len(mark):]
	return lines
}
