package onemachine

import (
	"context"
	"fmt"

	"github.com/fly-standards/fly-standards/internal/live"
)

// judgeDown decides about a machine that went down while it was watched. It
// must be so at two looks, because a swap passes through such states.
func (u *Updater) judgeDown(ctx context.Context, m *InFlight, now live.Machine) {
	if m.downs++; m.downs < 2 {
		return
	}
	if now.AtRestSince(m.Since) {
		u.finish(ctx, m, Unproven, nil)
		return
	}
	why := "it is " + now.State
	if e, ok := now.LastEvent("exit"); ok && e.Timestamp.After(m.Since) {
		why = fmt.Sprintf("it stopped with exit code %d", e.ExitCode)
	}
	u.finish(ctx, m, Unhealthy, &UnhealthyError{Machine: m.Machine, Why: why})
}

// overdue gives up on a machine whose time is over: unhealthy when we see it,
// lost when we do not.
func (u *Updater) overdue(ctx context.Context, m *InFlight, why string) {
	switch {
	case m.Verdict != Pending || u.Clock.Now().Before(m.deadline):
	case m.lastErr != nil:
		u.finish(ctx, m, Lost, &LostError{m.Machine, m.lastErr})
	default:
		u.finish(ctx, m, Unhealthy, &UnhealthyError{Machine: m.Machine, Why: why + within(u.Wait)})
	}
}

// finish gives the verdict, and the lease back.
func (u *Updater) finish(ctx context.Context, m *InFlight, v Verdict, err error) {
	if m.Verdict != Pending {
		return
	}
	m.Verdict, m.Err = v, err
	u.Leases.Release(ctx, m.Machine)
	u.Record.Ended(m, err)
	if m.Goal == Restore {
		u.Record.RolledBack(m)
	}
}
