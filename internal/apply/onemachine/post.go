package onemachine

import (
	"context"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// NotYetTime is how long a request is sent again that the platform can't take
// just now: the secrets have not reached it, the machine is being replaced, or there
// were too many requests.
const NotYetTime = 30 * time.Second

// post sends an update. When the answer is lost it reads the machine to learn
// what happened, and sends the update at most twice more: current_version lets
// no update happen on top of another, nor twice. Without the lease nothing is
// sent again: it may have run out meanwhile, and somebody else be at work.
func (u *Updater) post(ctx context.Context, m *InFlight, up live.Update) (live.Machine, error) {
	up.Region = m.Region
	var lost error
	until := u.Clock.Now().Add(min(NotYetTime, u.Wait))
	for sent := 0; sent < 3; {
		up.Nonce = u.Leases.Nonce(m.Machine)
		now, err := u.Platform.UpdateMachine(ctx, m.Machine, up)
		switch {
		case err == nil:
			return now, nil
		case lost == nil && !live.Uncertain(err):
			var again bool
			if now, again, err = u.refused(ctx, m, up, err); !again || !u.Clock.Now().Before(until) {
				return now, err
			}
		default:
			if lost == nil {
				u.Record.Uncertain(m)
			}
			sent++
			lost = err
			if now, err = u.lookAgain(ctx, m.Machine, 0); err != nil {
				return live.Machine{}, &LostError{m.Machine, lost}
			}
			if now.Version != up.CurrentVersion && ours(now, up) {
				return now, nil
			} else if now.Version != up.CurrentVersion {
				return live.Machine{}, &MovedError{m.Machine, "somebody updated it at the same time"}
			}
			err = lost
		}
		// It is as it was: not applied, or not yet.
		if e := u.again(ctx, m, &up, now); e != nil {
			err = e
		} else if u.Leases.Holds(m.Machine) {
			continue
		}
		if lost != nil {
			err = &LostError{m.Machine, err}
		}
		return live.Machine{}, err
	}
	return live.Machine{}, &LostError{m.Machine, lost}
}

// again makes an update one for the machine as it is by now, and for the app's
// secrets: what the machine is to lose must still be one of them.
func (u *Updater) again(ctx context.Context, m *InFlight, up *live.Update, now live.Machine) (err error) {
	up.SkipLaunch = m.skips(*up, now)
	if m.Goal != Restore {
		up.MinSecrets, err = u.Secrets(ctx, m.Step.Machine.Secrets)
	}
	return err
}

// skips says whether an update that is sent again is to leave the machine down: not
// where it runs by now, unless it gets back what it had at rest.
func (m *InFlight) skips(up live.Update, now live.Machine) bool {
	return up.SkipLaunch && (m.Goal == Restore || !now.Started())
}

// refused is an update that was refused, so that nothing happened. A conflict
// may be one with ourselves, when the request arrived twice: only a look tells.
// again says that it may be taken in a moment.
func (u *Updater) refused(ctx context.Context, m *InFlight, up live.Update, err error) (now live.Machine, again bool, _ error) {
	pause, later := live.Later(err)
	if !later && !live.Is(err, live.Conflict) {
		return live.Machine{}, false, err
	}
	now, lookErr := u.lookAgain(ctx, m.Machine, pause)
	if lookErr == nil && now.Version != up.CurrentVersion && ours(now, up) && !ours(m.Was, up) {
		return now, false, nil // of one that changes nothing nobody could tell whose it is
	}
	return now, later && lookErr == nil && now.Version == up.CurrentVersion, err
}

// ours says whether a machine runs the configuration of up. The platform may
// have spelled it otherwise. One that holds our change and something besides
// is somebody else's: taking it for ours would let a rollback undo theirs.
func ours(now live.Machine, up live.Update) bool {
	return machineconfig.Same(now.Config, up.Config)
}

// lookAgain reads a machine after a lost answer, giving what was lost some
// time to arrive, or after the pause that was asked for. What is shown of one whose
// host does not answer is old, so nobody can tell whose it is.
func (u *Updater) lookAgain(ctx context.Context, id string, pause time.Duration) (m live.Machine, err error) {
	for range 4 {
		if err := u.Clock.Sleep(ctx, max(pause, 2*time.Second)); err != nil {
			return live.Machine{}, err
		}
		pause = 0
		if m, err = u.Platform.Machine(ctx, id); err == nil && !m.Unreadable() {
			return m, nil
		}
	}
	if err == nil {
		err = errUnreadable
	}
	return m, err
}

// madeAt is when the platform made an update. A machine that is looked at after
// a lost answer has moved on since, and tells the time of its start; its events
// tell more.
func madeAt(got, before live.Machine) time.Time {
	e, ok := got.LastEvent("update")
	old, had := before.LastEvent("update")
	if ok && e.Timestamp.Before(got.UpdatedAt) && (!had || e.Timestamp.After(old.Timestamp)) {
		return e.Timestamp
	}
	return got.UpdatedAt
}

// accepted notes an update that the platform took.
func (u *Updater) accepted(m *InFlight, got live.Machine, restarts bool) {
	m.Version, m.Since = got.Version, madeAt(got, m.Was)
	m.deadline = u.Clock.Now().Add(u.Wait)
	m.Phase = WaitStart
	if !restarts {
		m.Phase = WaitState
	}
	u.Record.Accepted(m, restarts)
}
