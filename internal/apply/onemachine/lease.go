package onemachine

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
)

// Leases are short and kept in the background, because nobody takes back the
// lease of a program that crashed, and while it lasts the proxy can't start the
// machine (platform reference 1.6; flyctl uses the same times).
const (
	LeaseTTL   = 13 * time.Second
	leaseEvery = 4 * time.Second
)

// held is a lease of ours. Its fields below are guarded by Leases.mu.
type held struct {
	machine, nonce string
	stop           func() // ends the keeping

	kept time.Time // when the last request that prolonged it was sent
	lost bool      // gone or taken; nothing of ours may rest on it
	over bool      // released
}

// Leases are all that a run holds, in the order in which they were taken. Each
// is prolonged every few seconds until it is released, also while a call blocks
// for longer than it lasts. One that turns out to be gone is only marked: the
// platform refuses our writes from then on, and what was written before stays
// ours to watch.
type Leases struct {
	platform Platform
	clock    clock.Clock
	record   Recorder

	mu  sync.Mutex
	all []*held
}

func (l *Leases) of(machine string) *held {
	for _, h := range l.all {
		if h.machine == machine {
			return h
		}
	}
	return nil
}

// Nonce of our lease on a machine; "" when we hold none. That of a lease which
// is gone would be refused for ever, also where nobody holds the machine.
func (l *Leases) Nonce(machine string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.of(machine); h != nil && !h.lost {
		return h.nonce
	}
	return ""
}

// Holds says whether a machine's lease is ours for sure, so that a write may
// follow.
func (l *Leases) Holds(machine string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.of(machine)
	return h != nil && !h.lost && l.clock.Now().Sub(h.kept) < LeaseTTL
}

// Take leases a machine, unless it is ours already. A lease of somebody else is
// an error of kind live.LeaseHeld with its owner and end; it is never taken
// away from them.
func (l *Leases) Take(ctx context.Context, machine string) error {
	l.mu.Lock()
	have := l.of(machine) != nil
	l.mu.Unlock()
	if have {
		return nil
	}
	if err := l.Free(ctx, machine); err != nil {
		return err
	}
	asked := l.clock.Now() // the answer may be late, and the lease runs already
	got, err := l.platform.AcquireLease(ctx, machine, LeaseTTL)
	if err != nil && live.Uncertain(err) {
		got, asked, err = l.takeAgain(ctx, machine, err)
		if err != nil && live.Uncertain(err) {
			l.record.LeaseLeft(machine) // it may be ours, and nobody can give it back
		}
	}
	if err != nil {
		return err
	}
	l.keep(ctx, &held{machine: machine, nonce: got.Nonce, kept: asked})
	l.record.LeaseTaken(machine)
	return nil
}

// takeAgain is for an answer that was lost: if the lease was given, its nonce
// is lost as well, and it has to run out.
func (l *Leases) takeAgain(ctx context.Context, machine string, lost error) (live.Lease, time.Time, error) {
	until := l.clock.Now().Add(LeaseTTL + 2*time.Second)
	l.record.Waiting(machine, "", WaitLease, nil, until)
	for {
		err := l.Free(ctx, machine)
		if err == nil {
			asked := l.clock.Now()
			got, err := l.platform.AcquireLease(ctx, machine, LeaseTTL)
			return got, asked, err
		}
		if !l.clock.Now().Before(until) {
			if live.Is(err, live.LeaseHeld) {
				return live.Lease{}, until, err
			}
			return live.Lease{}, until, lost
		}
		if err := l.clock.Sleep(ctx, 2*time.Second); err != nil {
			return live.Lease{}, until, lost
		}
	}
}

// keep prolongs a lease from now on, beside whatever else is done.
func (l *Leases) keep(ctx context.Context, h *held) {
	ctx, cancel := context.WithCancel(ctx)
	l.mu.Lock()
	l.all = append(l.all, h)
	l.mu.Unlock()
	stop := l.clock.Every(leaseEvery, func() { l.prolong(ctx, h) })
	l.mu.Lock()
	h.stop = func() { stop(); cancel() }
	l.mu.Unlock()
}

func (l *Leases) prolong(ctx context.Context, h *held) {
	l.mu.Lock()
	asked, skip := l.clock.Now(), h.lost || h.over
	l.mu.Unlock()
	if skip {
		return
	}
	_, err := l.platform.RefreshLease(ctx, h.machine, h.nonce, LeaseTTL)
	kind, known := live.KindOf(err)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		h.kept = asked
	case known && (kind == live.NotFound || kind == live.LeaseHeld || kind == live.Conflict || kind == live.Invalid),
		l.clock.Now().Sub(h.kept) > LeaseTTL:
		h.lost = true
	}
}

// Free is an error of kind live.LeaseHeld when somebody holds the machine.
func (l *Leases) Free(ctx context.Context, machine string) error {
	h, err := l.Holder(ctx, machine)
	if err != nil || h == nil {
		return err
	}
	return h
}

// Holder is an error of kind live.LeaseHeld that tells who holds the machine;
// nil when nobody does.
func (l *Leases) Holder(ctx context.Context, machine string) (*live.Error, error) {
	h, err := l.platform.LeaseHolder(ctx, machine)
	if err != nil || h == nil {
		return nil, err
	}
	return &live.Error{
		Kind: live.LeaseHeld, Doing: "lease machine " + machine, Thing: machine, Owner: h.Owner, ExpiresAt: h.ExpiresAt,
		Message: "it is held by " + OwnerUntil(h.Owner, h.ExpiresAt),
	}, nil
}

// OwnerUntil is "OWNER until TIME", as far as the platform told them.
func OwnerUntil(owner string, until time.Time) string {
	if strings.TrimSpace(owner) == "" {
		owner = "somebody"
	}
	if until.IsZero() {
		return owner
	}
	return owner + " until " + clock.Second(until)
}

// Release gives a machine's lease back, also when ctx has ended: a lease that
// stays keeps the proxy from starting the machine.
func (l *Leases) Release(ctx context.Context, machine string) {
	l.mu.Lock()
	h := l.of(machine)
	if h == nil {
		l.mu.Unlock()
		return
	}
	h.over = true
	l.all = slices.DeleteFunc(l.all, func(o *held) bool { return o == h })
	lost, stop := h.lost, h.stop
	l.mu.Unlock()
	stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := l.platform.ReleaseLease(ctx, machine, h.nonce)
	if err != nil && live.Uncertain(err) {
		err = l.platform.ReleaseLease(ctx, machine, h.nonce)
	}
	if err != nil && !live.Is(err, live.NotFound) && !lost {
		l.record.LeaseLeft(machine)
		return
	}
	l.record.LeaseReleased(machine, lost || err != nil)
}

// ReleaseAll gives back whatever is still held.
func (l *Leases) ReleaseAll(ctx context.Context) {
	for {
		l.mu.Lock()
		if len(l.all) == 0 {
			l.mu.Unlock()
			return
		}
		machine := l.all[0].machine
		l.mu.Unlock()
		l.Release(ctx, machine)
	}
}
