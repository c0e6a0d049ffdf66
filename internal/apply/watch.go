package apply

import (
	"context"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

const (
	waitSlice = 4 * time.Second  // the longest wait that no lease refresh comes between
	lookEvery = time.Second      // reads of one machine are limited to 5 a second
	smokeTime = 10 * time.Second // as flyctl's smoke check
	// freshTime is how long a machine that was just made may be unknown.
	freshTime = 15 * time.Second
)

// watch follows machines, one look at each in turn, until each has a verdict.
// One that is not well gets its old configuration back in the same turn, and
// is followed on. Everything is bounded by the machines' deadlines, on the
// clock; the abort ends it at once.
func (r *run) watch(ctx context.Context, hands []*hand) {
	active := append([]*hand(nil), hands...)
	for len(active) > 0 {
		r.noticeInterrupt(active)
		if ctx.Err() != nil {
			for _, h := range active {
				r.finish(ctx, h, lost, &LostError{h.machine, errInterrupted})
				if h.back {
					r.backDone(h)
				}
			}
			return
		}
		slice := max(waitSlice/time.Duration(len(active)), time.Second)
		waited := false
		var next []*hand
		for _, h := range active {
			r.leases.refresh(ctx)
			waited = r.look(ctx, h, slice) || waited
			switch {
			case h.verdict == pending:
				next = append(next, h)
			case h.back:
				r.backDone(h)
			case h.verdict == unwell && !h.back && !h.fresh && !h.repair:
				if back := r.startBack(ctx, h, h.err); back != nil {
					next = append(next, back)
				}
			}
		}
		active = next
		if len(active) > 0 && !waited {
			_ = r.d.Clock.Sleep(ctx, lookEvery) // its error is seen above
		}
	}
}

// look takes one look at a machine. It says whether that took time.
func (r *run) look(ctx context.Context, h *hand, slice time.Duration) (waited bool) {
	r.tellWaiting(h, nil)
	switch h.phase {
	case WaitState:
		return r.lookState(ctx, h, slice)
	case WaitStart:
		return r.lookStart(ctx, h, slice)
	default:
		r.lookHealth(ctx, h)
		return false
	}
}

// lookState waits for a machine that is not to start.
func (r *run) lookState(ctx context.Context, h *hand, slice time.Duration) bool {
	if err := r.await(ctx, h, slice, "settled"); err != nil {
		r.overdue(ctx, h, "its new version is not in place")
		return live.Is(err, live.Timeout)
	}
	m, ok := r.read(ctx, h)
	switch {
	case !ok:
		r.overdue(ctx, h, "its new version is not in place")
	case h.wake && !m.Started():
		r.wake(ctx, h)
	case h.wake:
		h.phase = WaitStart
	case m.Started(): // by the proxy, as soon as it may
		r.isUp(ctx, h)
	default:
		r.finish(ctx, h, rested, nil)
	}
	return false
}

// lookStart waits for the new version to be started.
func (r *run) lookStart(ctx context.Context, h *hand, slice time.Duration) bool {
	err := r.await(ctx, h, slice, "started")
	if err == nil {
		r.isUp(ctx, h)
		return false
	}
	if h.verdict != pending {
		return false
	}
	m, ok := r.read(ctx, h)
	switch {
	case !ok:
	case m.State == "started": // whatever the wait said
		r.isUp(ctx, h)
		return false
	case m.Crashing(h.since):
		r.finish(ctx, h, unwell, &UnhealthyError{Machine: h.machine, Why: "it crashes again and again"})
	case m.Down() && h.back:
		r.wake(ctx, h) // it was started before, so it has to be again
	case m.Down() && m.State != "failed" && h.woken && !m.StartedSince(h.since):
		r.wake(ctx, h) // a start that comes too early may be lost without a word
	case m.Down():
		r.judgeDown(ctx, h, m)
	}
	r.overdue(ctx, h, "it does not start")
	return live.Is(err, live.Timeout)
}

// isUp gives the lease back at once: a machine that is held can't be started
// by the proxy, should it go down.
func (r *run) isUp(ctx context.Context, h *hand) {
	r.leases.release(ctx, h.machine)
	h.phase, h.smoke, h.downs = WaitSmoke, r.d.Clock.Now().Add(smokeTime), 0
}

// lookHealth looks at a started machine: is it up for long enough, and do all
// its checks pass?
func (r *run) lookHealth(ctx context.Context, h *hand) {
	m, ok := r.read(ctx, h)
	if !ok {
		r.overdue(ctx, h, "it can't be read")
		return
	}
	if m.Crashing(h.since) {
		r.finish(ctx, h, unwell, &UnhealthyError{Machine: h.machine, Why: "it crashes again and again"})
		return
	}
	if m.Down() {
		r.judgeDown(ctx, h, m)
		return
	}
	h.downs = 0
	since := h.since
	// Until the old instance is gone its checks still run: only results of
	// after the new one's start count.
	if e, ok := m.LastEvent("start"); ok && e.Timestamp.After(since) {
		since = e.Timestamp
	}
	failing := m.NotPassing(since)
	up := !r.d.Clock.Now().Before(h.smoke)
	switch {
	case up && len(failing) == 0 && m.State == "started":
		r.finish(ctx, h, well, nil)
		return
	case up:
		h.phase = WaitChecks
		r.tellWaiting(h, failing)
	}
	if !r.d.Clock.Now().Before(h.deadline) {
		r.finish(ctx, h, unwell, &UnhealthyError{h.machine, "its checks do not pass" + within(r.d.WaitTimeout), failing})
	}
}

// await is one slice of waiting for our version.
func (r *run) await(ctx context.Context, h *hand, slice time.Duration, state string) error {
	err := r.d.Machines.WaitMachine(ctx, h.machine, h.version, slice, state)
	h.seen = err
	if live.Is(err, live.Timeout) {
		h.seen = nil // it answered
	}
	if live.Is(err, live.NotFound) && !(h.fresh && r.d.Clock.Now().Sub(h.before.CreatedAt) < freshTime) {
		r.missed(ctx, h)
	}
	return err
}

// missed counts answers that there is no such machine. One odd answer does not
// make it gone: nobody would look after it any more.
func (r *run) missed(ctx context.Context, h *hand) {
	if h.missing++; h.missing >= 3 {
		r.finish(ctx, h, movedAway, &MovedError{h.machine, "it is gone"})
	}
}

// read gets the machine while it is still ours; false ends this look.
func (r *run) read(ctx context.Context, h *hand) (live.Machine, bool) {
	m, err := r.d.Machines.Machine(ctx, h.machine)
	h.seen = err
	switch {
	case err == nil && m.Version != h.version:
		r.finish(ctx, h, movedAway, &MovedError{h.machine, "somebody updated it meanwhile: its version is " + m.Version})
	case err == nil:
		h.denied, h.missing = 0, 0
		return m, true
	case live.Is(err, live.NotFound) && !h.fresh:
		r.missed(ctx, h)
	case live.Is(err, live.Unauthorized) || live.Is(err, live.Forbidden):
		// A token that ran out stays so; one odd answer does not mean that.
		if h.denied++; h.denied == 3 {
			r.finish(ctx, h, lost, &LostError{h.machine, err})
		}
	}
	return live.Machine{}, false
}

// wake starts a machine under our lease. A start that comes too early is
// refused; the next look tries again.
func (r *run) wake(ctx context.Context, h *hand) {
	if r.leases.of(h.machine) != nil && !r.leases.keep(ctx, h.machine) {
		r.leases.release(ctx, h.machine)
		if err := r.leases.take(ctx, h.machine); err != nil {
			r.overdue(ctx, h, "it does not start")
			return
		}
	}
	err := r.d.Machines.StartMachine(ctx, h.machine, r.leases.nonce(h.machine))
	if err == nil || uncertain(err) {
		h.phase, h.woken = WaitStart, true
	}
	r.overdue(ctx, h, "it does not start")
}
