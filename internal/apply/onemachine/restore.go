package onemachine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// BeginRestore begins to give a machine the configuration back that it had
// before this run, from memory: Follow does it. why is nil for a machine that
// is healthy itself.
//
// It is a rescue, so it is tried again until the wait ends, whatever the
// platform answers: a machine that somebody holds, that is being replaced or
// that is unknown for a moment can be updated a little later. It ends sooner
// only where somebody else updated the machine, since theirs stays, and where
// for some time the request or the token itself has been refused, or there was no
// such machine: no waiting mends that. later is what was tried on the machine since, whose answer may be
// lost: the machine that has it is ours still.
func (u *Updater) BeginRestore(m *InFlight, why error, later ...Job) *InFlight {
	back := &InFlight{
		Job: m.Job, Machine: m.Machine, Group: m.Group, Region: m.Region, Was: m.Was, Since: m.Since, Why: why,
		Phase: WaitFree, deadline: u.Clock.Now().Add(u.Wait), takenFrom: m.Version,
	}
	back.Goal = Restore
	for _, j := range later {
		if cfg, _, err := wanted(m.Was.Config, j); err == nil {
			back.later = append(back.later, cfg)
		}
	}
	u.Record.RollingBack(back)
	return back
}

// tryRestore makes one try.
func (u *Updater) tryRestore(ctx context.Context, m *InFlight) {
	if u.Clock.Now().Before(m.retryAt) {
		return
	}
	err := u.postOld(ctx, m)
	var moved *MovedError
	switch {
	case err == nil:
	case errors.As(err, &moved):
		u.finish(ctx, m, NotRestored, err)
	case !u.Clock.Now().Before(m.deadline), u.refusedForGood(m, err):
		u.finish(ctx, m, NotRestored, err)
	default:
		m.tries++
		u.tellWaiting(m, nil)
		m.retryAt = u.Clock.Now().Add(time.Duration(min(m.tries, 10)) * time.Second)
	}
}

// refusedForGood says whether nothing but refusals of the request itself came, or
// that there is no such machine, for as long as one odd answer may be repeated.
func (u *Updater) refusedForGood(m *InFlight, err error) bool {
	kind, _ := live.KindOf(err)
	if !slices.Contains([]live.Kind{live.Invalid, live.Forbidden, live.Unauthorized, live.NotFound}, kind) {
		m.refusedSince = time.Time{}
		return false
	}
	if m.refusedSince.IsZero() {
		m.refusedSince = u.Clock.Now()
	}
	return u.Clock.Now().Sub(m.refusedSince) >= NotYetTime
}

func (u *Updater) postOld(ctx context.Context, m *InFlight) error {
	if !u.Leases.Holds(m.Machine) {
		u.Leases.Release(ctx, m.Machine)
		if err := u.Leases.Take(ctx, m.Machine); err != nil {
			return err
		}
		m.stopAsked = false // the proxy may have started it meanwhile
	}
	cfg := m.Was.Config
	if m.Was.Image != "" {
		cfg = cfg.WithImage(m.Was.Image) // a tag could have moved on since
	}
	now, err := u.updatable(ctx, m)
	var moved *MovedError
	if errors.As(err, &moved) && m.tries > 0 && machineconfig.Same(now.Config, cfg) {
		u.accepted(m, now, m.Was.Started()) // an earlier try whose answer was lost
		return nil
	}
	if err != nil {
		return err
	}
	if !u.Leases.Holds(m.Machine) && m.ranOut < 3 { // reading took too long; the version guards it in the end
		m.ranOut++
		return errLeaseRanOut
	}
	_ = u.Record.Intent(m, now.Version) // no record may stand in the way of a rescue
	// What the proxy put to sleep since is not woken for this.
	start := m.Was.Started() && !now.AtRestSince(m.Since)
	got, err := u.post(ctx, m, live.Update{Config: cfg, CurrentVersion: now.Version, SkipLaunch: !start})
	if err != nil {
		u.Record.Ended(m, err)
		return err
	}
	u.accepted(m, got, start)
	return nil
}

var errLeaseRanOut = errors.New("the lease on it ran out")

// updatable reads a machine, and says why it can't be updated yet: it must be
// ours still, not in the middle of a swap, and stopped again when it was started
// for a proof only.
func (u *Updater) updatable(ctx context.Context, m *InFlight) (live.Machine, error) {
	now, err := u.Platform.Machine(ctx, m.Machine)
	switch {
	case err != nil:
		return now, err
	case now.Version != m.takenFrom && slices.ContainsFunc(m.later, func(c machineconfig.Config) bool { return machineconfig.Same(now.Config, c) }):
		m.takenFrom = now.Version
		return u.updatable(ctx, m)
	case now.Version != m.takenFrom:
		return now, updatedMeanwhile(now)
	case now.State == "started" || now.State == "starting":
		if m.Was.Started() {
			return now, nil
		}
		if !m.stopAsked {
			m.stopAsked = u.Platform.StopMachine(ctx, m.Machine, u.Leases.Nonce(m.Machine)) == nil
		}
	case now.Down() || now.State == "created":
		return now, nil
	}
	return now, &LostError{m.Machine, errors.New("it is " + now.State + " for too long")}
}

// Rest brings a machine that was started for a proof back to the state that it
// was in.
func (u *Updater) Rest(ctx context.Context, m *InFlight) error {
	u.Record.Waiting(m.Machine, m.Group, WaitStop, nil, u.Clock.Now().Add(time.Minute))
	if err := u.Leases.Take(ctx, m.Machine); err != nil {
		return err
	}
	defer u.Leases.Release(ctx, m.Machine)
	nonce, want := u.Leases.Nonce(m.Machine), "stopped"
	var err error
	if m.Was.State == "suspended" {
		if err = u.Platform.SuspendMachine(ctx, m.Machine, nonce); err == nil {
			want = "suspended"
		}
	}
	if want == "stopped" {
		err = u.Platform.StopMachine(ctx, m.Machine, nonce)
	}
	if err != nil && !live.Uncertain(err) {
		return err
	}
	for until := u.Clock.Now().Add(time.Minute); ; {
		err := u.Platform.WaitMachine(ctx, m.Machine, m.Version, waitSlice, want)
		if err == nil || !u.Clock.Now().Before(until) {
			return err
		}
		if err := u.Clock.Sleep(ctx, lookEvery); err != nil {
			return err
		}
	}
}
