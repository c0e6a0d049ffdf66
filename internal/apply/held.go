package apply

import (
	"context"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// HeldError says that somebody else, a deploy mostly, holds machines of the
// plan. Nothing was changed.
type HeldError struct{ Held []*live.Error }

func (e *HeldError) Error() string {
	var parts []string
	var last time.Time
	for _, h := range e.Held {
		parts = append(parts, "machine "+h.Thing+" is held by "+onemachine.OwnerUntil(h.Owner, h.ExpiresAt))
		if h.ExpiresAt.After(last) {
			last = h.ExpiresAt
		}
	}
	when := "when it is free"
	if !last.IsZero() {
		when = "after " + clock.Second(last)
	}
	return strings.Join(parts, "; ") + ": nothing was changed; run again " + when
}

// Unwrap gives the errors of kind live.LeaseHeld, one a machine.
func (e *HeldError) Unwrap() []error {
	out := make([]error, len(e.Held))
	for i, h := range e.Held {
		out[i] = h
	}
	return out
}

// leases asks for each machine to be updated or destroyed whether somebody holds it. A
// deploy under way would otherwise show only after the secrets are stored and
// the file is written. A lease that comes later stops the run at that machine.
//
// A lease that is about to end is waited for, once: that of a run of ours which
// was killed a moment ago has nobody who gives it back. Who is alive refreshes
// theirs meanwhile, and is refused to as ever.
func (f preflight) leases(ctx context.Context) error {
	r := f.r
	if r.noRestart() {
		return nil
	}
	held, err := f.held(ctx)
	if err != nil || len(held) == 0 {
		return err
	}
	until, soon := endOf(held, r.d.Clock.Now())
	if !soon {
		return &HeldError{held}
	}
	r.emit(Waiting{Machine: held[0].Thing, For: WaitLease, Until: until})
	for r.d.Clock.Now().Before(until) {
		if r.stop.Err() != nil {
			return errInterrupted
		}
		if err := r.d.Clock.Sleep(ctx, time.Second); err != nil {
			return errInterrupted
		}
	}
	if held, err = f.held(ctx); err != nil || len(held) == 0 {
		return err
	}
	return &HeldError{held}
}

// endOf is when the last of the leases ends, and whether that is as soon as it
// would be for a lease of ours.
func endOf(held []*live.Error, now time.Time) (until time.Time, soon bool) {
	for _, h := range held {
		if h.ExpiresAt.IsZero() || h.ExpiresAt.Sub(now) > onemachine.LeaseTTL+2*time.Second {
			return time.Time{}, false
		}
		if h.ExpiresAt.After(until) {
			until = h.ExpiresAt
		}
	}
	return until.Add(time.Second), true // the platform tells whole seconds
}

// held are those of the plan that somebody holds.
func (f preflight) held(ctx context.Context) ([]*live.Error, error) {
	r := f.r
	var held []*live.Error
	var ids []string
	for _, s := range r.p.Steps {
		switch s.Kind {
		case plan.StepMachine:
			ids = append(ids, s.Machine.ID)
		case plan.StepDestroy:
			ids = append(ids, s.Destroy.ID)
		}
	}
	for _, id := range ids {
		if r.stop.Err() != nil {
			return nil, errInterrupted
		}
		h, err := r.machines.Leases.Holder(ctx, id)
		if err != nil {
			return nil, err
		}
		if h != nil {
			held = append(held, h)
		}
	}
	return held, nil
}
