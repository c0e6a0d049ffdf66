package apply

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// startBack gives a machine the configuration back that it had before this
// run, from memory, and the hand to watch it by. Nil: it did not work, which
// the report says. why is nil for a machine that is well itself.
func (r *run) startBack(ctx context.Context, h *hand, why error) *hand {
	r.emit(RollingBack{h.machine, why})
	res := r.rep.machine(h.step.ID)
	res.State = NotSure
	if why != nil {
		res.State, res.Why = Unhealthy, why.Error()
	}
	back, err := r.postBack(ctx, h)
	if err != nil {
		r.leases.release(ctx, h.machine)
		r.emit(RolledBack{h.machine, false, err})
		res.Why = "it keeps the change: " + err.Error()
		return nil
	}
	return back
}

func (r *run) postBack(ctx context.Context, h *hand) (*hand, error) {
	if err := r.leases.take(ctx, h.machine); err != nil {
		return nil, err
	}
	now, err := r.settle(ctx, h)
	if err != nil {
		return nil, err
	}
	cfg := h.before.Config
	if h.before.Image != "" {
		cfg = cfg.WithImage(h.before.Image) // a tag could have moved on since
	}
	back := &hand{job: h.job, machine: h.machine, group: h.group, region: h.region, before: h.before, back: true}
	back.wake = false
	if err := r.journalBack(back, now.Version); err != nil {
		return nil, err
	}
	// What the proxy put to sleep since is not woken for this.
	start := h.before.Started() && !now.AtRestSince(h.since)
	u := Update{Config: cfg, CurrentVersion: now.Version, SkipLaunch: !start}
	got, err := r.post(ctx, back, u)
	if err != nil {
		r.journalEnd(back, err)
		return nil, err
	}
	r.posted(back, got, start)
	r.journalAccepted(back)
	return back, nil
}

// settle waits until the machine can be updated: not in the middle of a swap,
// and stopped again when it was started for a proof only. It must be ours
// still.
func (r *run) settle(ctx context.Context, h *hand) (live.Machine, error) {
	deadline := r.d.Clock.Now().Add(r.d.WaitTimeout)
	asked := false
	for {
		now, err := r.d.Machines.Machine(ctx, h.machine)
		switch {
		case err != nil && !uncertain(err):
			return now, err
		case err == nil && now.Version != h.version:
			return now, &MovedError{h.machine, "somebody updated it meanwhile: its version is " + now.Version}
		case err == nil && (now.State == "started" || now.State == "starting"):
			if h.before.Started() {
				return now, nil
			}
			if !asked {
				err := r.d.Machines.StopMachine(ctx, h.machine, r.leases.nonce(h.machine))
				asked = err == nil || uncertain(err)
			}
		case err == nil && (now.Down() || now.State == "created"):
			return now, nil
		}
		if !r.d.Clock.Now().Before(deadline) {
			return now, errors.Join(&LostError{h.machine, errors.New("it is " + now.State + " for too long")}, err)
		}
		if err := r.leases.refreshAndSleep(ctx, lookEvery); err != nil {
			return now, err
		}
	}
}

// backDone notes how a machine that was given its old configuration did.
func (r *run) backDone(h *hand) {
	res := r.rep.machine(h.step.ID)
	switch h.verdict {
	case well, rested, unproven:
		res.State, res.Version = Restored, h.version
		r.forget(h.machine)
		r.emit(RolledBack{h.machine, true, nil})
	case unwell: // it has its old configuration, and is not well with it either
		res.State, res.Version = Restored, h.version
		res.Why = "it has its old configuration back, and is not well with it: " + h.err.Error()
		r.forget(h.machine)
		r.emit(RolledBack{h.machine, false, nil})
	default:
		res.State, res.Why = NotSure, h.err.Error()
		r.emit(RolledBack{h.machine, false, h.err})
	}
}

func (r *run) forget(machine string) {
	delete(r.changed, machine)
	r.order = slices.DeleteFunc(r.order, func(id string) bool { return id == machine })
}

// rollBack takes the machines back that are well with the change, newest
// first, one at a time, each of them healthy again before the next. It never
// takes one away where that would leave a group below its floor.
func (r *run) rollBack(ctx context.Context) {
	for _, id := range slices.Backward(slices.Clone(r.order)) {
		h := r.changed[id]
		if h == nil || h.verdict != well && h.verdict != rested && h.verdict != unproven {
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if why := r.mayTake(ctx, h); why != "" {
			r.emit(Kept{h.machine, why})
			r.rep.machine(h.step.ID).Why = why
			continue
		}
		if back := r.startBack(ctx, h, nil); back != nil {
			r.watch(ctx, []*hand{back})
		}
	}
}

// mayTake waits until the group can do without the machine; what it returns
// says why it can't.
func (r *run) mayTake(ctx context.Context, h *hand) string {
	g := r.groups[h.group]
	deadline := r.d.Clock.Now().Add(min(r.d.WaitTimeout, time.Minute))
	for {
		all, err := r.readGroup(ctx, g)
		switch {
		case err == nil:
			f := r.floor(g, all)
			i := slices.IndexFunc(all, func(m live.Machine) bool { return m.ID == h.machine })
			if i < 0 {
				return "it is gone"
			}
			if !all[i].Serves() || all[i].Health() != live.Healthy || f.healthy-1 >= f.floor {
				return ""
			}
		case !uncertain(err):
			return err.Error()
		}
		if !r.d.Clock.Now().Before(deadline) || r.d.Clock.Sleep(ctx, 2*time.Second) != nil {
			return "it keeps the change: too few other machines of its group are healthy to restart it"
		}
	}
}
