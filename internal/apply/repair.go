package apply

import (
	"context"
	"errors"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// repairs says whether the plan takes back what earlier runs left.
func (o *rollout) repairs() bool {
	if o.r.noRestart() {
		return false
	}
	for _, s := range o.r.steps(plan.StepMachine) {
		if s.Machine.Repair != nil {
			return true
		}
	}
	return false
}

// repairMachines takes them one after the other, before anything else. Each is
// judged for itself: one that stays unhealthy takes nothing back with it, and
// the floor, which it does not count for, decides about the others.
func (o *rollout) repairMachines(ctx context.Context) error {
	for i, s := range o.r.p.Steps {
		if s.Kind != plan.StepMachine || s.Machine.Repair == nil {
			continue
		}
		if o.r.stop.Err() != nil {
			return errInterrupted
		}
		needed, err := o.needsRepair(ctx, s.Machine)
		if err != nil {
			return err
		}
		if needed {
			if err := o.repair(ctx, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// needsRepair waits for as long as a machine may still get healthy by itself.
func (o *rollout) needsRepair(ctx context.Context, s *plan.MachineStep) (bool, error) {
	until := s.Repair.Since.Add(o.r.d.WaitTimeout)
	for told := false; ; {
		m, err := o.r.d.Machines.Machine(ctx, s.ID)
		switch over := !o.r.d.Clock.Now().Before(until); {
		case err != nil && (over || !live.Uncertain(err)):
			return false, err
		case err != nil:
		case m.Version != s.Version:
			return false, &MovedError{Machine: m.ID, Why: "somebody updated it since (version " + m.Version + ", not " + s.Version + ")"}
		case !m.Started() && s.Repair.AtRest:
			return true, nil
		case m.Health() == live.Healthy, !m.Started() && (m.AtRest() || !s.Repair.Start):
			return false, nil
		case over:
			return true, nil
		}
		if !told {
			told = true
			o.r.emit(Waiting{Machine: s.ID, Group: s.Group, For: WaitChecks, Checks: m.NotPassing(time.Time{}), Until: until})
		}
		if o.r.d.Clock.Sleep(ctx, 2*time.Second) != nil || o.r.stop.Err() != nil {
			return false, errInterrupted
		}
	}
}

// repair updates one machine. What is planned for it besides goes on from the
// version that it has then.
func (o *rollout) repair(ctx context.Context, i int) error {
	s := o.r.p.Steps[i]
	o.r.started(s)
	o.r.emit(Repairing{s.Machine.ID})
	j := onemachine.Job{Step: s, Goal: onemachine.Repair, Ops: s.Machine.Repair.Ops, Version: s.Machine.Version}
	if s.Machine.Repair.Start {
		j.Goal = onemachine.RepairStart
	}
	m, err := o.r.machines.Begin(ctx, j)
	for n := 0; errors.Is(err, onemachine.ErrRequeue) && n < maxRequeues && o.r.stop.Err() == nil && o.r.d.Clock.Sleep(ctx, 2*time.Second) == nil; n++ {
		m, err = o.r.machines.Begin(ctx, j)
	}
	if err != nil {
		o.r.failed(s, err)
		return err
	}
	o.r.machines.Follow(ctx, m)
	res := o.r.rep.machine(s.ID)
	switch {
	case m.Verdict == onemachine.Unchanged:
		return nil
	case m.Verdict.Good():
	case m.Verdict == onemachine.Unhealthy:
		res.Why = "the change that an earlier run left on it was undone, and it is still not healthy: " + Reason(m.Err)
		o.unrepaired = errors.Join(o.unrepaired, m.Err)
	default:
		res.State, res.Why = leftAs(m.Err), Reason(m.Err)
		o.r.failed(s, m.Err)
		return m.Err
	}
	o.r.emit(Repaired{s.Machine.ID, m.Verdict != onemachine.Unhealthy})
	res.Repaired, res.State = true, NotReached
	next := *s.Machine
	next.Version = m.Version
	o.r.p.Steps[i].Machine = &next
	if nothingMore(m, s.Machine) {
		res.State = AsWanted
		o.repaired[s.ID] = true
		if m.Verdict == onemachine.Unhealthy { // it is done, but not well, and the run says so at its end
			o.r.failed(s, m.Err)
			return nil
		}
		o.r.done(s, true)
	}
	return nil
}

// nothingMore says whether a machine has all that is planned for it once it is
// repaired.
func nothingMore(m *onemachine.InFlight, s *plan.MachineStep) bool {
	cfg, _, err := machineconfig.Apply(m.Was.Config, s.Repair.Ops)
	if err != nil {
		return false
	}
	_, more, err := machineconfig.Apply(cfg, s.Ops)
	return err == nil && !more
}
