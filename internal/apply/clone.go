package apply

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// CloneMarker is the metadata key of a machine that an apply added. Its value is
// the name that the machine was asked for under (markOf), and both together tell
// it: flyctl's clone, scale count and blue-green deploys copy metadata and let the
// platform name what they make, so a machine with our mark and a name of its own
// is somebody's copy.
const CloneMarker = "fly_standards_clone"

// markOf is a name that no other request asks for. Fly takes a name once in an app
// (409 "unique machine name violation", 2026), so a creation that arrives twice
// makes one machine; the hosts agree on that with a delay, so it may be two, which
// have the name both.
func markOf(journal string, n int) string {
	return strings.ToLower(fmt.Sprintf("fly-standards-%s-%d-%s", journal, n, rand.Text()[:8]))
}

// cloneSteps adds machines, and destroys those that an apply had added.
type cloneSteps struct{ r *run }

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
	mark := markOf(r.d.Journal.ID(), n)
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
	m, err := c.create(ctx, s, wanted)
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
	unrecorded := r.d.Journal.Append(journal.Accepted, s.ID, rec)
	r.emit(CloneMade{m.ID, s.Clone.Source, m.Region})
	made := r.machines.Watch(onemachine.Job{Step: s, Goal: onemachine.Added}, m, s.Clone.Group)
	r.machines.Follow(ctx, made)
	c.destroySurplus(ctx, m, mark)
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
	out := Create{Name: mark, Region: s.Region, Config: cfg}
	out.MinSecrets, err = r.secrets.versionFor(ctx, s.Secrets)
	return out, err
}

// create makes the machine. When the answer is lost, or says that the name is
// taken, it looks for the name before it tries once more: two machines cost twice.
func (c *cloneSteps) create(ctx context.Context, step plan.Step, wanted Create) (live.Machine, error) {
	m, err := c.ask(ctx, wanted)
	first := err
	for try := 1; err != nil && (try > 1 || live.Uncertain(err) || live.Is(err, live.Conflict)); try++ {
		found, e := c.named(ctx, wanted.Name)
		switch {
		case e != nil:
			return live.Machine{}, first // nobody knows what the first call did
		case len(found) > 0: // whatever the second answer says
			return found[0], nil
		case try > 1 || !live.Uncertain(err):
			return live.Machine{}, err
		}
		// The source may have been deployed again meanwhile.
		if wanted, err = c.wanted(ctx, step.Clone, wanted.Name); err != nil {
			return live.Machine{}, first
		}
		m, err = c.ask(ctx, wanted)
	}
	return m, err
}

// ask asks for a machine, again while the platform can't make it just yet.
func (c *cloneSteps) ask(ctx context.Context, wanted Create) (live.Machine, error) {
	until := c.r.d.Clock.Now().Add(onemachine.NotYetTime)
	for {
		m, err := c.r.d.Machines.CreateMachine(ctx, wanted)
		if !live.Is(err, live.NotYet) || !c.r.d.Clock.Now().Before(until) || c.r.d.Clock.Sleep(ctx, 2*time.Second) != nil {
			return m, err
		}
	}
}

// named looks for the machines of a name, for as long as one that was just made
// may not be on the list.
func (c *cloneSteps) named(ctx context.Context, name string) (found []live.Machine, err error) {
	for try := 0; try < 4 && len(found) == 0; try++ {
		if err = c.r.d.Clock.Sleep(ctx, 3*time.Second); err != nil {
			return nil, err
		}
		if found, err = c.r.d.Machines.Machines(ctx); err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(m live.Machine) bool { return m.Name != name })
	}
	return found, nil
}

// destroySurplus destroys what was made under the name besides the machine to
// keep, when that has been watched: it may have come late. One that comes later
// still is named by the next plan, and an undo takes it.
func (c *cloneSteps) destroySurplus(ctx context.Context, keep live.Machine, name string) {
	all, err := c.r.d.Machines.Machines(ctx)
	if err != nil {
		return
	}
	for _, m := range all {
		if m.ID != keep.ID && m.Name == name && notOurs(m, name) == "" {
			c.r.emit(CloneDestroyed{m.ID, c.destroy(ctx, m.ID)})
		}
	}
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
