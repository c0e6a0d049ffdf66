package onemachine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// await is one slice of waiting for our version.
func (u *Updater) await(ctx context.Context, m *InFlight, slice time.Duration, state string) error {
	err := u.Platform.WaitMachine(ctx, m.Machine, m.Version, slice, state)
	m.lastErr = err
	if live.Is(err, live.Timeout) {
		m.lastErr = nil // it answered
	}
	if live.Is(err, live.NotFound) && !(m.Goal == Added && u.Clock.Now().Sub(m.Was.CreatedAt) < freshTime) {
		u.missed(ctx, m)
	}
	return err
}

// missed counts answers that there is no such machine. One odd answer does not
// make it gone: nobody would look after it any more.
func (u *Updater) missed(ctx context.Context, m *InFlight) {
	if m.missing++; m.missing >= 3 {
		u.finish(ctx, m, ChangedByOthers, &MovedError{m.Machine, "it is gone"})
	}
}

// errUnreadable is a look at a machine whose host does not answer: what the API
// shows of it then is what it knew before, or no configuration.
var errUnreadable = errors.New("its host does not answer")

// read gets the machine while it is still ours; false ends this look.
func (u *Updater) read(ctx context.Context, m *InFlight) (live.Machine, bool) {
	now, err := u.Platform.Machine(ctx, m.Machine)
	m.lastErr = err
	switch {
	case err == nil && now.Version != m.Version:
		u.finish(ctx, m, ChangedByOthers, updatedMeanwhile(now))
	case err == nil && now.Unreadable(): // old news, or no checks at all: it proves nothing
		m.lastErr = errUnreadable
	case err == nil:
		m.denied, m.missing = 0, 0
		return now, true
	case live.Is(err, live.NotFound) && m.Goal != Added:
		u.missed(ctx, m)
	case live.Is(err, live.Unauthorized) || live.Is(err, live.Forbidden):
		// A token that ran out stays so; one odd answer does not mean that.
		if m.denied++; m.denied == 3 {
			u.finish(ctx, m, Lost, &LostError{m.Machine, err})
		}
	}
	return live.Machine{}, false
}

// start starts a machine under our lease. A start that comes too early is
// refused; the next look tries again.
func (u *Updater) start(ctx context.Context, m *InFlight) {
	if !u.Leases.Holds(m.Machine) {
		u.Leases.Release(ctx, m.Machine)
		if err := u.Leases.Take(ctx, m.Machine); err != nil {
			u.overdue(ctx, m, "it does not start")
			return
		}
	}
	err := u.Platform.StartMachine(ctx, m.Machine, u.Leases.Nonce(m.Machine))
	if err == nil || live.Uncertain(err) {
		m.Phase, m.Woken = WaitStart, true
	}
	u.overdue(ctx, m, "it does not start")
}

// tellWaiting says what a machine is waited for, once for each state of things.
func (u *Updater) tellWaiting(m *InFlight, checks []live.CheckState) {
	if m.Phase == WaitChecks && checks == nil {
		return
	}
	if said := fmt.Sprint(m.Phase, checks); said != m.told {
		m.told = said
		u.Record.Waiting(m.Machine, m.Group, m.Phase, checks, m.deadline)
	}
}

func (u *Updater) noticeInterrupt(active []*InFlight) {
	if u.interruptReported || u.Stop.Err() == nil {
		return
	}
	u.interruptReported = true
	var ids []string
	for _, m := range active {
		ids = append(ids, m.Machine)
	}
	u.Record.Interrupted(ids)
}
