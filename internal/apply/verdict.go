package apply

import (
	"context"
	"fmt"

	"github.com/fly-standards/fly-standards/internal/live"
)

// judgeDown decides about a machine that went down while it was watched. It
// must be so at two looks, because a swap passes through such states.
func (r *run) judgeDown(ctx context.Context, h *hand, m live.Machine) {
	if h.downs++; h.downs < 2 && m.State != "failed" {
		return
	}
	if m.State != "failed" && m.AtRestSince(h.since) {
		r.finish(ctx, h, unproven, nil)
		return
	}
	why := "it is " + m.State
	if e, ok := m.LastEvent("exit"); ok && e.Timestamp.After(h.since) {
		why = fmt.Sprintf("it stopped with exit code %d", e.ExitCode)
	}
	r.finish(ctx, h, unwell, &UnhealthyError{Machine: h.machine, Why: why})
}

// overdue gives up on a machine whose time is over: unwell when we see it,
// lost when we do not.
func (r *run) overdue(ctx context.Context, h *hand, why string) {
	switch {
	case h.verdict != pending || r.d.Clock.Now().Before(h.deadline):
	case h.seen != nil:
		r.finish(ctx, h, lost, &LostError{h.machine, h.seen})
	default:
		r.finish(ctx, h, unwell, &UnhealthyError{Machine: h.machine, Why: why + within(r.d.WaitTimeout)})
	}
}

// finish gives the verdict, and the lease back.
func (r *run) finish(ctx context.Context, h *hand, v verdict, err error) {
	if h.verdict != pending {
		return
	}
	h.verdict, h.err = v, err
	r.leases.release(ctx, h.machine)
	if !h.fresh {
		r.journalEnd(h, err)
	}
}

func (r *run) tellWaiting(h *hand, checks []live.CheckState) {
	if h.phase == WaitChecks && checks == nil {
		return
	}
	said := fmt.Sprint(h.phase, checks)
	if said != h.shown {
		h.shown = said
		r.emit(Waiting{Machine: h.machine, Group: h.group, For: h.phase, Checks: checks, Until: h.deadline})
	}
}

func (r *run) noticeInterrupt(active []*hand) {
	if r.told || r.stop.Err() == nil {
		return
	}
	r.told = true
	var ids []string
	for _, h := range active {
		ids = append(ids, h.machine)
	}
	r.emit(Interrupted{ids})
}
