package apply

import (
	"context"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// cloneSteps adds machines, and destroys those that an apply had added.
type cloneSteps struct {
	r *run
	// first are those that are up already when the machines are updated.
	first []firstClone
}

type firstClone struct {
	*onemachine.InFlight
	rec cloneRecord
}

// add makes the clones, one after the other. One that never gets well
// is destroyed; those before it stay. first are only those that a machine waits
// for: it is the only one of its group, and the group is not without one.
func (c *cloneSteps) add(ctx context.Context, first bool) error {
	r := c.r
	for n, s := range r.steps(plan.StepClone) {
		needed := slices.ContainsFunc(r.steps(plan.StepMachine), func(m plan.Step) bool { return slices.Contains(m.Needs, s.ID) })
		if first && !needed || r.rep.clone(s.ID).State == Done {
			continue
		}
		if r.stop.Err() != nil {
			return errInterrupted
		}
		r.started(s)
		if err := c.addOne(ctx, s, c.nameFor(s.Clone, n+1), first); err != nil {
			if !r.without.begun { // it is told then that the check is left out
				r.failed(s, err)
			}
			return err
		}
		r.done(s, true)
	}
	return nil
}

func (c *cloneSteps) addOne(ctx context.Context, s plan.Step, mark string, first bool) error {
	r := c.r
	wanted, src, err := c.wanted(ctx, s.Clone, mark)
	if err != nil {
		return err
	}
	rec := cloneRecord{Source: src.ID, Marker: mark, machineRecord: machineRecord{Group: src.Group(), Region: s.Clone.Region, State: "started", Image: src.Image}}
	rec.Inverse, _ = r.migrated.inverse(src.Config, s.Clone.Ops)
	if err := r.d.Journal.Append(journal.Intent, s.ID, rec); err != nil {
		return err
	}
	rec.Inverse = nil // once is enough
	res := r.rep.clone(s.ID)
	res.State = NotSure
	made, err := c.create(ctx, s, wanted)
	if err != nil {
		kind := journal.Unknown
		if !live.Uncertain(err) && !live.Is(err, live.Conflict) { // nobody else asks for its name: one that is taken was made
			kind, res.State = journal.Failed, NotReached
		}
		rec.Error, res.Why = r.migrated.clean(err), r.migrated.clean(err)
		_ = r.d.Journal.Append(kind, s.ID, rec)
		return err
	}
	rec.Machine, rec.Version, res.Machine = made.ID, made.Version, made.ID
	_ = r.d.Journal.Append(journal.Accepted, s.ID, rec) // when it fails, so does the next one
	r.emit(CloneMade{made.ID, s.Clone.Source, made.Region})
	m := r.machines.Watch(onemachine.Job{Step: s, Goal: onemachine.Added}, made, src)
	if first && len(s.Clone.Proof) > 0 {
		r.emit(Proving{m.Machine, ProofFirst})
	}
	r.machines.Follow(ctx, m)
	c.destroySurplus(ctx, made, mark)
	// It is looked after in any case: one that is not healthy must not stay, and cost.
	return c.conclude(ctx, firstClone{m, rec}, first)
}

func (c *cloneSteps) conclude(ctx context.Context, m firstClone, first bool) error {
	r := c.r
	res, rec := r.rep.clone(m.Step.ID), m.rec
	switch m.Verdict {
	case onemachine.Healthy, onemachine.Unproven:
		res.State, res.Why = Done, ""
		if first {
			c.first = append(c.first, m)
			rec.Unproven = m.Verdict == onemachine.Unproven && len(m.Step.Clone.Proof) > 0
		}
		if first && m.Verdict == onemachine.Healthy && len(m.Step.Clone.Proof) > 0 {
			r.emit(Proven{m.Machine})
		}
		return r.d.Journal.Append(journal.Done, m.Step.ID, rec)
	case onemachine.Unhealthy:
		m.rec.Tried = recorder{r}.tried(m.InFlight)
		if first {
			r.without.replan(m.InFlight)
		}
		// Somebody else may have begun to work on it meanwhile. A look that fails is no
		// reason to keep a machine that is not healthy.
		free := func() error {
			if held, _ := r.machines.Leases.Holder(ctx, m.Machine); held != nil {
				return held
			}
			return nil
		}
		c.takeAway(ctx, m, free, free())
	default:
		res.State, res.Why = leftAs(m.Err), r.migrated.clean(m.Err)
		rec.Error = res.Why
		_ = r.d.Journal.Append(journal.Unknown, m.Step.ID, rec)
	}
	return m.Err
}

// takeAway destroys a clone of this run, unless a look found why not. No record may
// stand in the way of that.
func (c *cloneSteps) takeAway(ctx context.Context, m firstClone, may func() error, why error) {
	r, res := c.r, c.r.rep.clone(m.Step.ID)
	res.Why = r.migrated.clean(m.Err)
	m.rec.Error = res.Why
	_ = r.d.Journal.Append(journal.Intent, m.Step.ID, m.rec)
	m.rec.Tried = nil // once is enough
	err := why
	if err == nil {
		err = c.destroy(ctx, m.Machine, may)
	}
	switch {
	case err == nil:
		res.State = Destroyed
		r.emit(CloneDestroyed{m.Machine, nil})
	default:
		if res.State = NotSure; m.Err != nil {
			res.State = Unhealthy
		}
		r.emit(CloneDestroyed{m.Machine, err})
	}
	_ = r.d.Journal.Append(journal.Failed, m.Step.ID, m.rec)
}

// takeBack destroys the clones that came before the machines, when those are as
// they were: only where the group can do without them.
func (c *cloneSteps) takeBack(ctx context.Context) {
	for _, m := range slices.Clone(c.first) {
		c.takeOneBack(ctx, m)
	}
}

// align does so with those that the plan wants otherwise by now. It says whether
// they all went: beside one that could not be destroyed, another one would be one
// more than was agreed to.
func (c *cloneSteps) align(ctx context.Context) bool {
	for _, res := range c.r.rep.Clones {
		if res.State == Unhealthy || res.State == NotSure || res.State == Theirs {
			return false
		}
	}
	for _, m := range slices.Clone(c.first) {
		s, ok := c.r.step(m.Step.ID)
		if same := ok && sameJSON(s.Clone.Ops, m.Step.Clone.Ops); !same && !c.takeOneBack(ctx, m) {
			return false
		}
	}
	return true
}

func (c *cloneSteps) takeOneBack(ctx context.Context, m firstClone) bool {
	may := func() error { return c.mayGo(ctx, m.Machine, m.rec.Marker, m.Group) }
	if err := may(); err != nil && !live.Is(err, live.NotFound) {
		c.r.emit(Kept{m.Machine, Reason(err)})
		c.r.rep.clone(m.Step.ID).Why = "it is kept: " + Reason(err)
		return false
	}
	c.takeAway(ctx, m, may, nil)
	c.first = slices.DeleteFunc(c.first, func(o firstClone) bool { return o.Machine == m.Machine })
	return c.r.rep.clone(m.Step.ID).State == Destroyed
}
