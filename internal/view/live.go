package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// touches says what of the app a block changes: "3 machines".
func (h *human) touches(b block) string {
	t := h.touched(b)
	if len(t.secrets) > 0 { // a line of its own says it
		return ""
	}
	var parts []string
	for _, n := range []struct {
		n   int
		one string
	}{{t.machines, "machine"}, {t.added, "new machine"}, {t.volumes, "volume"}} {
		if n.n > 0 {
			parts = append(parts, count(n.n, n.one))
		}
	}
	proves := t.proves && slices.ContainsFunc(b.findings, func(f plan.Outcome) bool { return f.AddsCheck })
	if proves && t.machines > 1 {
		parts[0] = fmt.Sprintf("1 machine first, then %d", t.machines-1)
	} else if proves {
		cloneFirst := slices.ContainsFunc(h.plan.Rollouts, func(r plan.Rollout) bool { return r.CloneFirst })
		parts[0] += ", tested " + map[bool]string{true: "on the new machine first", false: "first"}[cloneFirst]
	}
	return strings.Join(parts, ", ")
}

// live says what a block does on the app, besides the count of touches.
func (h *human) live(b block) []string {
	t := h.touched(b)
	stored := 0
	for _, set := range t.secrets {
		if slices.ContainsFunc(b.findings, func(f plan.Outcome) bool { return f.Key == set.Key }) {
			stored++
		}
	}
	if stored == 0 {
		return t.does
	}
	text := map[bool]string{true: "stored as secrets first", false: "stored as a secret first"}[stored > 1]
	if t.machines > 0 {
		text += ", then removed from the env of " + h.which(t.machines)
	}
	return append([]string{text}, t.does...)
}

func (h *human) touched(b block) *touched {
	var t touched
	for _, s := range h.plan.Steps {
		if slices.ContainsFunc(b.findings, func(f plan.Outcome) bool { return slices.Contains(f.Steps, s.ID) }) {
			plan.Visit(s, &t)
		}
	}
	return &t
}

// touched gathers what steps change on the app, and what they do there in words
// that a count does not tell.
type touched struct {
	secrets                  []plan.SecretFrom
	machines, added, volumes int
	proves                   bool
	does                     []string
}

func (t *touched) Secrets(s *plan.SecretsStep) bool { t.secrets = s.Set; return true }
func (*touched) File(*plan.FileStep) bool           { return true }
func (*touched) OtherFile(*plan.OtherFileStep) bool { return true }
func (*touched) Destroy(*plan.DestroyStep) bool     { return true }

func (t *touched) Machine(s *plan.MachineStep) bool {
	t.machines, t.proves = t.machines+1, t.proves || len(s.Proof) > 0
	return true
}

func (t *touched) Clone(s *plan.CloneStep) bool {
	t.added++
	t.does = append(t.does, fmt.Sprintf("1 more machine in %s (a copy of %s)", s.Region, s.Source))
	return true
}

func (t *touched) Volume(s *plan.VolumeStep) bool {
	t.volumes++
	t.does = append(t.does, "volume "+s.ID+" in "+s.Region+": "+s.After.String()+", no restart")
	return true
}

// which says "all 3 machines", "both machines".
func (h *human) which(n int) string {
	switch {
	case n == 1 || n != h.plan.App.Machines:
		return count(n, "machine")
	case n == 2:
		return "both machines"
	}
	return "all " + count(n, "machine")
}
