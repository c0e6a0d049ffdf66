package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// steps are those that carry out a block, in their order.
func (h *human) steps(b block) []plan.Step {
	var out []plan.Step
	for _, s := range h.plan.Steps {
		if slices.ContainsFunc(b.findings, func(f plan.Outcome) bool { return slices.Contains(f.Steps, s.ID) }) {
			out = append(out, s)
		}
	}
	return out
}

// touches says what of the app a block changes: "3 machines".
func (h *human) touches(b block) string {
	var t touched
	for _, s := range h.steps(b) {
		plan.Visit(s, &t)
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
	if t.secrets { // a line of its own says it
		return ""
	}
	proves := t.proves && slices.ContainsFunc(b.findings, func(f plan.Outcome) bool { return f.AddsCheck })
	if proves && t.machines > 1 {
		parts[0] = fmt.Sprintf("1 machine first, then %d", t.machines-1)
	} else if proves {
		parts[0] += ", tested " + map[bool]string{true: "on the new machine first", false: "first"}[h.cloneFirst()]
	}
	return strings.Join(parts, ", ")
}

func (h *human) cloneFirst() bool {
	return slices.ContainsFunc(h.plan.Rollouts, func(r plan.Rollout) bool { return r.CloneFirst })
}

// touched counts steps by what they change.
type touched struct {
	machines, added, volumes int
	secrets, proves          bool
}

func (t *touched) Secrets(*plan.SecretsStep) bool   { t.secrets = true; return true }
func (*touched) File(*plan.FileStep) bool           { return true }
func (*touched) OtherFile(*plan.OtherFileStep) bool { return true }
func (t *touched) Machine(s *plan.MachineStep) bool {
	t.machines, t.proves = t.machines+1, t.proves || len(s.Proof) > 0
	return true
}
func (t *touched) Clone(*plan.CloneStep) bool   { t.added++; return true }
func (t *touched) Volume(*plan.VolumeStep) bool { t.volumes++; return true }
func (*touched) Destroy(*plan.DestroyStep) bool { return true }

// live says what a block does on the app, besides the count of touches.
func (h *human) live(b block) []string {
	v := &doesLive{h: h, b: b}
	for _, s := range h.steps(b) {
		plan.Visit(s, v)
	}
	if v.secrets > 0 {
		text := map[bool]string{true: "stored as secrets first", false: "stored as a secret first"}[v.secrets > 1]
		if v.machines > 0 {
			text += ", then removed from the env of " + h.which(v.machines)
		}
		v.out = append([]string{text}, v.out...)
	}
	return v.out
}

// doesLive gathers what the steps of a block do.
type doesLive struct {
	h        *human
	b        block
	out      []string
	secrets  int
	machines int
}

func (v *doesLive) Secrets(s *plan.SecretsStep) bool {
	for _, set := range s.Set {
		if slices.ContainsFunc(v.b.findings, func(f plan.Outcome) bool { return f.Key == set.Key }) {
			v.secrets++
		}
	}
	return true
}

func (*doesLive) File(*plan.FileStep) bool { return true }

func (*doesLive) OtherFile(*plan.OtherFileStep) bool { return true }

func (v *doesLive) Machine(*plan.MachineStep) bool {
	v.machines++
	return true
}

func (v *doesLive) Clone(s *plan.CloneStep) bool {
	v.out = append(v.out, fmt.Sprintf("1 more machine in %s (a copy of %s)", s.Region, s.Source))
	return true
}

func (v *doesLive) Volume(s *plan.VolumeStep) bool {
	v.out = append(v.out, "volume "+s.ID+" in "+s.Region+": "+s.After.String()+", no restart")
	return true
}

func (*doesLive) Destroy(*plan.DestroyStep) bool { return true }

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
