package clock

import (
	"context"
	"slices"
	"testing"
	"time"
)

// What Every calls comes at its own time within somebody's Sleep, also within
// the sleep of another timer, and not after it was stopped.
func TestVirtualEvery(t *testing.T) {
	start := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	v := NewVirtual(start)
	sleep := func(d time.Duration) { _ = v.Sleep(context.Background(), d) }
	var got []string
	note := func(name string) { got = append(got, name+" "+v.Now().Sub(start).String()) }
	var stopA func()
	stopA = v.Every(4*time.Second, func() {
		note("a")
		if v.Now().Sub(start) >= 12*time.Second {
			stopA()
		}
	})
	stopB := v.Every(6*time.Second, func() { note("b"); sleep(3 * time.Second); note("b done") })
	sleep(time.Second)
	note("slept")
	sleep(15 * time.Second)
	note("slept")
	stopB()
	sleep(time.Hour)
	want := []string{"slept 1s", "a 4s", "b 6s", "a 8s", "b done 9s", "a 12s", "b 12s", "b done 15s", "slept 16s"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
