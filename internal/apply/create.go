package apply

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// create makes the machine. When the answer is lost, or says that the name is
// taken, it looks for the name before it tries once more: two machines cost twice.
// What is asked for again is made of the source as it is then, which may have been
// deployed meanwhile.
func (c *cloneSteps) create(ctx context.Context, step plan.Step, wanted Create) (live.Machine, error) {
	clock := c.r.d.Clock
	until := clock.Now().Add(onemachine.NotYetTime)
	var lost error // the first answer by which the machine may have been made
	for {
		m, err := c.r.d.Machines.CreateMachine(ctx, wanted)
		pause, later := live.Later(err)
		switch {
		case err == nil:
			return m, nil
		case later:
			if !clock.Now().Before(until) || clock.Sleep(ctx, pause) != nil {
				return live.Machine{}, cmp.Or(lost, err)
			}
		case lost == nil && !live.Uncertain(err) && !live.Is(err, live.Conflict):
			return live.Machine{}, err
		default:
			found, e := c.named(ctx, wanted.Name)
			switch {
			case e != nil:
				return live.Machine{}, cmp.Or(lost, err) // nobody knows what the first call did
			case len(found) > 0: // whatever the second answer says
				return found[0], c.notAsAsked(found[0], step.Clone)
			case lost != nil || !live.Uncertain(err):
				return live.Machine{}, err
			}
			lost = err
		}
		if now, _, e := c.wanted(ctx, step.Clone, wanted.Name); e == nil {
			wanted = now
		} else if lost == nil {
			return live.Machine{}, &live.Error{Kind: live.NotYet, Doing: "create a machine in " + wanted.Region, Err: e} // nothing was made
		} else {
			return live.Machine{}, lost
		}
	}
}

// notAsAsked: a machine that an earlier run asked for under the name may lack what
// this run gives one; the next plan updates it like any other.
func (c *cloneSteps) notAsAsked(m live.Machine, s *plan.CloneStep) error {
	if strings.HasPrefix(m.Name, strings.ToLower("fly-standards-"+c.r.d.Journal.ID())) {
		return nil
	}
	if _, lacks, err := machineconfig.Apply(m.Config, s.Ops); err == nil && !lacks {
		return nil
	}
	return &MovedError{Machine: m.ID, Why: "an earlier apply asked for it, with other settings"}
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
// keep, when that has been watched: it may have come late. Where nothing else of the
// group serves, as somebody destroyed the other, it stays. One that comes later
// still is named by the next plan, and an undo takes it.
func (c *cloneSteps) destroySurplus(ctx context.Context, keep live.Machine, name string) {
	all, err := c.r.d.Machines.Machines(ctx)
	if err != nil {
		return
	}
	for _, m := range all {
		if m.ID == keep.ID || m.Name != name {
			continue
		}
		may := func() error { return c.spare(ctx, m.ID, name) }
		if may() == nil {
			c.r.emit(CloneDestroyed{m.ID, c.destroy(ctx, m.ID, may)})
		}
	}
}

// destroy takes a machine of this run away. It is repeated when the answer is
// lost, since a machine that is gone stays gone, while the platform is at work on
// it, and when one answer says that there is none, and another one does not; may is
// asked before that, as others may have gone meanwhile.
func (c *cloneSteps) destroy(ctx context.Context, id string, may func() error) error {
	r := c.r
	until := r.d.Clock.Now().Add(onemachine.NotYetTime)
	for try := 1; ; try++ {
		err := r.d.Machines.DestroyMachine(ctx, id, "")
		missing := live.Is(err, live.NotFound)
		if err == nil || missing && c.gone(ctx, id) {
			return nil
		}
		pause, later := live.Later(err) // not one that somebody else holds: it may be theirs by now
		switch {
		case later && !r.d.Clock.Now().Before(until), !later && (try == 3 || !missing && !live.Uncertain(err)):
			return err
		case r.d.Clock.Sleep(ctx, max(pause, 2*time.Second)) != nil:
			return err
		}
		if err := may(); live.Is(err, live.NotFound) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

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

// nameFor is the name to ask for a machine under: the one under which an earlier
// run asked for it, where Fly may create that yet. It would be a second one else.
func (c *cloneSteps) nameFor(s *plan.CloneStep, n int) string {
	d := &c.r.d
	for i, asked := range d.Asked {
		if asked.As.Group == s.Group && asked.Region == s.Region {
			d.Asked = slices.Delete(slices.Clone(d.Asked), i, i+1)
			return asked.Marker
		}
	}
	return markOf(d.Journal.ID(), n)
}

// wanted is the machine to make: the source as it is now, with a mark, and never with
// a volume: a second one would be empty.
func (c *cloneSteps) wanted(ctx context.Context, s *plan.CloneStep, mark string) (Create, live.Machine, error) {
	r := c.r
	src, err := r.d.Machines.Machine(ctx, s.Source)
	if err != nil {
		return Create{}, src, err
	}
	if why := c.whyNotCopied(src); why != "" {
		return Create{}, src, &MovedError{Machine: src.ID, Why: why}
	}
	value, err := json.Marshal(mark)
	if err != nil {
		return Create{}, src, err
	}
	ops := slices.Concat(s.Ops, onemachine.LeftProbes(src.Config), []machineconfig.Op{
		{Verb: machineconfig.VerbSet, Pointer: machineconfig.Pointer("metadata", CloneMarker), Value: value},
	})
	cfg, _, err := machineconfig.Apply(src.Config, ops)
	if err != nil {
		return Create{}, src, &MovedError{Machine: src.ID, Why: err.Error()}
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
	return out, src, err
}

// whyNotCopied says why no clone is made of a machine; "" when one is.
func (c *cloneSteps) whyNotCopied(src live.Machine) string {
	step, planned := c.r.step("machine:" + src.ID)
	switch why := src.WhyUntouchable(); {
	case why != "":
		return why
	case len(src.Config.Mounts()) > 0:
		return "it has a volume, so it can't be cloned"
	case src.Health() == live.Unhealthy: // its copy would fail as well, and cost until it is known to
		return "it is not healthy any more, so it is not copied"
	case planned && c.r.rep.machine(step.ID).State == NotReached && step.Machine.Version != src.Version:
		return "somebody updated it since (version " + src.Version + ", not " + step.Machine.Version + ")"
	}
	return ""
}
