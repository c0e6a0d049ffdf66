package apply

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// Undo carries out a plan that takes back the apply with the journal of, or a
// part of it, with the rest to be taken back by another undo. It is Run, with
// the same guards and the same errors, but it may also destroy machines that
// the apply had added, and its own journal says what it is.
func Undo(ctx context.Context, p *plan.Plan, of string, partly bool, d Deps) (Report, error) {
	d.undoOf, d.undoPartly = of, partly
	return Run(ctx, p, d)
}

// destroyAll takes the machines away that the apply had added: last, when
// the others have proven to be well without its changes.
func (c *cloneSteps) destroyAll(ctx context.Context) error {
	r := c.r
	for _, s := range c.sickFirst(ctx, r.steps(plan.StepDestroy)) {
		if r.stop.Err() != nil {
			return errInterrupted
		}
		r.started(s)
		if err := c.destroyOurs(ctx, s); err != nil {
			res := r.rep.clone(s.ID)
			res.Why = err.Error()
			r.failed(s, err)
			return err
		}
		r.done(s, true)
	}
	return nil
}

// sickFirst puts the machines first that nobody gets an answer from: while one is
// there, the group may not be able to do without a healthy one.
func (c *cloneSteps) sickFirst(ctx context.Context, steps []plan.Step) []plan.Step {
	if len(steps) < 2 {
		return steps
	}
	all, err := c.r.d.Machines.Machines(ctx)
	if err != nil {
		return steps // the order is a help, and each is looked at again
	}
	healthy := func(s plan.Step) int {
		if slices.ContainsFunc(all, func(m live.Machine) bool { return m.ID == s.Destroy.ID && m.Health() == live.Healthy }) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(steps, func(a, b plan.Step) int { return healthy(a) - healthy(b) })
	return steps
}

func (c *cloneSteps) destroyOurs(ctx context.Context, s plan.Step) error {
	r := c.r
	res := r.rep.clone(s.ID)
	may := func() error { return c.mayGo(ctx, s.Destroy.ID, s.Destroy.Marker, s.Destroy.Group) }
	if err := may(); live.Is(err, live.NotFound) {
		res.State = AsWanted
		return nil
	} else if err != nil {
		return err
	}
	rec := cloneRecord{Source: s.Destroy.Source, Marker: s.Destroy.Marker, machineRecord: machineRecord{Machine: s.Destroy.ID, Region: s.Destroy.Region}}
	if err := r.d.Journal.Append(journal.Intent, s.ID, rec); err != nil {
		return err
	}
	res.State = NotSure
	if err := c.destroy(ctx, s.Destroy.ID, may); err != nil {
		rec.Error = err.Error()
		_ = r.d.Journal.Append(journal.Unknown, s.ID, rec)
		return err
	}
	res.State = Destroyed
	return r.d.Journal.Append(journal.Done, s.ID, rec)
}

// mayGo says why a machine that an apply has added can't be destroyed now; with an
// error of kind live.NotFound that it is gone already.
func (c *cloneSteps) mayGo(ctx context.Context, id, marker, group string) error {
	if _, err := c.read(ctx, id); err != nil {
		return err
	}
	if why := c.r.rollout.whyNotTake(ctx, id, group); why != "" {
		return fmt.Errorf("destroy machine %s: too few other machines of its group are healthy to do without it", id)
	}
	// Looked at last: the floor of a group that lost its other machine meanwhile is 0.
	return c.spare(ctx, id, marker)
}

// read reads a machine. One that was destroyed may still be told of, and is none;
// one that is on the list is there, though one answer says that there is none.
func (c *cloneSteps) read(ctx context.Context, id string) (live.Machine, error) {
	m, err := c.r.d.Machines.Machine(ctx, id)
	if live.Is(err, live.NotFound) {
		all, e := c.r.d.Machines.Machines(ctx)
		if e != nil {
			return m, e
		}
		if i := slices.IndexFunc(all, func(m live.Machine) bool { return m.ID == id }); i >= 0 {
			m, err = all[i], nil
		}
	}
	if err == nil && (m.State == "destroying" || m.State == "destroyed") {
		err = &live.Error{Kind: live.NotFound, Doing: "read machine " + id, Thing: id, Message: "it is gone"}
	}
	return m, err
}

func (c *cloneSteps) gone(ctx context.Context, id string) bool {
	_, err := c.read(ctx, id)
	return live.Is(err, live.NotFound)
}

// spare says why a machine of ours is to stay: it is ours no more, somebody is at
// work on it, or nothing else of its group is there. One that is gone may go.
func (c *cloneSteps) spare(ctx context.Context, id, marker string) error {
	all, err := c.r.d.Machines.Machines(ctx)
	i := slices.IndexFunc(all, func(m live.Machine) bool { return m.ID == id })
	if err != nil || i < 0 {
		return err
	}
	if why := cmp.Or(notOurs(all[i], marker), Missed(all[i], all)); why != "" {
		return &MovedError{Machine: id, Why: why}
	}
	return c.r.machines.Leases.Free(ctx, id)
}

// notOurs says why a machine must not be destroyed: only what bears the mark
// of the apply is ours, and one that got a volume since holds data.
func notOurs(m live.Machine, marker string) string {
	switch {
	case marker == "" || m.Config.Metadata()[CloneMarker] != marker:
		return "it no longer has the mark of that apply, so it is kept"
	case len(m.Config.Mounts()) > 0:
		return "it has a volume now, so it is kept"
	}
	return ""
}

// Added are the machines of an app that the run had added for c, and copied
// those that bear its mark and were made by somebody else.
func (c PastClone) Added(machines []live.Machine) (ours, copied []live.Machine) {
	for _, m := range machines {
		switch {
		case notOurs(m, c.Marker) != "":
		case c.Made(m):
			ours = append(ours, m)
		default:
			copied = append(copied, m)
		}
	}
	return ours, copied
}

// Surplus are the machines that came for c besides the one that it was to be.
func (c PastClone) Surplus(machines []live.Machine) []live.Machine {
	ours, _ := c.Added(machines)
	if i := slices.IndexFunc(ours, func(m live.Machine) bool { return m.ID == c.Machine }); i > 0 {
		ours[0], ours[i] = ours[i], ours[0]
	}
	return ours[min(1, len(ours)):]
}

// Made says whether a machine is one that the run asked for.
func (c PastClone) Made(m live.Machine) bool { return m.ID == c.Machine || m.Name == c.Marker }

// AskedWithin is how long after a run asked for something the platform may make
// it, when the run was cut off before it heard the answer.
const AskedWithin = 5 * time.Minute

// Open says whether the machine may come yet: the answer is not on record.
func (c PastClone) Open(now time.Time) bool {
	return c.Machine == "" && !c.As.Asked.IsZero() && now.Before(c.As.Asked.Add(AskedWithin))
}

// Open says whether a machine may get its update yet: the answer is not on record,
// and the lease that it was sent under may last.
func (p PastMachine) Open(m live.Machine, now time.Time) bool {
	return !p.Asked.IsZero() && m.Version == p.Replaced && now.Before(p.Asked.Add(onemachine.LeaseTTL))
}

// Missed says why the machines of an app can't do without one of them; "" when
// they can. The floor does not tell: it lets a group of one machine go away for
// the time of a restart.
func Missed(m live.Machine, all []live.Machine) string {
	var others []live.Machine
	for _, o := range all {
		if o.ID != m.ID && o.Group() == m.Group() && (o.WhyUntouchable() == "" || onItsWayDown(o)) {
			others = append(others, o)
		}
	}
	switch {
	case len(others) == 0:
		return "it is the only machine of group " + m.Group() + " now, so it is kept"
	case runsSoon(m) && m.Serves() && !slices.ContainsFunc(others, takesOver):
		why := "no other machine of group " + m.Group() + " is started, or would be by the proxy, so it is kept"
		if i := slices.IndexFunc(others, func(o live.Machine) bool { return o.AtRest() && o.Serves() }); i >= 0 {
			why += ": run `fly machine start " + others[i].ID + "` first"
		}
		return why
	}
	return ""
}

// runsSoon says whether a machine runs, or does before an answer about it arrives.
func runsSoon(m live.Machine) bool {
	return m.Started() || m.State == "created" || m.State == "replacing"
}

// takesOver says whether a machine gets the requests of another one that goes.
func takesOver(m live.Machine) bool {
	return m.Serves() && (m.Started() || slices.ContainsFunc(m.Config.Services(), func(s machineconfig.Service) bool {
		return s.Autostart != nil && *s.Autostart
	}))
}
