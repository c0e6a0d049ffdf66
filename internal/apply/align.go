package apply

import (
	"context"
	"errors"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
)

// align brings the machines that were updated already to what the plan wants of
// them now: those that passed the check lose it too. It is an error when one of
// them, or the one that refused it, is not well.
func (o *rollout) align(ctx context.Context) error {
	for i := range o.r.rep.Machines {
		res := &o.r.rep.Machines[i]
		s, wanted := o.r.step(res.step)
		switch res.State {
		case Unhealthy:
			return errNotAligned
		case Restored:
			// Not well without the change either, or it could not be brought to
			// the other plan: a third try would restart it once too often.
			if res.Unhealthy || wanted && s.Machine.State == "started" {
				return errNotAligned
			}
			if wanted { // its turn comes again
				s.Machine.Version = res.Version
				res.State, res.Why = NotReached, ""
			}
		case NotSure, Theirs:
			if m := o.changed[res.ID]; m == nil || !m.Verdict.Good() {
				return errNotAligned
			}
		default:
		}
	}
	for _, id := range slices.Backward(slices.Clone(o.order)) {
		if m := o.changed[id]; m != nil && !o.alignOne(ctx, m) {
			return errNotAligned
		}
	}
	if !o.r.clones.align(ctx) {
		return errNotAligned
	}
	return nil
}

var errNotAligned = errors.New("a machine is not as the plan wants it")

func (o *rollout) alignOne(ctx context.Context, m *onemachine.InFlight) bool {
	s, wanted := o.r.step(m.Step.ID)
	res := o.r.rep.machine(m.Step.ID)
	if wanted && sameJSON(s.Machine.Ops, m.Ops) {
		if res.State != Done {
			res.State = Done
			o.r.done(s, true)
		}
		return true
	}
	if why := o.whyNotTake(ctx, m.Machine, m.Group); why != "" {
		o.r.emit(Kept{m.Machine, why})
		return false
	}
	var tried []onemachine.Job
	if wanted {
		tried = append(tried, again(m, s))
		if next, err := o.r.machines.Begin(ctx, tried[0]); err == nil {
			o.r.machines.Follow(ctx, next)
			if next.Verdict.Good() {
				res.State = Done
			}
			return next.Verdict.Good()
		}
	}
	o.r.machines.Follow(ctx, o.r.machines.BeginRestore(m, nil, tried...))
	if wanted && res.State == Restored {
		s.Machine.Version, res.State = res.Version, NotReached
	}
	return o.changed[m.Machine] == nil
}
