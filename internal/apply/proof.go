package apply

import (
	"context"
	"errors"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/live"
)

// proveAlone is for the only started machine of a group. It gets the new
// check as a top-level check first: that one can fail without taking the
// machine out of routing. When it passes, the real update follows. The two
// are one machine in hand: an interruption comes after both.
func (o *rollout) proveAlone(ctx context.Context, g *group, m live.Machine) error {
	s := g.pending[m.ID]
	ops, err := onemachine.ProbeOps(s.Machine)
	if err != nil {
		return err
	}
	o.r.started(s)
	o.r.emit(Proving{m.ID, ProofProbe})
	first, err := o.r.machines.Begin(ctx, onemachine.Job{Step: s, Goal: onemachine.Probe, Ops: ops, Version: s.Machine.Version})
	if errors.Is(err, onemachine.ErrRequeue) && o.requeue(ctx, g) {
		return nil
	}
	if err != nil {
		o.r.failed(s, err)
		return err
	}
	o.r.machines.Follow(ctx, first)
	if first.Verdict == onemachine.Unchanged || !first.Verdict.Good() {
		return o.conclude(g, first)
	}
	return o.proveForReal(ctx, g, first)
}

// proveForReal is the second update of a lone machine: what was planned.
func (o *rollout) proveForReal(ctx context.Context, g *group, first *onemachine.InFlight) error {
	real := planned(first.Step, onemachine.Change)
	real.Version, real.Before = first.Version, &first.Was
	passed := first.Verdict == onemachine.Healthy
	if passed {
		o.r.emit(Proven{first.Machine})
	} else { // the proxy stopped it: it proves nothing unless it is started
		real.Goal = onemachine.StartToProve
	}
	second, err := o.r.machines.Begin(ctx, real)
	for errors.Is(err, onemachine.ErrRequeue) && o.requeue(ctx, g) {
		second, err = o.r.machines.Begin(ctx, real)
	}
	if err != nil {
		// It has the probe still, which is nothing that anybody wants to keep.
		o.r.failed(first.Step, err)
		o.r.machines.Follow(ctx, o.r.machines.BeginRestore(first, err, real))
		return err
	}
	o.r.machines.Follow(ctx, second)
	if second.Verdict == onemachine.Healthy && second.Woken {
		o.rest(ctx, second)
	}
	if passed && second.Verdict != onemachine.Unhealthy {
		g.first = false // the probe has proven it
	}
	return o.conclude(g, second)
}

// proveAwake is for a group of which no machine is started: one is updated,
// started, looked at, and brought back to the state it was in.
func (o *rollout) proveAwake(ctx context.Context, g *group, idle []live.Machine) error {
	m := toWake(g, idle)
	s := g.pending[m.ID]
	o.r.emit(Proving{m.ID, ProofWake})
	o.r.started(s)
	woken, err := o.r.machines.Begin(ctx, planned(s, onemachine.ProveAtRest))
	if errors.Is(err, onemachine.ErrRequeue) && o.requeue(ctx, g) {
		return nil
	}
	if err != nil {
		o.r.failed(s, err)
		return err
	}
	o.r.machines.Follow(ctx, woken)
	if woken.Verdict == onemachine.Healthy && woken.Woken {
		o.rest(ctx, woken)
	}
	return o.conclude(g, woken)
}

// toWake prefers a machine that has no memory image to lose, and takes one
// that failed, or never ran, last: it proves nothing about the change.
func toWake(g *group, idle []live.Machine) live.Machine {
	list := slices.DeleteFunc(slices.Clone(idle), func(m live.Machine) bool { return !g.proves(m) })
	for _, state := range []string{"stopped", "suspended"} {
		for _, m := range list {
			if m.State == state {
				return m
			}
		}
	}
	return list[0]
}

// rest brings a machine that was started for a proof back to where it was. It
// is no failure when that does not work: the machine is healthy, and the report
// says that it runs.
func (o *rollout) rest(ctx context.Context, m *onemachine.InFlight) {
	if err := o.r.machines.Rest(ctx, m); err != nil {
		o.r.rep.machine(m.Step.ID).Why = "it was started to test its check, and could not be stopped again: " + err.Error()
	}
}
