package apply_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// A machine that was up when the run began counts for the floor when its host goes
// away before the machines have their turn.
func TestFloorRemembersWhoWasUp(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.plan.Steps = w.plan.Steps[:len(w.plan.Steps)-1] // not ccc
	w.on = func(e apply.Event) {
		if d, ok := e.(apply.StepDone); ok && d.Step.ID == "file" {
			w.app.Machine("ccc").HostDown("unreachable")
		}
	}
	rep, err := w.run()
	var floor *apply.FloorError
	if !errors.As(err, &floor) || states(rep)["aaa"] == apply.Done {
		t.Errorf("got %v, %v", states(rep), err)
	}
	for _, id := range []string{"aaa", "bbb"} {
		if m := w.app.Machine(id); !m.Healthy() || len(m.Record().Boots) > 1 {
			t.Errorf("machine %s was restarted", id)
		}
	}
}

// The update behind the probe is made, and nobody hears of it: the machine is ours
// still, and gets back what it had.
func TestProbeGoesWhenTheSecondAnswerIsLost(t *testing.T) {
	w := newWorld(t, three()[:1]...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/aaa$`, Nth: 2, Effect: flysim.Late(time.Second, flysim.StatusAfter(504, "gateway timeout"))})
	w.on = func(e apply.Event) {
		switch e.(type) {
		case apply.Proven: // the look before the update, and then none
			w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines/aaa$`, Nth: 2, Times: -1, Effect: flysim.Status(503, "no")})
		case apply.RollingBack:
			w.p.ClearFaults()
		default:
		}
	}
	rep, err := w.run()
	partial(t, err)
	if got := states(rep)["aaa"]; got != apply.Restored {
		t.Errorf("machine aaa is %s: %s (%v)", got, w.app.Machine("aaa").Config(), err)
	}
}

// The first Ctrl-C: of a batch no further machine is taken.
func TestInterruptTakesNoMore(t *testing.T) {
	var specs []flysim.MachineSpec
	for i := range 10 {
		specs = append(specs, flysim.MachineSpec{ID: fmt.Sprintf("m%02d", i)})
	}
	w := newWorld(t, specs...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.options.MaxUnavailable = "0.5"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.on = func(e apply.Event) {
		if l, ok := e.(apply.LeaseTaken); ok && l.Machine == "m01" {
			cancel()
		}
	}
	rep, err := w.runWith(ctx)
	var stopped *apply.InterruptedError
	if !errors.As(err, &stopped) {
		t.Fatalf("got %v", err)
	}
	done := 0
	for id, s := range states(rep) {
		if s == apply.Done && id[0] == 'm' {
			done++
		}
	}
	if done != 2 {
		t.Errorf("%d machines were updated, want 2: %v", done, states(rep))
	}
}

// The answer to an update is lost and so is the secret meanwhile: the update is not
// sent again, for the machine would lose the only value.
func TestSecretGoneBeforeTheUpdateIsSentAgain(t *testing.T) {
	w := newWorld(t, three()[:1]...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/aaa$`, Effect: flysim.Late(12*time.Second, flysim.DropBefore())})
	w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines/aaa$`, Nth: 2, Effect: flysim.Then(func() { w.app.DeleteSecret("DATABASE_URL") })})
	_, err := w.run()
	partial(t, err)
	if _, there := w.app.Machine("aaa").Env()["DATABASE_URL"]; !there || w.read() != tomlBefore {
		t.Errorf("the value is gone: %v, %s, %s", err, w.app.Machine("aaa").Config(), w.read())
	}
}
