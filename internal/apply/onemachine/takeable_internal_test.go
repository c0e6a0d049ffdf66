package onemachine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// A machine that was to be updated at rest, with others beside it, and that the
// proxy has started meanwhile, waits for its turn among the started ones: the
// floor counts it.
func TestStartedMeanwhileIsNotAtRest(t *testing.T) {
	cfg, err := machineconfig.Parse([]byte(`{"metadata":{"fly_platform_version":"v2","fly_process_group":"app"}}`))
	if err != nil {
		t.Fatal(err)
	}
	m := live.Machine{ID: "aaa", Version: "v", State: "stopped", HostStatus: "ok", Config: cfg, Image: "registry.fly.io/web@sha256:0a"}
	u := &Updater{Clock: clock.NewVirtual(time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC))}
	for _, goal := range []Goal{ChangeAtRest, ProveAtRest} {
		m.State = "stopped"
		if err := u.takeable(m, Job{Goal: goal, Version: "v"}); err != nil {
			t.Errorf("%s, at rest: %v", goal, err)
		}
		m.State = "started"
		if err := u.takeable(m, Job{Goal: goal, Version: "v"}); !errors.Is(err, ErrRequeue) {
			t.Errorf("%s, started: %v", goal, err)
		}
	}
}

// One that was just made starts by itself, whoever holds it; one that was made to
// rest does not.
func TestMachineThatBootsIsWaitedFor(t *testing.T) {
	clk := clock.NewVirtual(time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC))
	u := &Updater{Clock: clk}
	cfg, err := machineconfig.Parse([]byte(`{"metadata":{"fly_platform_version":"v2","fly_process_group":"app"}}`))
	if err != nil {
		t.Fatal(err)
	}
	m := live.Machine{ID: "aaa", Version: "v", State: "created", HostStatus: "ok", Config: cfg, Image: "registry.fly.io/web@sha256:0a"}
	for age, want := range map[time.Duration]error{5 * time.Second: ErrRequeue, time.Hour: nil} {
		m.CreatedAt = clk.Now().Add(-age)
		if err := u.takeable(m, Job{Goal: RepairStart, Version: "v"}); !errors.Is(err, want) {
			t.Errorf("%v old: %v", age, err)
		}
	}
}

// An update that is sent again is one for the machine as it is by then, and for the
// secrets.
func TestAgain(t *testing.T) {
	u := &Updater{Secrets: func(context.Context, bool) (uint64, error) { return 7, nil }}
	for _, c := range []struct {
		goal  Goal
		state string
		skips bool
	}{{Change, "started", false}, {Change, "stopped", true}, {Restore, "started", true}} {
		up := live.Update{SkipLaunch: true}
		m := &InFlight{Job: Job{Goal: c.goal}}
		m.Step.Machine = &plan.MachineStep{}
		if err := u.again(t.Context(), m, &up, live.Machine{State: c.state}); err != nil || up.SkipLaunch != c.skips {
			t.Errorf("%s of one that is %s: leaves it down %v, %v", c.goal, c.state, up.SkipLaunch, err)
		}
		if want := uint64(7); c.goal != Restore && up.MinSecrets != want {
			t.Errorf("it waits for version %d of the secrets", up.MinSecrets)
		}
	}
	u.Secrets = func(context.Context, bool) (uint64, error) { return 0, errors.New("it is gone") }
	rescue := &InFlight{Job: Job{Goal: Restore, Step: plan.Step{Machine: &plan.MachineStep{}}}}
	if err := u.again(t.Context(), rescue, &live.Update{}, live.Machine{}); err != nil {
		t.Errorf("a rescue waits for the secrets: %v", err)
	}
}
