package apply

import (
	"context"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// ours says whether a machine runs the configuration of u. The platform may
// have spelled it otherwise. One that holds our change and something besides
// is somebody else's: taking it for ours would let a rollback undo theirs.
func (r *run) ours(now live.Machine, u Update) bool {
	return machineconfig.Same(now.Config, u.Config)
}

// lookAgain reads a machine after a lost answer, giving what was lost some
// time to arrive.
func (r *run) lookAgain(ctx context.Context, id string) (m live.Machine, err error) {
	for range 4 {
		if err := r.leases.refreshAndSleep(ctx, 2*time.Second); err != nil {
			return live.Machine{}, err
		}
		if m, err = r.d.Machines.Machine(ctx, id); err == nil {
			return m, nil
		}
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
