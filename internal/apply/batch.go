package apply

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/plan"
)

// planned is the update that a step plans.
func planned(s plan.Step, goal onemachine.Goal) onemachine.Job {
	return onemachine.Job{Step: s, Goal: goal, Ops: s.Machine.Ops, Version: s.Machine.Version}
}

// batch updates machines together and follows them to the end. When one can't
// be taken, those taken before are followed all the same.
func (o *rollout) batch(ctx context.Context, g *group, jobs []onemachine.Job) error {
	var inFlight []*onemachine.InFlight
	var stopped error
	for _, j := range jobs {
		if o.r.stop.Err() != nil {
			break // those in hand are followed to their end
		}
		o.r.started(j.Step)
		m, err := o.r.machines.Begin(ctx, j)
		if errors.Is(err, onemachine.ErrRequeue) && o.requeue(ctx, g) {
			continue
		}
		if err != nil {
			stopped = err
			o.r.failed(j.Step, err)
			break
		}
		inFlight = append(inFlight, m)
	}
	o.r.machines.Follow(ctx, inFlight...)
	for _, m := range inFlight {
		if err := o.conclude(g, m); gravity(err) > gravity(stopped) {
			stopped = err
		}
	}
	return stopped
}

// requeue lets a moment pass; false says that it was too often.
func (o *rollout) requeue(ctx context.Context, g *group) bool {
	g.requeues++
	return g.requeues <= maxRequeues && o.r.d.Clock.Sleep(ctx, 2*time.Second) == nil
}

// conclude puts a machine's verdict into the report and the group.
func (o *rollout) conclude(g *group, m *onemachine.InFlight) error {
	res := o.r.rep.machine(m.Step.ID)
	switch m.Verdict {
	case onemachine.Unchanged:
		res.State, res.Version = AsWanted, m.Was.Version
	case onemachine.Healthy:
		if g.first && g.proves(m.Was) {
			o.r.emit(Proven{m.Machine})
		}
		g.first = false
		res.State = Done
	case onemachine.UpdatedAtRest:
		res.State = Done
	case onemachine.Unproven:
		res.State, res.Unproven = Done, true
		o.unproven[g.name] = o.unproven[g.name] || len(m.Step.Machine.Proof) > 0
		o.r.emit(Unproven{m.Machine})
	default:
		if !o.r.without.begun { // it is told then that the check is left out
			o.r.failed(m.Step, m.Err)
		}
		if m.Verdict != onemachine.Unhealthy { // of the others the recorder has told
			res.State, res.Why = leftAs(m.Err), Reason(m.Err)
			o.forget(m.Machine)
		}
		return m.Err
	}
	delete(g.pending, m.Machine)
	o.r.done(m.Step, m.Verdict != onemachine.Unchanged)
	return nil
}

// noteChanged: the machine runs a version of ours.
func (o *rollout) noteChanged(m *onemachine.InFlight) {
	o.forget(m.Machine)
	o.changed[m.Machine] = m
	o.order = append(o.order, m.Machine)
}

func (o *rollout) forget(machine string) {
	delete(o.changed, machine)
	o.order = slices.DeleteFunc(o.order, func(id string) bool { return id == machine })
}

// gravity sorts errors by what follows from them: all goes back; the rest goes
// on without a check; the run stops where it is.
func gravity(err error) int {
	switch {
	case err == nil:
		return 0
	case isRefused(err):
		return 2
	case isUnhealthy(err):
		return 3
	}
	return 1
}

func isUnhealthy(err error) bool {
	var unhealthy *UnhealthyError
	var held *UnprovenError
	return errors.As(err, &unhealthy) || errors.As(err, &held)
}
