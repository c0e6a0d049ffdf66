package apply

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// flapTime is how long checks may fail that pass in between: the floor is
// waited for that long before anything is begun.
const flapTime = 30 * time.Second

// floorNow is how many machines of a group count, are healthy, and must stay
// so.
type floorNow struct {
	started, healthy, atOnce, floor int
	unhealthy                       []string
}

// floor counts the machines of a group as they are now. Those that the proxy
// put to sleep do not count, nor do cordoned ones; those that went down by
// themselves do.
func (o *rollout) floor(g *group, all []live.Machine) floorNow {
	var f floorNow
	for _, m := range all {
		if !m.Serves() || m.WhyUntouchable() != "" && !g.seen[m.ID] {
			continue
		}
		if !m.Started() && (!g.seen[m.ID] || m.AtRest()) {
			continue
		}
		f.started++
		if m.Health() == live.Healthy {
			f.healthy++
		} else {
			f.unhealthy = append(f.unhealthy, m.ID)
		}
	}
	f.atOnce, _ = plan.AtOnce(o.r.d.MaxUnavailable, f.started) // checked when Run began
	f.floor = max(0, f.started-f.atOnce)
	return f
}

// checkFloor sees that each group can do without one machine at least, before
// the secrets are stored and the file is written: a group that can't would
// stop the run right after. Groups with machines to repair are looked at when
// that is done.
func (o *rollout) checkFloor(ctx context.Context, repaired bool) error {
	if o.r.noRestart() {
		return nil
	}
	groups := o.groupsToUpdate()
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		g := groups[name]
		if g.repairs != repaired || len(g.pending) == 0 {
			continue
		}
		if err := o.waitForFloor(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// waitForFloor waits for a machine that failed a check just now, and as long
// as the run itself would for one that has just been started.
func (o *rollout) waitForFloor(ctx context.Context, g *group) error {
	began := o.r.d.Clock.Now()
	for told := false; ; {
		all, err := o.readGroup(ctx, g)
		if err != nil {
			return err
		}
		started, _, err := g.split(all)
		if err != nil {
			return err
		}
		f := o.floor(g, all)
		if len(started) == 0 || len(choose(started, all, f, true)) > 0 {
			return nil
		}
		until := began.Add(min(flapTime, o.r.d.WaitTimeout))
		for _, m := range all {
			if boots := m.LastStart().Add(o.r.d.WaitTimeout); slices.Contains(f.unhealthy, m.ID) && boots.After(until) {
				until = boots
			}
		}
		if now := o.r.d.Clock.Now(); !now.Before(until) || now.Sub(began) >= o.r.d.WaitTimeout {
			return &FloorError{g.name, f.started, f.healthy, f.floor, f.unhealthy}
		}
		if !told {
			told = true
			o.r.emit(Waiting{Group: g.name, For: WaitFloor, Healthy: f.healthy, Floor: f.floor, Until: until})
		}
		if o.r.d.Clock.Sleep(ctx, 2*time.Second) != nil || o.r.stop.Err() != nil {
			return errInterrupted
		}
	}
}

// groupsToUpdate sorts the machines to update by their groups.
func (o *rollout) groupsToUpdate() map[string]*group {
	groups := map[string]*group{}
	for _, s := range o.r.steps(plan.StepMachine) {
		g := groups[s.Machine.Group]
		if g == nil {
			g = &group{name: s.Machine.Group, pending: map[string]plan.Step{}, seen: o.seenIn(s.Machine.Group), first: !o.provenIn(s.Machine.Group)}
			groups[g.name] = g
			for _, m := range o.r.clones.first {
				if m.Group == g.name {
					g.seen[m.Machine] = true
				}
			}
		}
		g.repairs = g.repairs || s.Machine.Repair != nil
		if m := o.changed[s.Machine.ID]; !o.repaired[s.ID] && (m == nil || !m.Verdict.Good()) {
			g.pending[s.Machine.ID] = s
			g.proof = g.proof || len(s.Machine.Proof) > 0
		}
	}
	return groups
}

// seenIn are the machines of a group that were started at some time of the run.
func (o *rollout) seenIn(group string) map[string]bool {
	if o.seen[group] == nil {
		o.seen[group] = map[string]bool{}
	}
	return o.seen[group]
}

// provenIn says whether a machine of a group is healthy with what this run gave
// it: a clone that came first, or any when the plan became another one on the way.
func (o *rollout) provenIn(group string) bool {
	for _, m := range o.r.clones.first {
		if m.Group == group && m.Verdict == onemachine.Healthy && len(m.Step.Clone.Ops) > 0 {
			return true
		}
	}
	for _, m := range o.changed {
		if m.Group == group && m.Verdict == onemachine.Healthy {
			return true
		}
	}
	return false
}
