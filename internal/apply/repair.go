package apply

import (
	"context"
	"errors"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// repairs says whether the plan takes back what earlier runs left.
func (r *run) repairs() bool {
	if r.noRestart() {
		return false
	}
	for _, s := range r.steps(plan.StepMachine) {
		if s.Machine.Repair != nil {
			return true
		}
	}
	return false
}

// repairMachines takes them one after the other, before anything else. Each is
// judged for itself: one that stays sick takes nothing back with it, and the
// floor, which it does not count for, decides about the others.
func (r *run) repairMachines(ctx context.Context) error {
	for i, s := range r.p.Steps {
		if s.Kind != plan.StepMachine || s.Machine.Repair == nil {
			continue
		}
		if r.stop.Err() != nil {
			return errInterrupted
		}
		needed, err := r.isSick(ctx, s.Machine)
		if err != nil {
			return err
		}
		if needed {
			if err := r.repair(ctx, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// isSick waits for as long as a machine may still get well by itself.
func (r *run) isSick(ctx context.Context, s *plan.MachineStep) (bool, error) {
	until := s.Repair.Since.Add(r.d.WaitTimeout)
	for told := false; ; {
		m, err := r.d.Machines.Machine(ctx, s.ID)
		switch over := !r.d.Clock.Now().Before(until); {
		case err != nil && (over || !uncertain(err)):
			return false, err
		case err != nil:
		case m.Version != s.Version:
			return false, &MovedError{m.ID, "somebody updated it: its version is " + m.Version + ", not " + s.Version}
		case !m.Started() && s.Repair.AtRest:
			return true, nil
		case m.Health() == live.Healthy, !m.Started() && (m.AtRest() || !s.Repair.Start):
			return false, nil
		case over:
			return true, nil
		}
		if !told {
			told = true
			r.emit(Waiting{Machine: s.ID, Group: s.Group, For: WaitChecks, Checks: m.NotPassing(time.Time{}), Until: until})
		}
		if r.d.Clock.Sleep(ctx, 2*time.Second) != nil || r.stop.Err() != nil {
			return false, errInterrupted
		}
	}
}

// repair updates one machine. What is planned for it besides goes on from the
// version that it has then.
func (r *run) repair(ctx context.Context, i int) error {
	s := r.p.Steps[i]
	r.started(s)
	r.emit(Repairing{s.Machine.ID})
	j := job{step: s, ops: s.Machine.Repair.Ops, version: s.Machine.Version, repair: true, wake: s.Machine.Repair.Start}
	h, err := r.begin(ctx, j)
	for n := 0; errors.Is(err, errRequeue) && n < maxRequeues && r.d.Clock.Sleep(ctx, 2*time.Second) == nil; n++ {
		h, err = r.begin(ctx, j)
	}
	if err != nil {
		r.failed(s, err)
		return err
	}
	r.watch(ctx, pendingOnly([]*hand{h}))
	res := r.rep.machine(s.ID)
	switch h.verdict {
	case unchanged:
		return nil
	case well, rested, unproven:
	case unwell:
		res.Why = "what an earlier run had left on it was taken back, and it is not healthy without it either: " + h.err.Error()
		r.sick = errors.Join(r.sick, h.err)
	default:
		res.State, res.Why = NotSure, h.err.Error()
		r.failed(s, h.err)
		return h.err
	}
	r.emit(Repaired{s.Machine.ID, h.verdict != unwell})
	res.Repaired, res.State = true, NotReached
	next := *s.Machine
	next.Version = h.version
	r.p.Steps[i].Machine = &next
	if nothingMore(h, s.Machine) {
		res.State = AsWanted
		r.settled[s.ID] = true
		r.done(s, true)
	}
	return nil
}

// nothingMore says whether a machine has all that is planned for it once it is
// repaired.
func nothingMore(h *hand, s *plan.MachineStep) bool {
	cfg, _, err := machineconfig.Apply(h.before.Config, s.Repair.Ops)
	if err != nil {
		return false
	}
	_, more, err := machineconfig.Apply(cfg, s.Ops)
	return err == nil && !more
}
