package onemachine

import (
	"errors"
	"testing"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
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
	for _, goal := range []Goal{ChangeAtRest, ProveAtRest} {
		m.State = "stopped"
		if err := takeable(m, Job{Goal: goal, Version: "v"}); err != nil {
			t.Errorf("%s, at rest: %v", goal, err)
		}
		m.State = "started"
		if err := takeable(m, Job{Goal: goal, Version: "v"}); !errors.Is(err, ErrRequeue) {
			t.Errorf("%s, started: %v", goal, err)
		}
	}
}
