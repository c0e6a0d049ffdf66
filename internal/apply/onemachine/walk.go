package onemachine

import (
	"context"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// This file is the walk of one machine, from top to bottom:
//
//	Begin   lease, read, compare, patch (begin.go), record, post
//	                                     -> in flight, or Unchanged
//	Follow  one look at each in turn, by its phase:
//	          WaitState   the new version is in place, not started -> UpdatedAtRest
//	          WaitStart   the new version is started; the lease goes back
//	          WaitSmoke   it stays up for 10 s   -> Unproven: the proxy stopped it
//	          WaitChecks  its health checks pass                   -> Healthy
//	        One that is down or late is judged (verdict.go). An Unhealthy one whose
//	        goal rolls back goes the way out: refused.go and restore.go make another
//	        InFlight, the update without its new checks or the old configuration,
//	        which is looked at on with a deadline of its own
//	          WaitFree    until that can be posted               -> NotRestored
//	        The caller's stays Unhealthy, and the Recorder hears of the other one.
//	        Somebody else updated it -> ChangedByOthers; nobody can tell -> Lost

// Begin takes a machine: lease, read, compare, patch, post. On an error nothing
// was changed, unless it is a *LostError. The lease is held on when the update
// was accepted, and released otherwise.
func (u *Updater) Begin(ctx context.Context, j Job) (*InFlight, error) {
	if err := u.Leases.Take(ctx, j.ID()); err != nil {
		return nil, err
	}
	m, err := u.beginLeased(ctx, j)
	if err != nil || m.Verdict == Unchanged {
		u.Leases.Release(ctx, j.ID())
	}
	return m, err
}

func (u *Updater) beginLeased(ctx context.Context, j Job) (*InFlight, error) {
	now, err := u.Platform.Machine(ctx, j.ID())
	if err != nil {
		return nil, err
	}
	if err := u.takeable(now, j); err != nil {
		return nil, err
	}
	m := &InFlight{Job: j, Machine: now.ID, Group: now.Group(), Region: now.Region, Was: now}
	if j.Before != nil {
		m.Was = *j.Before
	}
	if j.Goal.Repairs() && now.Health() == live.Healthy {
		m.Verdict = Unchanged
		return m, nil
	}
	cfg, changed, err := wanted(m.Was.Config, j)
	if err != nil {
		return nil, &MovedError{now.ID, err.Error()}
	}
	if !changed {
		m.Verdict = Unchanged
		return m, nil
	}
	min, err := u.Secrets(ctx, j.Step.Machine.Secrets)
	if err != nil {
		return nil, err
	}
	if !u.Leases.Holds(now.ID) {
		return nil, ErrRequeue // it was taken or lost while that was read
	}
	if err := u.Record.Intent(m, now.Version); err != nil {
		return nil, err
	}
	up := live.Update{Config: cfg, CurrentVersion: now.Version, MinSecrets: min, SkipLaunch: !now.Started()}
	got, err := u.post(ctx, m, up)
	if err != nil {
		u.Record.Ended(m, err)
		return nil, err
	}
	u.accepted(m, got, now.Started())
	return m, nil
}

// Follow looks at machines, one look at each in turn, until each has a verdict.
// One that is unhealthy begins the way back in the same turn, and is followed
// on. Everything is bounded by the machines' deadlines, on the clock. A first
// interrupt stops what comes next (Updater.Stop) and lets these end; the end of
// ctx is the second: it leaves them at once, Lost, and nothing is rolled back.
func (u *Updater) Follow(ctx context.Context, machines ...*InFlight) {
	active := slices.DeleteFunc(slices.Clone(machines), func(m *InFlight) bool { return m.Verdict != Pending })
	for len(active) > 0 {
		u.noticeInterrupt(active)
		if ctx.Err() != nil {
			for _, m := range active {
				u.finish(ctx, m, Lost, &LostError{m.Machine, ErrInterrupted})
			}
			return
		}
		slice := max(waitSlice/time.Duration(len(active)), time.Second)
		waited := false
		var next []*InFlight
		for _, m := range active {
			waited = u.look(ctx, m, slice) || waited
			switch {
			case m.Verdict == Pending:
				next = append(next, m)
			case m.Verdict == Unhealthy && m.Goal.RollsBack():
				next = append(next, u.wayOut(ctx, m))
			}
		}
		active = next
		if len(active) > 0 && !waited {
			_ = u.Clock.Sleep(ctx, lookEvery) // its error is seen above
		}
	}
}

// look takes one look at a machine. It says whether that took time.
func (u *Updater) look(ctx context.Context, m *InFlight, slice time.Duration) (waited bool) {
	if m.Phase == WaitFree {
		u.tryRestore(ctx, m)
		return false
	}
	u.tellWaiting(m, nil)
	switch m.Phase {
	case WaitState:
		return u.lookState(ctx, m, slice)
	case WaitStart:
		return u.lookStart(ctx, m, slice)
	default:
		u.lookHealth(ctx, m)
		return false
	}
}

// lookState waits for a machine that was not started to have its new version.
func (u *Updater) lookState(ctx context.Context, m *InFlight, slice time.Duration) bool {
	err := u.await(ctx, m, slice, "settled")
	if m.Verdict != Pending {
		return false
	}
	if live.Is(err, live.Timeout) && u.Clock.Now().Before(m.deadline) {
		return true
	}
	now, ok := u.read(ctx, m) // whatever the wait said
	switch {
	case !ok, err != nil && !now.Started() && !now.Down():
		u.overdue(ctx, m, "its new version is not in place")
	case m.Goal.Starts() && !now.Started():
		u.start(ctx, m)
		m.deadline = u.Clock.Now().Add(u.Wait) // it boots from now on, however long it took to get here
	case m.Goal.Starts():
		m.Phase = WaitStart
	case now.Started(): // by the proxy, as soon as it may
		u.isUp(ctx, m)
	default:
		u.finish(ctx, m, UpdatedAtRest, nil)
	}
	return false
}

// lookStart waits for the new version to be started.
func (u *Updater) lookStart(ctx context.Context, m *InFlight, slice time.Duration) bool {
	err := u.await(ctx, m, slice, "started")
	if err == nil {
		u.isUp(ctx, m)
		return false
	}
	if m.Verdict != Pending {
		return false
	}
	now, ok := u.read(ctx, m)
	switch {
	case !ok:
	case now.State == "started": // whatever the wait said
		u.isUp(ctx, m)
		return false
	case now.Crashing(m.Since):
		u.finish(ctx, m, Unhealthy, &UnhealthyError{Machine: m.Machine, Why: "it keeps crashing"})
	case now.Down() && m.Goal == Restore:
		u.start(ctx, m) // it was started before, so it has to be again
	case now.Down() && now.State != "failed" && m.Woken && !now.StartedSince(m.Since):
		u.start(ctx, m) // a start that comes too early may be lost without a word
	case now.Down():
		u.judgeDown(ctx, m, now)
	}
	u.overdue(ctx, m, "it does not start")
	return live.Is(err, live.Timeout)
}

// isUp gives the lease back at once: a machine that is held can't be started
// by the proxy, should it go down. One that is seen to be up late, behind a slow
// answer, has the time that it needs to be seen healthy all the same.
func (u *Updater) isUp(ctx context.Context, m *InFlight) {
	u.Leases.Release(ctx, m.Machine)
	now := u.Clock.Now()
	m.Phase, m.smoke, m.downs = WaitSmoke, now.Add(smokeTime), 0
	if least := now.Add(MinWait); m.deadline.Before(least) {
		m.deadline = least
	}
}

// lookHealth looks at a started machine: is it up for long enough, and do all
// its checks pass?
func (u *Updater) lookHealth(ctx context.Context, m *InFlight) {
	now, ok := u.read(ctx, m)
	if !ok {
		u.overdue(ctx, m, "it can't be read")
		return
	}
	if now.Crashing(m.Since) {
		u.finish(ctx, m, Unhealthy, &UnhealthyError{Machine: m.Machine, Why: "it keeps crashing"})
		return
	}
	if now.Down() {
		u.judgeDown(ctx, m, now)
		return
	}
	m.downs = 0
	since := m.Since
	// Until the old instance is gone its checks still run: only results of
	// after the new one's start count.
	if e, ok := now.LastEvent("start"); ok && e.Timestamp.After(since) {
		since = e.Timestamp
	}
	failing := now.NotPassing(since)
	up := !u.Clock.Now().Before(m.smoke)
	switch {
	case up && len(failing) == 0 && now.State == "started":
		u.finish(ctx, m, Healthy, nil)
		return
	case up:
		m.Phase = WaitChecks
		u.tellWaiting(m, failing)
	}
	switch hopeless := m.hopeless(u.Clock.Now(), now, since); {
	case up && hopeless:
		u.finish(ctx, m, Unhealthy, u.unhealthy(m, now, since, "its checks do not pass"))
	case !u.Clock.Now().Before(m.deadline):
		u.finish(ctx, m, Unhealthy, u.unhealthy(m, now, since, "its checks did not pass"+within(u.Wait)))
	}
}
