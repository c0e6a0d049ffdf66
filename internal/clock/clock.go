// Package clock is the time that everything which waits is given, so that a
// test can drive it.
package clock

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Clock tells the time and passes it.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, or the context's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
	// Every has do called each d until stop is called, also while others wait for
	// something else. It is never called twice at a time. On a real clock it runs
	// beside the caller; on a virtual one within the Sleep in which its time
	// comes, so that the same world gives the same order of things. stop does not
	// wait for a call that is under way.
	Every(d time.Duration, do func()) (stop func())
}

// Wall is the real clock.
type Wall struct{}

// Now implements Clock.
func (Wall) Now() time.Time { return time.Now() }

// Sleep implements Clock.
func (Wall) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Every implements Clock.
func (Wall) Every(d time.Duration, do func()) (stop func()) {
	t, done := time.NewTicker(d), make(chan struct{})
	go func() {
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				do()
			}
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

// Virtual is a clock that stands still until somebody sleeps: Sleep moves it
// on and returns at once. A simulated platform and the program under test
// share one, so that a five minute deploy takes no time and no test waits.
type Virtual struct {
	mu     sync.Mutex
	now    time.Time
	timers []*timer // in the order in which they were made
}

// timer is one that Every made.
type timer struct {
	every   time.Duration
	at      time.Time // when it is due next
	do      func()
	running bool
}

// NewVirtual starts a clock at t.
func NewVirtual(t time.Time) *Virtual { return &Virtual{now: t} }

// Now implements Clock.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// Sleep implements Clock.
func (v *Virtual) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	end := v.now.Add(max(d, 0))
	for {
		t := v.due(end)
		if t == nil {
			break
		}
		if t.at.After(v.now) {
			v.now = t.at
		}
		v.run(t)
	}
	if end.After(v.now) {
		v.now = end
	}
	return nil
}

// run is called with the clock locked, and returns with it locked, also by a
// panic. In between it is not: what is run may sleep itself.
func (v *Virtual) run(t *timer) {
	t.running = true
	v.mu.Unlock()
	defer func() {
		v.mu.Lock()
		t.running = false
		for !t.at.After(v.now) {
			t.at = t.at.Add(t.every)
		}
	}()
	t.do()
}

// due is the timer to run next, if one is due by end. Of two it is the one that
// was made first.
func (v *Virtual) due(end time.Time) *timer {
	var next *timer
	for _, t := range v.timers {
		if !t.running && !t.at.After(end) && (next == nil || t.at.Before(next.at)) {
			next = t
		}
	}
	return next
}

// Every implements Clock.
func (v *Virtual) Every(d time.Duration, do func()) (stop func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	t := &timer{every: d, at: v.now.Add(d), do: do}
	v.timers = append(v.timers, t)
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.timers = slices.DeleteFunc(v.timers, func(o *timer) bool { return o == t })
	}
}

// Scaled is a wall clock that runs Speed times as fast, for the demo.
type Scaled struct {
	Start time.Time
	Speed int
}

// NewScaled starts a clock at the present time.
func NewScaled(speed int) Scaled { return Scaled{Start: time.Now(), Speed: speed} }

// Now implements Clock.
func (s Scaled) Now() time.Time {
	return s.Start.Add(time.Since(s.Start) * time.Duration(s.Speed))
}

// Sleep implements Clock.
func (s Scaled) Sleep(ctx context.Context, d time.Duration) error {
	return Wall{}.Sleep(ctx, d/time.Duration(s.Speed))
}

// Every implements Clock.
func (s Scaled) Every(d time.Duration, do func()) (stop func()) {
	return Wall{}.Every(d/time.Duration(s.Speed), do)
}
