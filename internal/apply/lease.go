package apply

import (
	"context"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// Leases are short and refreshed, because nobody takes back the lease of a
// program that crashed, and while it lasts the proxy can't start the machine
// (platform reference 1.6; flyctl uses the same times).
const (
	leaseTTL     = 13 * time.Second
	leaseRefresh = 4 * time.Second
)

// held is a lease of ours.
type held struct {
	machine   string
	nonce     string
	refreshed time.Time
	lost      bool // gone or taken; nothing of ours may rest on it
}

// leases are all that this run holds, in the order in which they were taken.
type leases struct {
	r   *run
	all []*held
}

func (l *leases) of(machine string) *held {
	for _, h := range l.all {
		if h.machine == machine {
			return h
		}
	}
	return nil
}

// nonce of our lease on a machine; "" when we hold none. That of a lease which
// is gone would be refused for ever, also where nobody holds the machine.
func (l *leases) nonce(machine string) string {
	if h := l.of(machine); h != nil && !h.lost {
		return h.nonce
	}
	return ""
}

// take leases a machine. A lease of somebody else is an error of kind
// live.LeaseHeld with its owner and end; it is never taken away from them.
func (l *leases) take(ctx context.Context, machine string) error {
	if l.of(machine) != nil {
		return nil
	}
	if err := l.free(ctx, machine); err != nil {
		return err
	}
	asked := l.r.d.Clock.Now() // the answer may be late, and the lease runs already
	got, err := l.r.d.Machines.AcquireLease(ctx, machine, leaseTTL)
	if err != nil && uncertain(err) {
		got, asked, err = l.takeAgain(ctx, machine, err)
		if err != nil && uncertain(err) && !slices.Contains(l.r.rep.LeasesLeft, machine) {
			l.r.rep.LeasesLeft = append(l.r.rep.LeasesLeft, machine) // it may be ours, and nobody can give it back
		}
	}
	if err != nil {
		return err
	}
	l.all = append(l.all, &held{machine: machine, nonce: got.Nonce, refreshed: asked})
	l.r.emit(LeaseTaken{machine})
	return nil
}

// free says whether nobody holds the machine.
func (l *leases) free(ctx context.Context, machine string) error {
	h, err := l.holder(ctx, machine)
	if err != nil || h == nil {
		return err
	}
	return h
}

// holder is an error of kind live.LeaseHeld that tells who holds the machine;
// nil when nobody does.
func (l *leases) holder(ctx context.Context, machine string) (*live.Error, error) {
	h, err := l.r.d.Machines.LeaseHolder(ctx, machine)
	if err != nil || h == nil {
		return nil, err
	}
	return &live.Error{
		Kind: live.LeaseHeld, Doing: "lease machine " + machine, Owner: h.Owner, ExpiresAt: h.ExpiresAt,
		Message: "it is held by " + holder(h.Owner, h.ExpiresAt),
	}, nil
}

// takeAgain is for an answer that was lost: if the lease was given, its nonce
// is lost as well, and it has to run out.
func (l *leases) takeAgain(ctx context.Context, machine string, lost error) (live.Lease, time.Time, error) {
	until := l.r.d.Clock.Now().Add(leaseTTL + 2*time.Second)
	l.r.emit(Waiting{Machine: machine, For: WaitLease, Until: until})
	for {
		err := l.free(ctx, machine)
		if err == nil {
			asked := l.r.d.Clock.Now()
			got, err := l.r.d.Machines.AcquireLease(ctx, machine, leaseTTL)
			return got, asked, err
		}
		if !l.r.d.Clock.Now().Before(until) {
			if live.Is(err, live.LeaseHeld) {
				return live.Lease{}, until, err
			}
			return live.Lease{}, until, lost
		}
		if err := l.refreshAndSleep(ctx, 2*time.Second); err != nil {
			return live.Lease{}, until, lost
		}
	}
}

// keep prolongs a machine's lease if it is due, and says whether we hold it
// still, so that a write may follow.
func (l *leases) keep(ctx context.Context, machine string) bool {
	l.refresh(ctx)
	h := l.of(machine)
	return h != nil && !h.lost && l.r.d.Clock.Now().Sub(h.refreshed) < leaseTTL
}

func (l *leases) refreshAndSleep(ctx context.Context, d time.Duration) error {
	l.refresh(ctx)
	return l.r.d.Clock.Sleep(ctx, d)
}

// refresh prolongs every lease that is due. It is called before each wait, so
// that no wait of up to 4 s lets one run out. A lease that turns out to be
// gone is only marked: the platform refuses our writes from then on, and what
// was written before stays ours to watch.
func (l *leases) refresh(ctx context.Context) {
	for _, h := range l.all {
		now := l.r.d.Clock.Now()
		if h.lost || now.Sub(h.refreshed) < leaseRefresh {
			continue
		}
		_, err := l.r.d.Machines.RefreshLease(ctx, h.machine, h.nonce, leaseTTL)
		kind, known := live.KindOf(err)
		switch {
		case err == nil:
			h.refreshed = now
		case known && (kind == live.NotFound || kind == live.LeaseHeld || kind == live.Conflict || kind == live.Invalid),
			now.Sub(h.refreshed) > leaseTTL:
			h.lost = true
		}
	}
}

// release gives a machine's lease back, also when ctx has ended: a lease that
// stays keeps the proxy from starting the machine.
func (l *leases) release(ctx context.Context, machine string) {
	h := l.of(machine)
	if h == nil {
		return
	}
	l.all = slices.DeleteFunc(l.all, func(o *held) bool { return o == h })
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := l.r.d.Machines.ReleaseLease(ctx, machine, h.nonce)
	if err != nil && uncertain(err) {
		err = l.r.d.Machines.ReleaseLease(ctx, machine, h.nonce)
	}
	switch {
	case err == nil || live.Is(err, live.NotFound):
	case h.lost:
	default:
		l.r.rep.LeasesLeft = append(l.r.rep.LeasesLeft, machine)
		return
	}
	l.r.emit(LeaseReleased{machine, h.lost || err != nil})
}

func (l *leases) releaseAll(ctx context.Context) {
	for len(l.all) > 0 {
		l.release(ctx, l.all[0].machine)
	}
}

// uncertain says whether a failed call may have taken effect all the same.
func uncertain(err error) bool {
	kind, known := live.KindOf(err)
	return !known || kind == live.Unknown || kind == live.BadReply || kind == live.Timeout
}
