package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// refused says above all else that flyctl does not take the file as it is.
func (h *human) refused() {
	text := refusal(h.plan)
	if text == "" {
		return
	}
	for _, l := range wrap(text, h.Width) {
		h.line(h.red(h.bold(l)))
	}
}

func refusal(p *plan.Plan) string {
	var lines []string
	found, fixed := false, true
	for _, f := range p.Findings {
		if !f.Refused || f.Outcome == plan.Ignored {
			continue
		}
		found, fixed = true, fixed && f.Outcome == plan.Planned
		if n := fmt.Sprint(f.Line); f.Line > 0 && !slices.Contains(lines, n) {
			lines = append(lines, n)
		}
	}
	if !found {
		return ""
	}
	text := "flyctl rejects this file"
	if len(lines) > 0 {
		text += " (" + lineNumbers(lines) + ")"
	}
	text += ", so every deploy fails"
	if fixed {
		text += "; apply fixes it"
	}
	return text
}

// lineNumbers says "line 3", or "lines 3, 4 and 5", of many the first ten.
func lineNumbers(lines []string) string {
	if len(lines) == 1 {
		return "line " + lines[0]
	}
	if n := len(lines) - maxPlaces; n > 0 {
		return "lines " + strings.Join(lines[:maxPlaces], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return "lines " + list(lines)
}

// maxPlaces is how many places of a block are named.
const maxPlaces = 10

// verdict is the line to read when there is time for one.
func (h *human) verdict(g groups) {
	plain, painted := verdict(h.plan, g, h.Style)
	if textWidth(plain) <= h.Width {
		h.line(painted)
		return
	}
	for _, l := range wrap(plain, h.Width) {
		h.line(h.bold(l))
	}
}

// Verdict is the one line of a plan, without its paint.
func Verdict(p *plan.Plan) string {
	plain, _ := verdict(p, grouped(p.Findings), Style{})
	return plain
}

// verdict gives the line twice: as it is, and painted.
func verdict(p *plan.Plan, g groups, st Style) (plain, painted string) {
	first := counts(p, g)
	if len(p.Findings)-p.Totals.Ignored == 0 {
		text := "Up to standard: nothing found"
		if p.Offline != "" {
			text = "Nothing found in " + Clean(p.File.Path)
		}
		return text, st.green(st.bold(text))
	}
	if !p.Changes() {
		text := "Nothing to apply: " + first
		return text, st.bold(text)
	}
	parts := []string{first}
	looks := []string{st.bold(first)}
	add := func(text string, look func(string) string) {
		parts, looks = append(parts, text), append(looks, look(text))
	}
	plainly := func(s string) string { return s }
	if p.Offline != "" {
		add(onlyFiles(p), plainly)
	} else {
		text, gap := restarts(p)
		if gap {
			add(text, st.yellow)
		} else {
			add(text, plainly)
		}
	}
	if text, costs := price(p.Totals); costs {
		add(text, st.yellow)
	} else {
		add(text, plainly)
	}
	return strings.Join(parts, "; "), strings.Join(looks, "; ")
}

// counts says "7 fixes ready, 3 need consent, 1 manual".
func counts(p *plan.Plan, g groups) string {
	ready, needs, manual, broken := 0, 0, p.Totals.Manual, 0
	for _, b := range g.broken {
		broken += len(b.findings)
		for _, f := range b.findings {
			if f.Outcome == plan.ByHand {
				manual--
			}
		}
	}
	ready = p.Totals.Planned
	needs = p.Totals.NeedConsent
	held := p.Totals.HeldBack - needs
	var parts []string
	if ready > 0 {
		parts = append(parts, fixes(ready)+" ready")
	}
	for _, n := range []struct {
		n         int
		one, many string
	}{{needs, "needs consent", "need consent"}, {held, "can't be done now", "can't be done now"}, {manual, "manual", "manual"}, {broken, "broken now", "broken now"}} {
		switch {
		case n.n == 1:
			parts = append(parts, "1 "+n.one)
		case n.n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n.n, n.many))
		}
	}
	return strings.Join(parts, ", ")
}

// restarts says "3 restarts, no gap, about 2 min".
func restarts(p *plan.Plan) (text string, gap bool) {
	blocked := 0
	for _, r := range p.Rollouts {
		if r.Blocked() > 0 {
			blocked += r.Restarts
		}
	}
	switch n := p.Totals.Restarts; {
	case p.NoRestart:
		return "no restart (--no-restart)", false
	case n > 0 && blocked == n:
		return count(n, "restart") + ", not possible now", true
	case blocked > 0:
		return fmt.Sprintf("%s, %d of them not possible now", count(n, "restart"), blocked), true
	case n == 0:
		text = "no restarts"
	default:
		gap = slices.ContainsFunc(p.Rollouts, func(r plan.Rollout) bool { return r.Gap })
		text = count(n, "restart") + ", no gap"
		if gap {
			text = count(n, "restart") + " with a gap of some seconds"
		}
	}
	if n := p.Totals.Seconds; n > secondsWorthSaying {
		text += ", about " + roughly(n)
	}
	return text, gap
}

// secondsWorthSaying is how short an apply needs no word of how long it takes.
const secondsWorthSaying = 10

// roughly says "30 s", "2 min", "1 h 10 min".
func roughly(seconds int) string {
	switch minutes := (seconds + 30) / 60; {
	case seconds < 50:
		return fmt.Sprintf("%d s", (seconds+9)/10*10)
	case minutes < 60:
		return fmt.Sprintf("%d min", max(minutes, 1))
	default:
		return fmt.Sprintf("%d h %d min", minutes/60, minutes%60/10*10)
	}
}

// price says what the plan costs a month.
func price(t plan.Totals) (text string, costs bool) {
	switch {
	case t.CostUnknown && t.CostMonthly > 0:
		return fmt.Sprintf("more than $%.2f a month (not every price is known)", t.CostMonthly), true
	case t.CostUnknown:
		return "adds cost (the price is not known)", true
	case t.CostMonthly > 0:
		return fmt.Sprintf("about $%.2f a month more", t.CostMonthly), true
	case t.CostMonthly < 0:
		return fmt.Sprintf("about $%.2f a month less", -t.CostMonthly), false
	default:
		return "$0", false
	}
}

// onlyFiles says that nothing but files changes.
func onlyFiles(p *plan.Plan) string {
	if p.Totals.OtherFiles > 0 {
		return "files only"
	}
	return "fly.toml only"
}
