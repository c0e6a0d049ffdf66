package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

func (s *shop) pass(d time.Duration) {
	s.t.Helper()
	if err := s.clk.Sleep(s.t.Context(), d); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) allHealthy() {
	s.t.Helper()
	for _, m := range s.app.Machines() {
		if !m.Healthy() {
			s.t.Errorf("%s is not healthy: %s", m.ID(), m.Config())
		}
	}
}

// The first machine fails the new check, and Fly refuses to take the old
// configuration: the check stays on it, and would hold the group at its floor
// for ever. The next apply takes it back before anything else.
func TestRefusedPutBackIsRepairedByTheNextApply(t *testing.T) {
	s := newShop(t) // nothing answers at /healthz
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines/148e000a$`, Nth: 2, Times: -1, Effect: flysim.Status(403, "no")})
	s.says(s.must(4, "apply", "--yes"), "machine 148e000a could not be rolled back")
	s.platform.ClearFaults()
	if s.app.Machine("148e000a").Healthy() {
		t.Fatal("it is healthy")
	}
	s.pass(time.Minute)
	s.says(s.must(0, "plan", "--skip", "health-checks"), "148e000a", "undone first")
	s.platform.Mark()
	out := s.must(0, "apply", "--yes", "--skip", "health-checks")
	s.says(out, "machine 148e000a: an earlier run left a change on it", "machine 148e000a is healthy without the change")
	s.allHealthy()
	if got := s.app.MinHealthy("app"); got < 2 {
		t.Errorf("only %d machines were healthy at some instant", got)
	}
	if strings.Contains(string(s.app.Machine("148e000a").Config()), "healthz") {
		t.Error("the check is still there")
	}
	if out := s.must(0, "plan", "--skip", "health-checks"); strings.Contains(out, "undone first") {
		t.Errorf("it is planned again:\n%s", out)
	}
}

// What apply repaired is not what undo brings back.
func TestUndoAfterARepair(t *testing.T) {
	s := newShop(t)
	before := s.configs()
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines/148e000a$`, Nth: 2, Times: -1, Effect: flysim.Status(403, "no")})
	s.must(4, "apply", "--yes")
	s.platform.ClearFaults()
	s.pass(time.Minute)
	s.must(0, "apply", "--yes", "--skip", "health-checks")
	s.must(0, "undo", "--yes")
	if diff := cmp.Diff(before, s.configs()); diff != "" {
		t.Errorf("the machines are not as before: %s", diff)
	}
	s.noneSaid()
	s.allHealthy()
}

// A machine that became well by itself in the meantime keeps the change.
func TestNothingToRepairOnAHealthyMachine(t *testing.T) {
	s := newShop(t)
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines/148e000a$`, Nth: 2, Times: -1, Effect: flysim.Status(403, "no")})
	s.must(4, "apply", "--yes")
	s.platform.ClearFaults()
	for _, m := range s.app.Machines() {
		m.Behave(flysim.AlwaysHealthy) // the path was deployed
	}
	s.pass(time.Minute)
	restarts := s.app.Machine("148e000a").Record().Restarts
	s.must(0, "apply", "--yes")
	if got := s.app.Machine("148e000a").Record().Restarts; got != restarts {
		t.Errorf("148e000a was restarted %d times more", got-restarts)
	}
	s.allHealthy()
}

// All machines got sick of the apply, hours later: no floor holds an undo
// back, since none of them is missed.
func TestUndoOfWhatMadeEveryMachineSick(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	for _, m := range s.app.Machines() {
		m.Behave(func(p flysim.Probe) flysim.Outcome { return flysim.Outcome{Passing: p.Check.Path != "/healthz"} })
	}
	s.pass(time.Hour)
	start := s.clk.Now()
	s.must(0, "undo", "--yes")
	s.isBack(before)
	s.allHealthy()
	if took := s.clk.Now().Sub(start); took > 3*time.Minute {
		t.Errorf("it took %s: it waited for machines that can't get well", took)
	}
}

// One sick machine does not let an undo go below the floor for the others.
func TestUndoTakesTheSickOnesFirst(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	s.app.Machine("148e000b").Behave(func(p flysim.Probe) flysim.Outcome { return flysim.Outcome{Passing: p.Check.Path != "/healthz"} })
	s.pass(time.Hour)
	s.platform.Mark()
	s.must(0, "undo", "--yes")
	s.isBack(before)
	s.allHealthy()
	if got := s.app.MinHealthy("app"); got < 2 {
		t.Errorf("only %d machines were healthy at some instant", got)
	}
}
