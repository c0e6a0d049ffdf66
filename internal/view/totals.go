package view

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// totals are the last lines: everything that a person must know before they
// say yes.
func (h *human) totals() {
	if h.plan.Changes() {
		h.total("file", h.fileTotals()...)
	}
	h.total("app", h.appTotals()...)
	if text, costs := price(h.plan.Totals); costs {
		h.total("cost", text)
	}
	if !onlyManual(h.plan) {
		h.total("skipped", h.leftAlone()...)
	}
	if n := h.plan.Totals.Ignored; n > 0 && !h.Verbose {
		h.total("ignored", fmt.Sprintf("%s (--verbose lists them)", count(n, "finding")))
	}
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

// fileTotals say what becomes of fly.toml and of each other file.
func (h *human) fileTotals() []string {
	out := []string{h.fileTotal()}
	for _, s := range h.plan.Steps {
		o := s.OtherFile
		if o == nil || len(o.Edits) == 0 {
			continue
		}
		text := h.beside(o.File) + ": " + count(o.Added, "line") + " added"
		if o.Removed > 0 {
			text += fmt.Sprintf(", %d removed", o.Removed)
		}
		if o.BeforeSHA256 == "" {
			text += ", a new file"
		}
		if out[0] == "no change" {
			out = out[1:]
		}
		out = append(out, text)
	}
	return out
}

// beside is the path of another file as the user knows it.
func (h *human) beside(file string) string { return path.Join(path.Dir(h.plan.File.Path), file) }

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
		return []string{"not checked: " + p.Offline.String()}
	}
	var short, out []string
	if n := p.Totals.SecretsSet; n > 0 {
		text := count(n, "secret") + " set"
		if p.NoRestart {
			text += ", staged until the next deploy"
		}
		short = append(short, text)
	}
	if n := p.Totals.MachinesAdded; n > 0 {
		short = append(short, count(n, "machine")+" added")
	}
	if n := p.Totals.VolumesUpdated; n > 0 {
		short = append(short, count(n, "volume")+" with other snapshot settings")
	}
	for _, s := range p.Steps {
		if s.Machine != nil && s.Machine.Repair != nil {
			out = append(out, "machine "+s.Machine.ID+" is unhealthy with what an earlier run left on it: that is undone first, in a separate restart")
		}
	}
	for _, r := range p.Rollouts {
		if len(p.App.Groups) > 1 {
			out = append(out, rolloutWords(r, true)...)
		} else {
			short = append(short, rolloutWords(r, false)...)
		}
	}
	if len(p.Staged) > 0 {
		out = append(out, stagedWords(p))
	}
	if p.NoRestart {
		out = append(out, "no machine is touched; they take the rest at their next deploy (--no-restart)")
	}
	if len(short) > 0 {
		out = append([]string{strings.Join(short, "; ")}, out...)
	}
	if len(out) == 0 && p.Changes() {
		out = append(out, "no change")
	}
	return out
}

// onlyManual says whether apply would do nothing whatever it is allowed.
func onlyManual(p *plan.Plan) bool {
	return !p.Changes() && !slices.ContainsFunc(p.Findings, func(o plan.Outcome) bool { return o.NeedsFlags() || o.Outcome == plan.HeldBack })
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
		if !h.Verbose {
			ids = firstOf(maxNamed, ids, "")
		}
		out = append(out, text+list(ids))
	}
	return out
}

// maxNamed is how many machines are named without --verbose.
const maxNamed = 6

// rolloutWords say what the machines of one group go through, each with its name
// where there are several.
func rolloutWords(r plan.Rollout, several bool) []string {
	var out []string
	switch enough := r.Blocked(); {
	case enough > 0:
		out = append(out, fmt.Sprintf("no machine can restart: %d of %d fail their checks already, and %d must stay up; --max-unavailable %d allows it",
			r.Unhealthy, r.Started, r.Floor, enough))
	case r.CloneFirst:
		out = append(out, "the new machine comes first: the only started one restarts when that is healthy")
	case r.Gap && r.Restarts > 1:
		out = append(out, fmt.Sprintf("the only started machine restarts %d times, as the check is tested first: requests fail for some seconds each time", r.Restarts))
	case r.Gap:
		out = append(out, "the only started machine restarts: requests fail for some seconds")
	case r.Restarts == 1:
		out = append(out, fmt.Sprintf("1 machine restarts, %d always up", r.Floor))
	case r.Restarts > 0:
		pace := " one at a time"
		if r.AtOnce > 1 {
			pace = fmt.Sprintf(": the first alone, then at most %d at a time", r.AtOnce)
		}
		out = append(out, fmt.Sprintf("%s restart%s, %d always up", count(r.Restarts, "machine"), pace, r.Floor))
	}
	if r.Stopped > 0 {
		out = append(out, count(r.Stopped, "stopped machine")+" updated and left stopped")
	}
	if r.WakesOne {
		out = append(out, "one of them is started to test the check, then stopped again")
	}
	if r.Suspended > 0 {
		out = append(out, fmt.Sprintf("%d of them suspended: the memory image is lost, the next start is a cold one", r.Suspended))
	}
	for i := range out {
		if several {
			out[i] = r.Group + ": " + out[i]
		}
	}
	return out
}

func stagedWords(p *plan.Plan) string {
	return "restarting also brings staged secrets: " + strings.Join(p.Staged, ", ")
}
