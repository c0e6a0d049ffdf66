package undo

import (
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// Left finds the machines that bear a change of an earlier run, were never
// seen to be healthy with it, and are not now: what takes it back, by machine,
// and the app as it is without it, to plan from. The app that was given stays
// as it is; it is the one returned when nothing was left.
func Left(runs []apply.History, app *live.App) (map[string]plan.Repair, *live.App) {
	var left map[string]plan.Repair
	for _, h := range runs {
		if h.Undo != "" || h.App != app.Name {
			continue
		}
		for _, past := range append(slices.Clone(h.Machines), made(h, app)...) {
			i := slices.IndexFunc(app.Machines, func(m live.Machine) bool { return m.ID == past.ID })
			well := past.Well || past.Unproven && provenIn(h, past.Group)
			if well && !wantedBack(h.ID, past.ID, runs) {
				continue
			}
			if i < 0 {
				continue
			}
			ops, _ := still(app.Machines[i].Config, past.Inverse)
			if !suspect(past, app.Machines[i], addsCheck(ops), runs) {
				continue
			}
			cfg, changed, err := machineconfig.Apply(app.Machines[i].Config, ops)
			if err != nil || !changed {
				continue
			}
			if left == nil {
				left = map[string]plan.Repair{}
				own := *app
				own.Machines, app = slices.Clone(app.Machines), &own
			}
			left[past.ID] = plan.Repair{
				Ops: ops, Since: app.Machines[i].UpdatedAt, Start: past.State == "started",
				AtRest: !app.Machines[i].Started() && addsCheck(ops),
			}
			app.Machines[i].Config = cfg
		}
	}
	return left, app
}

// made are the machines that a run added, as those that it changed.
func made(h apply.History, app *live.App) (list []apply.PastMachine) {
	for _, c := range h.Clones {
		ours, _ := c.Added(app.Machines)
		for _, m := range ours {
			as := c.As
			if as.ID = m.ID; c.Machine != "" && m.ID != c.Machine { // the second one of a doubled creation, which nobody watched
				as.Well, as.Unproven, as.Ours, as.Asked = false, false, nil, m.CreatedAt
			}
			list = append(list, as)
		}
	}
	return list
}

// provenIn says whether a machine of a group did well with what a run gave it.
func provenIn(h apply.History, group string) bool {
	return slices.ContainsFunc(h.Machines, func(m apply.PastMachine) bool { return m.Group == group && m.Well && !m.Back })
}

// wantedBack says whether somebody began to take a run back, and that undo did
// not reach a machine: it was held, say, or its host was away. Then a change that
// the machine was once healthy with, and is not any more, is what an earlier run
// left like any other.
func wantedBack(id, machine string, runs []apply.History) bool {
	begun := false
	for _, r := range runs {
		if r.Undo != id {
			continue
		}
		begun = true
		if slices.ContainsFunc(r.Machines, func(m apply.PastMachine) bool { return m.ID == machine && m.Well }) {
			return false
		}
	}
	return begun
}

// suspect says whether a machine is not healthy, or is at rest with a check of the
// run that was never proven, and what it has is the version that the run gave it.
// A check that was seen to pass (past.Well) may wait at rest.
func suspect(past apply.PastMachine, m live.Machine, withCheck bool, runs []apply.History) bool {
	unproven := withCheck && !past.Well && !m.Started()
	if past.Back || m.WhyUntouchable() != "" || !sick(m, past.State == "started") && !unproven {
		return false
	}
	if slices.Contains(past.Ours, m.Version) {
		return true
	}
	if slices.ContainsFunc(runs, func(h apply.History) bool { return gave(h, m) }) {
		return false // another run did, which has its own say here
	}
	asked := past.Asked
	return !asked.IsZero() && m.Version != past.Replaced && !m.UpdatedAt.Before(asked.Add(-time.Minute)) && m.UpdatedAt.Before(asked.Add(apply.AskedWithin))
}

// addsCheck says whether what is taken back added a check to a service, or one to
// prove it: what was not seen to pass must not wait on a machine at rest, and a
// proof that was cut off must not stay there (seed 1303283416306).
func addsCheck(inverse []machineconfig.Op) bool {
	return slices.ContainsFunc(inverse, func(op machineconfig.Op) bool {
		return op.Verb == machineconfig.VerbTake && op.Service != nil && op.Pointer == "/checks" || apply.IsProbe(op)
	})
}

// gave says whether what a machine runs is known to be of a run.
func gave(h apply.History, m live.Machine) bool {
	return slices.ContainsFunc(h.Machines, func(past apply.PastMachine) bool {
		return past.ID == m.ID && slices.Contains(past.Ours, m.Version)
	})
}

// sick says whether a machine should serve and does not.
func sick(m live.Machine, wasStarted bool) bool {
	if m.Started() {
		return m.Health() != live.Healthy
	}
	return wasStarted && !m.AtRest()
}
