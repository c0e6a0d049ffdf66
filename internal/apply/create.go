package apply

import (
	"context"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

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
		if wanted, _, err = c.wanted(ctx, step.Clone, wanted.Name); err != nil {
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
