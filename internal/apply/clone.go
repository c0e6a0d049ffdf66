package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// CloneMarker is the metadata key that tells a machine of ours: the only way
// to know it again when the answer to its creation was lost, and to take it
// back later. Its value begins with the id of the journal.
const CloneMarker = "fly_standards_clone"

// addMachines makes the clones, one after the other. One that never gets well
// is destroyed; those before it stay.
func (r *run) addMachines(ctx context.Context) error {
	for n, s := range r.steps(plan.StepClone) {
		if r.stop.Err() != nil {
			return errInterrupted
		}
		r.started(s)
		if err := r.addMachine(ctx, s, n+1); err != nil {
			r.failed(s, err)
			return err
		}
		r.done(s, true)
	}
	return nil
}

func (r *run) addMachine(ctx context.Context, s plan.Step, n int) error {
	mark := fmt.Sprintf("%s-%d", r.marksPrefix(), n)
	c, err := r.twin(ctx, s.Clone, mark)
	if err != nil {
		return err
	}
	rec := cloneRecord{Source: s.Clone.Source, Region: s.Clone.Region, Marker: mark}
	if err := r.d.Journal.Append(journal.Intent, s.ID, rec); err != nil {
		return err
	}
	res := r.rep.clone(s.ID)
	res.State = NotSure
	m, err := r.create(ctx, s.ID, c, rec)
	if err != nil {
		kind := journal.Unknown
		if !uncertain(err) {
			kind, res.State = journal.Failed, NotReached
		}
		rec.Error, res.Why = r.migrated.clean(err), r.migrated.clean(err)
		_ = r.d.Journal.Append(kind, s.ID, rec)
		return err
	}
	rec.Machine, res.Machine = m.ID, m.ID
	// Its id at once: the mark alone also goes to whatever is copied from it.
	if err := r.d.Journal.Append(journal.Accepted, s.ID, rec); err != nil {
		return err
	}
	r.emit(CloneMade{m.ID, s.Clone.Source, m.Region})
	h := &hand{
		job: job{step: s}, machine: m.ID, group: s.Clone.Group, region: m.Region, before: m, version: m.Version, since: m.CreatedAt,
		fresh: true, phase: WaitStart, deadline: r.d.Clock.Now().Add(r.d.WaitTimeout),
	}
	h.before.CreatedAt = r.d.Clock.Now() // what freshTime counts from, by our own clock
	r.watch(ctx, []*hand{h})
	return r.concludeClone(ctx, h, res, rec)
}

func (r *run) concludeClone(ctx context.Context, h *hand, res *CloneResult, rec cloneRecord) error {
	switch h.verdict {
	case well, unproven:
		res.State = Done
		return r.d.Journal.Append(journal.Done, h.step.ID, rec)
	case unwell:
		res.Why = r.migrated.clean(h.err)
		rec.Error = res.Why
		if err := r.d.Journal.Append(journal.Intent, h.step.ID, rec); err != nil { // that it is taken away
			res.State = Unhealthy
			return err
		}
		err := r.destroy(ctx, h.machine)
		if res.State = Destroyed; err != nil {
			res.State = Unhealthy
		}
		r.emit(CloneDestroyed{h.machine, err})
		_ = r.d.Journal.Append(journal.Failed, h.step.ID, rec)
	default:
		res.State, res.Why = NotSure, r.migrated.clean(h.err)
		rec.Error = res.Why
		_ = r.d.Journal.Append(journal.Unknown, h.step.ID, rec)
	}
	return h.err
}

func (r *run) marksPrefix() string {
	if r.marks == "" {
		if r.marks = r.d.Journal.ID(); r.marks == "" {
			r.marks = r.d.Clock.Now().UTC().Format("20060102T150405Z")
		}
	}
	return r.marks
}

// twin is the machine to make: the source as it is now, with a mark, on its
// own (no standby for anybody), and never with a volume: a second one would be
// empty.
func (r *run) twin(ctx context.Context, s *plan.CloneStep, mark string) (Create, error) {
	src, err := r.d.Machines.Machine(ctx, s.Source)
	if err != nil {
		return Create{}, err
	}
	if why := src.Untouchable(); why != "" {
		return Create{}, &MovedError{src.ID, why}
	}
	if len(src.Config.Mounts()) > 0 {
		return Create{}, &MovedError{src.ID, "it has a volume, so it can't be cloned"}
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
		return Create{}, &MovedError{src.ID, err.Error()}
	}
	image := s.Image
	if src.Image != "" {
		image = src.Image // what runs beside it now
	}
	if image != "" {
		cfg = cfg.WithImage(image)
	}
	c := Create{Region: s.Region, Config: cfg}
	c.MinSecrets, err = r.secretsFor(ctx, s.Secrets)
	return c, err
}

// create makes the machine. When the answer is lost it looks for the mark
// before it tries once more: two machines cost twice. Of two that come up in
// the end, the second is destroyed.
func (r *run) create(ctx context.Context, step string, c Create, rec cloneRecord) (live.Machine, error) {
	m, err := r.d.Machines.CreateMachine(ctx, c)
	if err == nil || !uncertain(err) {
		return m, err
	}
	for range 4 {
		if e := r.d.Clock.Sleep(ctx, 3*time.Second); e != nil {
			return live.Machine{}, err
		}
		found, e := r.marked(ctx, rec.Marker)
		if e != nil {
			return live.Machine{}, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	first := err
	m, err = r.d.Machines.CreateMachine(ctx, c)
	found, e := r.marked(ctx, rec.Marker)
	switch {
	case err != nil && len(found) > 0: // whatever the second answer says: the first call made one
		m = found[0]
	case err != nil && !uncertain(err) && e != nil:
		return live.Machine{}, first // nobody knows what the first call did
	case err != nil:
		return live.Machine{}, err
	}
	for _, other := range found {
		if e == nil && other.ID != m.ID {
			surplus := rec
			surplus.Machine, surplus.Surplus = other.ID, true
			_ = r.d.Journal.Append(journal.Accepted, step, surplus)
			r.emit(CloneDestroyed{other.ID, r.destroy(ctx, other.ID)})
		}
	}
	return m, nil
}

func (r *run) marked(ctx context.Context, mark string) ([]live.Machine, error) {
	all, err := r.d.Machines.Machines(ctx)
	return slices.DeleteFunc(all, func(m live.Machine) bool { return m.Config.Metadata()[CloneMarker] != mark }), err
}

// destroy takes a machine of this run away. It is repeated when the answer is
// lost: a machine that is gone stays gone.
func (r *run) destroy(ctx context.Context, id string) error {
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
		if !uncertain(err) {
			return err
		}
	}
	return err
}
