package onemachine

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func parse(t *testing.T, text string) machineconfig.Config {
	t.Helper()
	cfg, err := machineconfig.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// What is read under the lease decides, whatever was seen before: a host goes
// away, and metadata changes, without a new version.
func TestNotTaken(t *testing.T) {
	ours := live.Machine{
		ID: "a", Version: "v", State: "started", HostStatus: "ok", Image: "x@sha256:1",
		Config: parse(t, `{"metadata":{"fly_platform_version":"v2"}}`),
	}
	away, deploying := ours, ours
	away.HostStatus, deploying.Config = "unreachable", parse(t, `{"metadata":{"fly_platform_version":"v2","fly_canary":"true"}}`)
	for _, m := range []live.Machine{away, deploying} {
		var moved *MovedError
		if err := new(Updater).takeable(m, Job{Goal: Change, Version: "v"}); !errors.As(err, &moved) {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if err := new(Updater).takeable(ours, Job{Goal: Change, Version: "v"}); err != nil {
		t.Error(err)
	}
}

// The probe of a run that was cut short goes with the next update, whatever that
// is for.
func TestLeftProbeGoes(t *testing.T) {
	was := parse(t, `{"checks":{"standards-proof-8080":{"type":"tcp","port":8080}},"env":{"A":"1"}}`)
	step := plan.Step{Machine: &plan.MachineStep{}}
	op := machineconfig.Op{Verb: machineconfig.VerbSet, Pointer: "/env/A", Value: json.RawMessage(`"2"`)}
	got, changed, err := wanted(was, Job{Goal: Change, Step: step, Ops: []machineconfig.Op{op}})
	if err != nil || !changed || !machineconfig.Same(got, parse(t, `{"env":{"A":"2"}}`)) {
		t.Errorf("%s, changed is %v, %v", got.JSON(), changed, err)
	}
}

// refuses answers every keeping of a lease with an error.
type refuses struct {
	Platform
	kind live.Kind
}

func (r refuses) RefreshLease(context.Context, string, string, time.Duration) (live.Lease, error) {
	return live.Lease{}, &live.Error{Kind: r.kind}
}

// The nonce of a lease that is gone is not used any more: the platform refuses it
// for ever, also where nobody holds the machine.
func TestLeaseThatIsGone(t *testing.T) {
	clk := clock.NewVirtual(time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC))
	for kind, lost := range map[live.Kind]bool{live.NotFound: true, live.LeaseHeld: true, live.Conflict: true, live.Unknown: false, live.RateLimited: false} {
		h := &held{machine: "a", nonce: "n", kept: clk.Now()}
		l := &Leases{platform: refuses{kind: kind}, clock: clk, all: []*held{h}}
		l.prolong(t.Context(), h)
		if got := l.Nonce("a"); (got == "") != lost || l.Holds("a") == lost {
			t.Errorf("%q: nonce %q, holds %v", kind, got, l.Holds("a"))
		}
	}
}

// A machine that gets its old configuration back is waited for to the end: there
// is nothing else to try.
func TestARescueIsNotGivenUpForAnAnswer(t *testing.T) {
	at := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	now := live.Machine{
		State: "started", Config: parse(t, `{"checks":{"x":{"type":"http","path":"/"}}}`),
		Checks: []live.Check{{Name: "x", Status: "critical", Output: "HTTP GET /: 404 Not Found", UpdatedAt: at.Add(time.Second)}},
	}
	for goal, want := range map[Goal]bool{Change: true, Added: true, Restore: false, Repair: false, RepairStart: false} {
		m := &InFlight{Job: Job{Goal: goal}}
		m.hopeless(at.Add(time.Second), now, at)
		if got := m.hopeless(at.Add(time.Hour), now, at); got != want {
			t.Errorf("%s: %v", goal, got)
		}
	}
}
