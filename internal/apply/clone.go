package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// CloneMarker is the metadata key that tells a machine of ours: the only way
// to know it again when the answer to its creation was lost, and to take it
// back later. Its value begins with the id of the journal.
const CloneMarker = "fly_standards_clone"

// cloneSteps adds machines, and destroys those that an apply had added.
type cloneSteps struct {
	r     *run
	marks string // prefix of the markers; "" before the first
}

// add makes the clones, one after the other. One that never gets well
// is destroyed; those before it stay.
func (c *cloneSteps) add(ctx context.Context) error {
	r := c.r
	for n, s := range r.steps(plan.StepClone) {
		if r.stop.Err() != nil {
			return errInterrupted
		}
		r.started(s)
		if err := c.addOne(ctx, s, n+1); err != nil {
			r.failed(s, err)
			return err
		}
		r.done(s, true)
	}
	return nil
}

func (c *cloneSteps) addOne(ctx context.Context, s plan.Step, n int) error {
	r := c.r
	mark := fmt.Sprintf("%s-%d", c.marksPrefix(), n)
	wanted, err := c.wanted(ctx, s.Clone, mark)
	if err != nil {
		return err
	}
	rec := cloneRecord{Source: s.Clone.Source, Region: s.Clone.Region, Marker: mark}
	if err := r.d.Journal.Append(journal.Intent, s.ID, rec); err != nil {
		return err
	}
	res := r.rep.clone(s.ID)
	res.State = NotSure
	m, asked, err := c.create(ctx, s, wanted, rec)
	if err != nil {
		kind := journal.Unknown
		if !live.Uncertain(err) {
			kind, res.State = journal.Failed, NotReached
		}
		rec.Error, res.Why = r.migrated.clean(err), r.migrated.clean(err)
		_ = r.d.Journal.Append(kind, s.ID, rec)
		return err
	}
	rec.Machine, res.Machine = m.ID, m.ID
	// Its id at once: the mark alone also goes to whatever is copied from it.
	unrecorded := r.d.Journal.Append(journal.Accepted, s.ID, rec)
	r.emit(CloneMade{m.ID, s.Clone.Source, m.Region})
	made := r.machines.Watch(onemachine.Job{Step: s, Goal: onemachine.Added}, m, s.Clone.Group)
	r.machines.Follow(ctx, made)
	if asked > 1 {
		c.lateSurplus(ctx, s.ID, m, rec, res)
	}
	// It is looked after in any case: one that is not healthy must not stay, and cost.
	if err := c.conclude(ctx, made, res, rec); err != nil {
		return err
	}
	return unrecorded
}

func (c *cloneSteps) conclude(ctx context.Context, m *onemachine.InFlight, res *CloneResult, rec cloneRecord) error {
	r := c.r
	switch m.Verdict {
	case onemachine.Healthy, onemachine.Unproven:
		res.State = Done
		return r.d.Journal.Append(journal.Done, m.Step.ID, rec)
	case onemachine.Unhealthy:
		res.Why = r.migrated.clean(m.Err)
		rec.Error = res.Why
		_ = r.d.Journal.Append(journal.Intent, m.Step.ID, rec) // that it is taken away; no record may stand in the way of that
		err := c.destroy(ctx, m.Machine)
		if res.State = Destroyed; err != nil {
			res.State = Unhealthy
		}
		r.emit(CloneDestroyed{m.Machine, err})
		_ = r.d.Journal.Append(journal.Failed, m.Step.ID, rec)
	default:
		res.State, res.Why = NotSure, r.migrated.clean(m.Err)
		rec.Error = res.Why
		_ = r.d.Journal.Append(journal.Unknown, m.Step.ID, rec)
	}
	return m.Err
}

func (c *cloneSteps) marksPrefix() string {
	if c.marks == "" {
		if c.marks = c.r.d.Journal.ID(); c.marks == "" {
			c.marks = c.r.d.Clock.Now().UTC().Format("20060102T150405Z")
		}
	}
	return c.marks
}

// wanted is the machine to make: the source as it is now, with a mark, on its
// own (no standby for anybody), and never with a volume: a second one would be
// empty.
func (c *cloneSteps) wanted(ctx context.Context, s *plan.CloneStep, mark string) (Create, error) {
	r := c.r
	src, err := r.d.Machines.Machine(ctx, s.Source)
	if err != nil {
		return Create{}, err
	}
	if why := src.WhyUntouchable(); why != "" {
		return Create{}, &MovedError{Machine: src.ID, Why: why}
	}
	if len(src.Config.Mounts()) > 0 {
		return Create{}, &MovedError{Machine: src.ID, Why: "it has a volume, so it can't be cloned"}
	}
	if src.Health() == live.Unhealthy { // its copy would fail as well, and cost until it is known to
		return Create{}, &MovedError{Machine: src.ID, Why: "it is not healthy any more, so it is not copied"}
	}
	value, err := json.Marshal(mark)
	if err != nil {
		return Create{}, err
	}
	ops := append(slices.Clone(s.Ops),
		machineconfig.Op{Verb: machineconfig.VerbSet, Pointer: machineconfig.Pointer("metadata", CloneMarker), Value: value},
		machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: "/standbys"})
	cfg, _, err := machineconfig.Apply(src.Config, ops)
	if err != nil {
		return Create{}, &MovedError{Machine: src.ID, Why: err.Error()}
	}
	image := s.Image
	if src.Image != "" {
		image = src.Image // what runs beside it now
	}
	if image != "" {
		cfg = cfg.WithImage(image)
	}
	out := Create{Region: s.Region, Config: cfg}
	out.MinSecrets, err = r.secrets.versionFor(ctx, s.Secrets)
	return out, err
}

