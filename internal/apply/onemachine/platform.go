package onemachine

import (
	"context"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
)

// Platform is what one machine's life needs of Fly. Every error is a
// *live.Error. No call repeats a request that may have taken effect: an error of
// kind live.Unknown means read again, compare, decide.
type Platform interface {
	Machine(ctx context.Context, id string) (live.Machine, error)

	// LeaseHolder tells who holds the machine; nil when nobody does.
	LeaseHolder(ctx context.Context, id string) (*live.Lease, error)
	AcquireLease(ctx context.Context, id string, ttl time.Duration) (live.Lease, error)
	RefreshLease(ctx context.Context, id, nonce string, ttl time.Duration) (live.Lease, error)
	ReleaseLease(ctx context.Context, id, nonce string) error

	UpdateMachine(ctx context.Context, id string, u live.Update) (live.Machine, error)
	// WaitMachine blocks until the version of the machine is in one of the
	// states, at most timeout (1 to 60 s): live.Timeout when it is not by then.
	WaitMachine(ctx context.Context, id, version string, timeout time.Duration, states ...string) error
	StartMachine(ctx context.Context, id, nonce string) error
	StopMachine(ctx context.Context, id, nonce string) error
	SuspendMachine(ctx context.Context, id, nonce string) error
}

// Recorder is told what happens, always on the goroutine that called the
// Updater. What is done comes after it was done; Intent alone comes before.
type Recorder interface {
	// Intent comes before an update that replaces a version. Its error stops an
	// update; that of a Restore is not looked at.
	Intent(m *InFlight, replaces string) error
	// Uncertain: the answer to the update was lost.
	Uncertain(m *InFlight)
	// Accepted: the platform took the update. From here on the machine counts as
	// changed until it is seen to be restored.
	Accepted(m *InFlight, restarts bool)
	// Ended: the update was refused or lost after Intent (err), or the machine
	// has its verdict (m.Err).
	Ended(m *InFlight, err error)
	// RollingBack comes before a machine gets its old configuration back, and
	// RolledBack when it has its verdict with it.
	RollingBack(m *InFlight)
	RolledBack(m *InFlight)

	LeaseTaken(machine string)
	LeaseReleased(machine string, lost bool)
	// LeaseLeft: it could not be released, and ends by itself.
	LeaseLeft(machine string)
	Waiting(machine, group string, phase Phase, checks []live.CheckState, until time.Time)
	// Interrupted: a stop was asked for; these are finished first.
	Interrupted(machines []string)
}

// Updater changes machines.
type Updater struct {
	Platform Platform
	Clock    clock.Clock
	Record   Recorder
	// Wait bounds every wait for one machine.
	Wait time.Duration
	// Stop ends when the user asks to stop; what is in flight is finished.
	Stop context.Context //nolint:containedctx // asked only; work has a context of its own
	// Secrets is the version of the app's secrets that a machine must boot with.
	Secrets func(ctx context.Context, needed bool) (uint64, error)
	// Instead is asked about a started machine that only checks which its update
	// brought fail on: the job that leaves them out. Nil, or false: it gets its old
	// configuration back, as any other that is not healthy.
	Instead func(m *InFlight) (Job, bool)
	// Hide takes secrets out of what the platform says of a check; nil: nothing.
	Hide   func(string) string
	Leases *Leases

	interruptReported bool
}

// New makes an Updater with no leases yet.
func New(u Updater) *Updater {
	u.Leases = &Leases{platform: u.Platform, clock: u.Clock, record: u.Record}
	return &u
}
