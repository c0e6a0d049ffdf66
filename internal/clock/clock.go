// Package clock is the time that everything which waits is given, so that a
// test can drive it.
package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time and passes it.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, or the context's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
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

// Virtual is a clock that stands still until somebody sleeps: Sleep moves it
// on and returns at once. A simulated platform and the program under test
// share one, so that a five minute deploy takes no time and no test waits.
type Virtual struct {
	mu  sync.Mutex
	now time.Time
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
	if d > 0 {
		v.now = v.now.Add(d)
	}
	return nil
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
