package apply

import (
	"context"
	"strings"
	"time"

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
		parts = append(parts, strings.TrimPrefix(h.Doing, "lease ")+" is held by "+holder(h.Owner, h.ExpiresAt))
		if h.ExpiresAt.After(last) {
			last = h.ExpiresAt
		}
	}
	when := "when it is free"
	if !last.IsZero() {
		when = "after " + last.UTC().Format(time.RFC3339)
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

// holder is "OWNER until TIME", as far as the platform told them.
func holder(owner string, until time.Time) string {
	if owner == "" {
		owner = "somebody"
	}
	if until.IsZero() {
		return owner
	}
	return owner + " until " + until.UTC().Format(time.RFC3339)
}

// checkLeases asks once for each machine to be updated whether somebody holds
// it. A deploy under way would otherwise show only after the secrets are
// stored and the file is written. A lease that comes later stops the run at
// that machine.
func (r *run) checkLeases(ctx context.Context) error {
	if r.noRestart() {
		return nil
	}
	var held []*live.Error
	for _, s := range r.steps(plan.StepMachine) {
		if r.stop.Err() != nil {
			return errInterrupted
		}
		h, err := r.leases.holder(ctx, s.Machine.ID)
		if err != nil {
			return err
		}
		if h != nil {
			held = append(held, h)
		}
	}
	if len(held) > 0 {
		return &HeldError{held}
	}
	return nil
}
