package apply

import (
	"context"
	"maps"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// maxInFlight is how many machines are in flight at a time at most: each has a
// lease that must be kept, and while it has one the proxy can't start it.
const maxInFlight = 8

// maxRequeues bounds how often a machine of a group may not be there to be
// taken, 2 s apart: as long as the slowest stop (kill_timeout is at most 5
// minutes).
const maxRequeues = 150

// rollout is the machines of a plan: which is updated when, and what follows for
// the others of its group.
type rollout struct {
	r      *run
	groups map[string]*group
	seen   map[string]map[string]bool // by group; see group.seen

	changed    map[string]*onemachine.InFlight // machines that run a version of ours
	order      []string                        // of changed, oldest first
	unproven   map[string]bool                 // groups with a machine that has an unproven check
	repaired   map[string]bool                 // machine steps that a repair has done
	unrepaired error                           // machines that are not healthy after their repair
}

func newRollout(r *run) *rollout {
	return &rollout{r: r, groups: map[string]*group{}, seen: map[string]map[string]bool{}, changed: map[string]*onemachine.InFlight{}, unproven: map[string]bool{}, repaired: map[string]bool{}}
}

// group is the rollout of one process group.
type group struct {
	name    string
	pending map[string]plan.Step // by machine id
	// seen are the machines that were started at some time of this run: what
	// went down since, without anybody wanting it, still counts for the floor.
	seen map[string]bool
	// first: no machine has been seen to be healthy with the change yet.
	first bool
	// proof: a new service check must be proven first.
	proof bool
	// repairs: an earlier run left something on some of its machines.
	repairs  bool
	requeues int
}

// updateMachines takes the groups one after the other.
func (o *rollout) updateMachines(ctx context.Context) error {
	o.groups = o.groupsToUpdate()
	for _, name := range slices.Sorted(maps.Keys(o.groups)) {
		if err := o.updateGroup(ctx, o.groups[name]); err != nil {
			return err
		}
	}
	return nil
}

func (o *rollout) updateGroup(ctx context.Context, g *group) error {
	for len(g.pending) > 0 {
		if o.r.stop.Err() != nil {
			return errInterrupted
		}
		all, err := o.readGroup(ctx, g)
		if err != nil {
			return err
		}
		started, idle, err := g.split(all)
		switch {
		case err != nil:
		case len(started) > 0 && g.mustProbe(started[0], all):
			err = o.proveAlone(ctx, g, started[0])
		case len(started) > 0:
			err = o.updateStarted(ctx, g, all)
		case g.proof && g.first && g.someProof(idle):
			err = o.proveAwake(ctx, g, idle)
		default:
			err = o.updateIdle(ctx, g, idle)
		}
		if err != nil {
			return err
		}
	}
	if g.proof && g.first && o.unproven[g.name] {
		return &UnprovenError{g.name}
	}
	return nil
}

// mustProbe says whether a new check goes in where it can't affect routing
// first: the machine is the only one that serves, and nobody has seen the check
// pass.
func (g *group) mustProbe(m live.Machine, all []live.Machine) bool {
	return g.proof && g.first && countServing(all) == 1 && m.Serves() && g.proves(m) && !g.pending[m.ID].Machine.Seen
}

// readGroup reads the machines of a group. One that can't be read any more, as
// its host went away, tells no group: it is still of the one that it was seen in.
func (o *rollout) readGroup(ctx context.Context, g *group) ([]live.Machine, error) {
	all, err := o.r.d.Machines.Machines(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m live.Machine) bool {
		return m.Group() != g.name && !(m.Config.IsZero() && g.seen[m.ID])
	})
	for _, m := range all {
		if m.Started() && m.WhyUntouchable() == "" {
			g.seen[m.ID] = true
		}
	}
	return all, nil
}

// split sorts the pending machines by whether they are started now; both by
// id, those that nobody would miss first.
func (g *group) split(all []live.Machine) (started, idle []live.Machine, err error) {
	found := 0
	for _, m := range all {
		if _, ok := g.pending[m.ID]; !ok {
			continue
		}
		found++
		if m.Started() {
			started = append(started, m)
		} else {
			idle = append(idle, m)
		}
	}
	if found < len(g.pending) {
		for _, id := range slices.Sorted(maps.Keys(g.pending)) {
			if !slices.ContainsFunc(all, func(m live.Machine) bool { return m.ID == id }) {
				return nil, nil, &MovedError{Machine: id, Why: "it is gone"}
			}
		}
	}
	slices.SortStableFunc(started, func(a, b live.Machine) int { return compareBool(a.Serves(), b.Serves()) })
	return started, idle, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (g *group) proves(m live.Machine) bool { return len(g.pending[m.ID].Machine.Proof) > 0 }

func (g *group) someProof(list []live.Machine) bool { return slices.ContainsFunc(list, g.proves) }

func countServing(all []live.Machine) int {
	n := 0
	for _, m := range all {
		if m.Started() && m.Serves() && m.WhyUntouchable() == "" {
			n++
		}
	}
	return n
}

// updateStarted takes the next started machines: the first one alone, until
// one is seen to be healthy; then as many as the floor allows.
func (o *rollout) updateStarted(ctx context.Context, g *group, all []live.Machine) error {
	batch, err := o.pick(ctx, g, all)
	if err != nil || len(batch) == 0 {
		return err
	}
	var jobs []onemachine.Job
	for _, m := range batch {
		if g.first && g.proves(m) {
			o.r.emit(Proving{m.ID, ProofFirst})
		}
		jobs = append(jobs, planned(g.pending[m.ID], onemachine.Change))
	}
	return o.batch(ctx, g, jobs)
}

func (o *rollout) updateIdle(ctx context.Context, g *group, idle []live.Machine) error {
	var jobs []onemachine.Job
	for _, m := range idle[:min(len(idle), maxInFlight)] {
		jobs = append(jobs, planned(g.pending[m.ID], onemachine.ChangeAtRest))
	}
	return o.batch(ctx, g, jobs)
}
