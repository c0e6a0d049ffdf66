package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// totals are the last lines: everything that a person must know before they
// say yes.
func (h *human) totals() {
	h.total("as is", h.leftAlone()...)
	h.total("file", h.fileTotal())
	h.total("app", h.appTotals()...)
	h.total("money", h.money())
	h.total("held", h.held()...)
	h.total("by hand", rules(h.plan.Findings, plan.ByHand))
	if n := h.plan.Totals.Ignored; n > 0 {
		h.total("ignored", fmt.Sprintf("%d (--verbose shows them)", n))
	}
	h.line()
}

func (h *human) total(name string, texts ...string) {
	const column = 9
	for _, text := range texts {
		if text == "" {
			continue
		}
		for _, l := range wrap(h.say(text), h.Width-column) {
			h.line(h.bold(name), strings.Repeat(" ", column-len(name)), l)
			name = ""
		}
	}
}

func (h *human) fileTotal() string {
	t := h.plan.Totals
	if t.LinesAdded == 0 && t.LinesRemoved == 0 {
		return "no change"
	}
	parts := []string{
		count(t.LinesAdded, "line") + " added",
		fmt.Sprintf("%d removed", t.LinesRemoved),
		fmt.Sprintf("%d untouched", t.LinesUntouched),
	}
	if t.CommentsKept > 0 {
		parts = append(parts, count(t.CommentsKept, "comment")+" kept")
	}
	if t.CommentsRemoved > 0 {
		parts = append(parts, count(t.CommentsRemoved, "comment")+" removed")
	}
	return strings.Join(parts, ", ")
}

func (h *human) appTotals() []string {
	p := h.plan
	if p.Offline != "" {
		return []string{"not looked at: " + p.Offline.Why(p.OfflineDetail)}
	}
	var out []string
	if n := p.Totals.SecretsSet; n > 0 {
		text := count(n, "secret") + " set"
		if p.NoRestart {
			text += ", staged until the next deploy"
		}
		out = append(out, text)
	}
	if len(p.Staged) > 0 {
		out = append(out, stagedWords(p))
	}
	for _, s := range p.Steps {
		if s.Machine != nil && s.Machine.Repair != nil {
			out = append(out, "machine "+s.Machine.ID+" is not healthy with what an earlier run left on it: taken back first, a restart of its own")
		}
	}
	for _, r := range p.Rollouts {
		prefix := ""
		if len(p.App.Groups) > 1 {
			prefix = r.Group + ": "
		}
		for _, s := range rolloutWords(r) {
			out = append(out, prefix+s)
		}
	}
	if n := p.Totals.MachinesAdded; n > 0 {
		out = append(out, count(n, "machine")+" added")
	}
	if n := p.Totals.VolumesUpdated; n > 0 {
		out = append(out, count(n, "volume")+" with other snapshot settings, no restart")
	}
	if p.NoRestart {
		out = append(out, "no machine is touched; they take the rest at their next deploy (--no-restart)")
	}
	if len(out) == 0 {
		out = append(out, "no change")
	}
	return out
}

// leftAlone names the machines that are never changed, by the reason.
func (h *human) leftAlone() []string {
	var order []string
	by := map[string][]string{}
	for _, m := range h.plan.LeftAlone {
		if _, ok := by[m.Why]; !ok {
			order = append(order, m.Why)
		}
		by[m.Why] = append(by[m.Why], m.Machine)
	}
	var out []string
	for _, why := range order {
		ids := by[why]
		if len(ids) == 1 {
			out = append(out, "machine "+ids[0]+" is not changed: "+why)
			continue
		}
		text := count(len(ids), "machine") + " not changed, each because " + why + ": "
		if n := len(ids); n > maxNamed && !h.Verbose {
			ids = append(ids[:maxNamed-1:maxNamed-1], fmt.Sprintf("%d more", n-maxNamed+1))
		}
		out = append(out, text+list(ids))
	}
	return out
}

// maxNamed is how many machines are named without --verbose.
const maxNamed = 6

// rolloutWords say what the machines of one group go through.
func rolloutWords(r plan.Rollout) []string {
	var out []string
	switch {
	case r.Gap && r.Restarts > 1:
		out = append(out, fmt.Sprintf("the only started machine restarts %d times (the check is proven first): requests fail for some seconds each time", r.Restarts))
	case r.Gap:
		out = append(out, "the only started machine restarts: requests fail for some seconds")
	case r.Restarts == 1:
		out = append(out, fmt.Sprintf("1 machine restarted once, %d always up", r.Floor))
	case r.Restarts > 0:
		pace := "one at a time"
		if r.AtOnce > 1 {
			pace = fmt.Sprintf("the first alone, then at most %d at a time", r.AtOnce)
		}
		out = append(out, fmt.Sprintf("%s restarted once each, %s, %d always up", count(r.Restarts, "machine"), pace, r.Floor))
	}
	if r.Stopped > 0 {
		out = append(out, count(r.Stopped, "stopped machine")+" updated and left stopped")
	}
	if r.WakesOne {
		out = append(out, "one of them is started to prove the check, then stopped again")
	}
	if r.Suspended > 0 {
		out = append(out, fmt.Sprintf("%d of them suspended: the memory image is lost, the next start is a cold one", r.Suspended))
	}
	return out
}

func (h *human) money() string {
	t := h.plan.Totals
	switch {
	case t.CostUnknown && t.CostMonthly > 0:
		return fmt.Sprintf("about $%.2f a month more, and something whose price is not known here", t.CostMonthly)
	case t.CostUnknown:
		return "costs more; the price is not known here"
	case t.CostMonthly > 0:
		return fmt.Sprintf("about $%.2f a month more", t.CostMonthly)
	case t.CostMonthly < 0:
		return fmt.Sprintf("about $%.2f a month less", -t.CostMonthly)
	default:
		return "no change"
	}
}

// held says how many findings wait, and for which flags.
func (h *human) held() []string {
	var ways []string
	by := map[string][]plan.Outcome{}
	for _, f := range h.plan.Findings {
		way := flags(f.Flags)
		if f.Outcome != plan.NeedsConsent && f.Outcome != plan.HeldBack && f.Outcome != plan.Conflicting {
			continue
		}
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
		by[way] = append(by[way], f)
	}
	var out []string
	for _, way := range ways {
		text := rules(by[way], plan.NeedsConsent, plan.HeldBack, plan.Conflicting)
		if way != "" {
			text += " until " + way
		}
		out = append(out, text)
	}
	return out
}

// flags are what apply has to be given, each name once; "" when no flag does it.
func flags(all []plan.Flag) string {
	var names []string
	values := map[string][]string{}
	for _, f := range all {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
		if !slices.Contains(values[f.Name], f.Value) {
			values[f.Name] = append(values[f.Name], f.Value)
		}
	}
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = name + " " + strings.Join(values[name], ",")
	}
	return strings.Join(words, " ")
}

// rules says "3 (env-secrets, extra-regions)": how many of the findings, of
// which rules.
func rules(findings []plan.Outcome, of ...plan.Disposition) string {
	n := 0
	var ids []string
	for _, f := range findings {
		if !slices.Contains(of, f.Outcome) {
			continue
		}
		n++
		if !slices.Contains(ids, f.Rule) {
			ids = append(ids, f.Rule)
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d (%s)", n, strings.Join(ids, ", "))
}

func stagedWords(p *plan.Plan) string {
	return "restarting also brings staged secrets: " + strings.Join(p.Staged, ", ")
}
