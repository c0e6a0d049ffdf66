package apply

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// idleAtOnce is how many machines that are not started are updated at a time:
// they carry no traffic.
const idleAtOnce = 8

// group is the rollout of one process group.
type group struct {
	name    string
	pending map[string]plan.Step // by machine id
	// seen are the machines that were started at some time of this run: what
	// went down since, without anybody wanting it, still counts for the floor.
	seen map[string]bool
	// first: no machine has been seen to be well with the change yet.
	first bool
	// proof: a new service check must be proven first.
	proof bool
	// repairs: an earlier run left something on some of its machines.
	repairs  bool
	requeues int
}

// updateMachines takes the groups one after the other.
func (r *run) updateMachines(ctx context.Context) error {
	r.groups = r.groupsToUpdate()
	for _, name := range slices.Sorted(maps.Keys(r.groups)) {
		if err := r.updateGroup(ctx, r.groups[name]); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) updateGroup(ctx context.Context, g *group) error {
	for len(g.pending) > 0 {
		if r.stop.Err() != nil {
			return errInterrupted
		}
		all, err := r.readGroup(ctx, g)
		if err != nil {
			return err
		}
		started, idle, err := g.split(all)
		switch {
		case err != nil:
		case len(started) > 0 && g.proof && g.first && countServing(all) == 1 && started[0].Serves() && g.proves(started[0]) && !g.pending[started[0].ID].Machine.Seen:
			err = r.proveAlone(ctx, g, started[0])
		case len(started) > 0:
			err = r.updateStarted(ctx, g, all)
		case g.proof && g.first && g.someProof(idle):
			err = r.proveAwake(ctx, g, idle)
		default:
			err = r.updateIdle(ctx, g, idle)
		}
		if err != nil {
			return err
		}
	}
	if g.proof && g.first && r.unproven[g.name] {
		return &UnprovenError{g.name}
	}
	return nil
}

// readGroup reads the machines of a group that this tool may touch.
func (r *run) readGroup(ctx context.Context, g *group) ([]live.Machine, error) {
	all, err := r.d.Machines.Machines(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m live.Machine) bool { return m.Group() != g.name })
	for _, m := range all {
		if m.Started() && m.Untouchable() == "" {
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
				return nil, nil, &MovedError{id, "it is gone"}
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
		if m.Started() && m.Serves() && m.Untouchable() == "" {
			n++
		}
	}
	return n
}

// updateStarted takes the next started machines: the first one alone, until
// one is seen to be well; then as many as the floor allows.
func (r *run) updateStarted(ctx context.Context, g *group, all []live.Machine) error {
	batch, err := r.pick(ctx, g, all)
	if err != nil || len(batch) == 0 {
		return err
	}
	var jobs []job
	for _, m := range batch {
		s := g.pending[m.ID]
		if g.first && g.proves(m) {
			r.emit(Proving{m.ID, ProofFirst})
		}
		jobs = append(jobs, job{step: s, ops: s.Machine.Ops, version: s.Machine.Version})
	}
	return r.batch(ctx, g, jobs)
}

func (r *run) updateIdle(ctx context.Context, g *group, idle []live.Machine) error {
	var jobs []job
	for _, m := range idle[:min(len(idle), idleAtOnce)] {
		s := g.pending[m.ID]
		jobs = append(jobs, job{step: s, ops: s.Machine.Ops, version: s.Machine.Version, idle: true})
	}
	return r.batch(ctx, g, jobs)
}

// batch updates machines together and follows them to the end. When one can't
// be taken, those taken before are followed all the same.
func (r *run) batch(ctx context.Context, g *group, jobs []job) error {
	var hands []*hand
	var stopped error
	for _, j := range jobs {
		r.leases.refresh(ctx)
		r.started(j.step)
		h, err := r.begin(ctx, j)
		if errors.Is(err, errRequeue) && r.requeue(ctx, g) {
			continue
		}
		if err != nil {
			stopped = err
			r.failed(j.step, err)
			break
		}
		hands = append(hands, h)
	}
	r.watch(ctx, pendingOnly(hands))
	for _, h := range hands {
		if err := r.conclude(g, h); err != nil && (stopped == nil || isUnwell(err)) {
			stopped = err
		}
	}
	return stopped
}

// requeue lets a moment pass; false says that it was too often.
func (r *run) requeue(ctx context.Context, g *group) bool {
	g.requeues++
	return g.requeues <= maxRequeues && r.leases.refreshAndSleep(ctx, 2*time.Second) == nil
}

func pendingOnly(hands []*hand) []*hand {
	return slices.DeleteFunc(slices.Clone(hands), func(h *hand) bool { return h.verdict != pending })
}

// conclude puts a machine's verdict into the report and the group.
func (r *run) conclude(g *group, h *hand) error {
	res := r.rep.machine(h.step.ID)
	switch h.verdict {
	case unchanged:
		res.State, res.Version = AsWanted, h.before.Version
	case well:
		if g.first && g.proves(h.before) {
			r.emit(Proven{h.machine})
		}
		g.first = false
		res.State = Done
	case rested:
		res.State = Done
	case unproven:
		res.State, res.Unproven = Done, true
		r.unproven[g.name] = r.unproven[g.name] || len(h.step.Machine.Proof) > 0
		r.emit(Unproven{h.machine})
	default:
		r.failed(h.step, h.err)
		if h.verdict != unwell { // startBack and backDone have told of the others
			res.State, res.Why = NotSure, h.err.Error()
			r.forget(h.machine)
		}
		return h.err
	}
	delete(g.pending, h.machine)
	r.done(h.step, h.verdict != unchanged)
	return nil
}

func isUnwell(err error) bool {
	var unwell *UnhealthyError
	var held *UnprovenError
	return errors.As(err, &unwell) || errors.As(err, &held)
}
