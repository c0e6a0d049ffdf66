package undo

import (
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// clones destroys the machines that the apply had added, and no other: not
// what was copied from them, and not what the app would go down without.
func (u *Undo) clones(w World) {
	if w.App == nil {
		for _, past := range u.Of.Clones {
			if past.Machine == "" {
				u.stays("a machine that this apply may have added in %s: the app can't be read (%s)", past.Region, w.Offline.Why(w.OfflineDetail))
				u.Partly = true
				continue
			}
			u.later(past.Machine, "", "the app can't be read ("+w.Offline.Why(w.OfflineDetail)+"); this apply added it in "+past.Region)
		}
		return
	}
	left := u.asLeft(w.App.Machines)
	for _, past := range u.Of.Clones {
		ours, copied := past.Added(w.App.Machines)
		for _, m := range copied {
			u.stays("machine %s in %s: somebody's copy of the machine that this apply added", m.ID, m.Region)
		}
		for _, m := range ours {
			if why := apply.Missed(m, left); why != "" {
				u.later(m.ID, m.Group(), why+"; this apply added it in "+m.Region)
				continue
			}
			left = slices.DeleteFunc(left, func(o live.Machine) bool { return o.ID == m.ID })
			u.step(plan.Step{
				ID: "destroy:" + m.ID, Kind: plan.StepDestroy,
				Destroy: &plan.DestroyStep{ID: m.ID, Group: m.Group(), Region: m.Region, Source: past.Source, Marker: past.Marker},
			})
			u.back("machine %s in %s: destroyed; this apply added it", m.ID, m.Region)
		}
		if len(ours) == 0 && past.Open(w.Now) {
			u.stays("a machine in %s that Fly may still create: this apply requested it at %s, and got no answer", past.Region, past.As.Asked.UTC().Format("15:04 UTC"))
			u.Partly = true
		}
		u.changedClone(past, ours, w.App)
	}
}

// asLeft are the machines as this undo leaves them before it destroys any: one
// that the proxy starts now may be one that it does not start then.
func (u *Undo) asLeft(machines []live.Machine) []live.Machine {
	left := slices.Clone(machines)
	for i, m := range left {
		for _, s := range u.Plan.Steps {
			if s.Kind != plan.StepMachine || s.Machine.ID != m.ID {
				continue
			}
			if cfg, _, err := machineconfig.Apply(m.Config, s.Machine.Ops); err == nil {
				left[i].Config = cfg
			}
		}
	}
	return left
}

// changedClone tells of a machine that was added and can't be known for ours
// any more, or not now.
func (u *Undo) changedClone(past apply.PastClone, ours []live.Machine, app *live.App) {
	m, there := app.Machine(past.Machine)
	switch {
	case !there || slices.ContainsFunc(ours, func(o live.Machine) bool { return o.ID == m.ID }):
	case m.Config.IsZero():
		u.later(past.Machine, "", m.WhyUntouchable()+"; this apply added it in "+past.Region)
	default:
		u.stays("machine %s in %s, which this apply added: it lost its mark or got a volume since; `fly machine destroy %s` removes it",
			past.Machine, past.Region, past.Machine)
	}
}