// create makes the machine. When the answer is lost it looks for the mark
// before it tries once more: two machines cost twice. Of two that come up in
// the end, the second is destroyed. asked is how often it was asked for.
func (c *cloneSteps) create(ctx context.Context, step plan.Step, wanted Create, rec cloneRecord) (m live.Machine, asked int, err error) {
	r := c.r
	m, err = r.d.Machines.CreateMachine(ctx, wanted)
	for until := r.d.Clock.Now().Add(onemachine.NotYetTime); live.Is(err, live.NotYet) && r.d.Clock.Now().Before(until); {
		if r.d.Clock.Sleep(ctx, 2*time.Second) != nil {
			return m, 1, err
		}
		m, err = r.d.Machines.CreateMachine(ctx, wanted)
	}
	if err == nil || !live.Uncertain(err) {
		return m, 1, err
	}
	for range 4 {
		if e := r.d.Clock.Sleep(ctx, 3*time.Second); e != nil {
			return live.Machine{}, 1, err
		}
		found, e := c.marked(ctx, rec.Marker)
		if e != nil {
			return live.Machine{}, 1, err
		}
		if len(found) > 0 {
			return found[0], 1, nil
		}
	}
	first := err
	// The source may have been deployed again meanwhile.
	if wanted, err = c.wanted(ctx, step.Clone, rec.Marker); err != nil {
		return live.Machine{}, 1, first
	}
	if m, err = r.d.Machines.CreateMachine(ctx, wanted); err == nil {
		rec.Machine = m.ID // at once, as below: looking for a second one takes a request
		_ = r.d.Journal.Append(journal.Accepted, step.ID, rec)
	}
	found, e := c.marked(ctx, rec.Marker)
	switch {
	case err != nil && len(found) > 0: // whatever the second answer says: the first call made one
		m = found[0]
	case err != nil && !live.Uncertain(err) && e != nil:
		return live.Machine{}, 2, first // nobody knows what the first call did
	case err != nil:
		return live.Machine{}, 2, err
	}
	if e == nil {
		c.destroySurplus(ctx, step.ID, rec, found, m.ID)
	}
	return m, 2, nil
}

// destroySurplus destroys what was made for a clone besides the machine to keep.
func (c *cloneSteps) destroySurplus(ctx context.Context, step string, rec cloneRecord, made []live.Machine, keep string) {
	for _, other := range made {
		if other.ID == keep {
			continue
		}
		surplus := rec
		surplus.Machine, surplus.Surplus = other.ID, true
		_ = c.r.d.Journal.Append(journal.Accepted, step, surplus)
		c.r.emit(CloneDestroyed{other.ID, c.destroy(ctx, other.ID)})
	}
}

// lateSurplus looks once more for a machine that the first of two calls made,
// when the second one's has been watched: the first may have taken effect only
// then. One that was made about when the other one was is it; by later ones
// somebody may have copied ours, mark and all, so they are named and stay.
func (c *cloneSteps) lateSurplus(ctx context.Context, step string, kept live.Machine, rec cloneRecord, res *CloneResult) {
	found, err := c.marked(ctx, rec.Marker)
	if err != nil {
		res.Why = "it was requested twice, and whether that made two can't be seen: look for a second one in " + rec.Region
		return
	}
	var late []live.Machine
	for _, m := range found {
		switch {
		case m.ID == kept.ID:
		case m.CreatedAt.Sub(kept.CreatedAt).Abs() < ownWatch:
			late = append(late, m)
		default:
			res.Why = "machine " + m.ID + " in " + m.Region + " has the same mark: somebody copied it, or the first of two requests took effect late"
		}
	}
	c.destroySurplus(ctx, step, rec, late, kept.ID)
}

func (c *cloneSteps) marked(ctx context.Context, mark string) ([]live.Machine, error) {
	all, err := c.r.d.Machines.Machines(ctx)
	return slices.DeleteFunc(all, func(m live.Machine) bool { return m.Config.Metadata()[CloneMarker] != mark }), err
}

// destroy takes a machine of this run away. It is repeated when the answer is
// lost: a machine that is gone stays gone.
func (c *cloneSteps) destroy(ctx context.Context, id string) error {
	r := c.r
	var err error
	for try := range 3 {
		if try > 0 {
			if e := r.d.Clock.Sleep(ctx, 2*time.Second); e != nil {
				return err
			}
		}
		err = r.d.Machines.DestroyMachine(ctx, id, "")
		if err == nil || live.Is(err, live.NotFound) {
			return nil
		}
		if !live.Uncertain(err) {
			return err
		}
	}
	return err
}
