package apply_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// unchanged says whether a machine has its configuration back, the image
// apart, which is pinned.
func (w *world) unchanged(id string) bool {
	w.t.Helper()
	now, err := machineconfig.Parse(w.app.Machine(id).Config())
	w.ok(err)
	was, err := machineconfig.Parse([]byte(config))
	w.ok(err)
	text := func(c machineconfig.Config, key string) string {
		v, _ := c.Get(key)
		return string(mustJSON(w.t, v))
	}
	for _, key := range []string{"/env", "/services", "/checks", "/guest", "/future_key"} {
		if text(now, key) != text(was, key) {
			return false
		}
	}
	return true
}

// The check that fails on the first machine never reaches the others.
func TestUnhealthyFirstMachineGoesBackAlone(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv, addCheck("/nothing-here")}, 1)
	rep, err := w.run()
	p := partial(t, err)
	var bad *apply.UnhealthyError
	if !errors.As(err, &bad) || bad.Machine != "aaa" || len(bad.Checks) != 1 || bad.Checks[0].Status != "critical" {
		t.Errorf("got %v", p.Err)
	}
	want := map[string]apply.State{"file": apply.Restored, "DATABASE_URL": apply.Done, "aaa": apply.Restored, "bbb": apply.NotReached, "ccc": apply.NotReached}
	if diff := cmp.Diff(want, states(rep)); diff != "" || rep.Outcome != apply.PutBack {
		t.Errorf("%s: %s", rep.Outcome, diff)
	}
	if w.read() != tomlBefore || !w.unchanged("aaa") {
		t.Error("it is not as it was")
	}
	if n := w.app.MinHealthy("app"); n < 2 {
		t.Errorf("only %d machines were healthy at some time, want 2", n)
	}
	if n := len(w.app.Machine("bbb").Record().Boots); n != 0 {
		t.Error("bbb was restarted")
	}
}

func TestUnhealthyThirdTakesTheOthersBack(t *testing.T) {
	for _, keep := range []bool{false, true} {
		name := "rollback"
		if keep {
			name = "no rollback"
		}
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.app.Machine("ccc").CrashLoopAfterUpdate()
			w.migrate()
			w.patch([]machineconfig.Op{dropEnv})
			w.options.NoRollback = keep
			crash, order := w.app.Machine("ccc"), ""
			w.on = func(e apply.Event) {
				if back, ok := e.(apply.RollingBack); ok {
					order += back.Machine + " "
					crash.CrashWhen(nil) // the old configuration does not crash
				}
			}
			rep, err := w.run()
			partial(t, err)
			want := map[string]apply.State{"file": apply.Restored, "DATABASE_URL": apply.Done, "aaa": apply.Restored, "bbb": apply.Restored, "ccc": apply.Restored}
			wantFile := tomlBefore
			if keep {
				want["file"], want["aaa"], want["bbb"] = apply.Done, apply.Done, apply.Done
				wantFile = strings.Replace(tomlBefore, "  DATABASE_URL = \""+canary+"\" # the database\n", "", 1)
			}
			if diff := cmp.Diff(want, states(rep)); diff != "" {
				t.Error(diff)
			}
			if w.read() != wantFile {
				t.Error(cmp.Diff(wantFile, w.read()))
			}
			if order != "ccc bbb aaa " && !keep { // the one that proved it last
				t.Errorf("rolled back in the order %s", order)
			}
			for _, m := range w.app.Machines() {
				if !m.Healthy() || w.unchanged(m.ID()) != (want[m.ID()] == apply.Restored) {
					t.Errorf("machine %s: healthy %v, unchanged %v", m.ID(), m.Healthy(), w.unchanged(m.ID()))
				}
			}
			if n := w.app.MinHealthy("app"); n < 2 {
				t.Errorf("only %d machines were healthy at some time, want 2", n)
			}
		})
	}
}

// One that could not be rolled back is not tried once more with the others.
func TestRefusedRollbackIsTriedOnce(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"}, flysim.MachineSpec{ID: "bbb"})
	w.app.Machine("bbb").CrashLoopAfterUpdate()
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/bbb$`, Nth: 2, Times: -1, Effect: flysim.Status(422, "no")})
	tries := 0
	w.on = func(e apply.Event) {
		if back, ok := e.(apply.RollingBack); ok && back.Machine == "bbb" {
			tries++
		}
	}
	rep, err := w.run()
	partial(t, err)
	if got := states(rep); tries != 1 || got["bbb"] != apply.Unhealthy {
		t.Errorf("rolled back %d times, %v", tries, got)
	}
}

// A lone machine whose check would fail is never unroutable for longer than
// its two restarts, because the check goes in where it can't affect routing.
func TestLoneMachine(t *testing.T) {
	for _, c := range []struct {
		path   string
		boots  int
		state  apply.State
		events bool
	}{{"/healthz", 2, apply.Done, true}, {"/nothing-here", 2, apply.Restored, false}} {
		t.Run(c.path, func(t *testing.T) {
			w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
			w.patch([]machineconfig.Op{addCheck(c.path)}, 0)
			rep, err := w.run()
			if (err == nil) != (c.state == apply.Done) || states(rep)["aaa"] != c.state {
				t.Fatalf("%v, %v", states(rep), err)
			}
			m := w.app.Machine("aaa")
			if n := len(m.Record().Boots); n != c.boots {
				t.Errorf("it booted %d times, want %d", n, c.boots)
			}
			if strings.Contains(string(m.Config()), "standards-proof") {
				t.Errorf("the probe is still there: %s", m.Config())
			}
			if has[apply.Proven](w.events) != c.events {
				t.Errorf("events: %v", w.events)
			}
			if c.state == apply.Restored {
				for _, moment := range m.Timeline() {
					if moment.State == "started" && !moment.Routable {
						t.Errorf("it was started and not routable at %v", moment.At)
					}
				}
			}
		})
	}
}

func TestProbeGoesWhenTheSecondUpdateIsRefused(t *testing.T) {
	w := newWorld(t, three()[:1]...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/aaa$`, Nth: 2, Effect: flysim.Status(422, "no")})
	rep, err := w.run()
	partial(t, err)
	if got := states(rep)["aaa"]; got != apply.Restored || strings.Contains(string(w.app.Machine("aaa").Config()), "standards-proof") {
		t.Errorf("machine aaa is %s: %s", got, w.app.Machine("aaa").Config())
	}
}

func TestNoneStarted(t *testing.T) {
	for _, c := range []struct {
		path string
		want apply.State
	}{{"/healthz", apply.Done}, {"/nothing-here", apply.Restored}} {
		t.Run(c.path, func(t *testing.T) {
			w := newWorld(t, flysim.MachineSpec{ID: "aaa", State: "suspended"}, flysim.MachineSpec{ID: "bbb", State: "stopped"}, flysim.MachineSpec{ID: "ccc", State: "stopped"})
			w.patch([]machineconfig.Op{addCheck(c.path)}, 0)
			rep, err := w.run()
			if (err == nil) != (c.want == apply.Done) {
				t.Fatal(err)
			}
			if got := states(rep)["bbb"]; got != c.want {
				t.Errorf("machine bbb is %s, want %s", got, c.want)
			}
			boots := 0
			for _, m := range w.app.Machines() {
				boots += len(m.Record().Boots)
				wantState := "stopped" // the suspended one loses its image
				if m.ID() == "aaa" && c.want != apply.Done {
					wantState = "suspended"
				}
				if m.State() != wantState {
					t.Errorf("machine %s is %s", m.ID(), m.State())
				}
				if has := strings.Contains(string(m.Config()), c.path); has != (c.want == apply.Done) {
					t.Errorf("machine %s: has the check: %v", m.ID(), has)
				}
			}
			if boots != 1 {
				t.Errorf("%d boots, want the one of the proof", boots)
			}
		})
	}
}

// A machine that the proxy stops while it is looked at is not unhealthy: the
// next one proves the check.
func TestProxyStopsTheFirst(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.on = func(e apply.Event) {
		if l, ok := e.(apply.LeaseReleased); ok && l.Machine == "aaa" {
			w.on = nil
			w.app.Machine("aaa").StopByProxy(0)
		}
	}
	rep, err := w.run()
	w.ok(err)
	if !rep.Machines[0].Unproven || rep.Outcome != apply.Complete {
		t.Errorf("got %+v", rep.Machines[0])
	}
	if has[apply.RollingBack](w.events) || !has[apply.Unproven](w.events) {
		t.Error("it was taken for unhealthy")
	}
}

// The answer to the update is lost, and the machine runs when it is looked at:
// what happened since counts from the update, not from that look.
func TestProxyStopsOneWhoseAnswerWasLost(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/aaa$`, Effect: flysim.StatusAfter(502, "bad gateway")})
	w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines/aaa$`, Nth: 2, Times: 4, Effect: flysim.Status(502, "bad gateway")})
	w.on = func(e apply.Event) {
		if l, ok := e.(apply.LeaseReleased); ok && l.Machine == "aaa" {
			w.on = nil
			w.app.Machine("aaa").StopByProxy(0)
		}
	}
	rep, err := w.run()
	w.ok(err)
	if !rep.Machines[0].Unproven || has[apply.RollingBack](w.events) {
		t.Errorf("it was taken for unhealthy: %+v", rep.Machines[0])
	}
}

func TestEveryMachineStoppedMeanwhile(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"}, flysim.MachineSpec{ID: "bbb"})
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.on = func(e apply.Event) {
		if l, ok := e.(apply.LeaseReleased); ok {
			w.app.Machine(l.Machine).StopByProxy(0)
		}
	}
	rep, err := w.run()
	var held *apply.UnprovenError
	if !errors.As(err, &held) {
		t.Fatalf("got %v", err)
	}
	if states(rep)["aaa"] != apply.Restored || !w.unchanged("aaa") || !w.unchanged("bbb") {
		t.Errorf("got %v", states(rep))
	}
	if n := len(w.app.Machine("aaa").Record().Boots); n != 1 || w.app.Machine("aaa").State() != "stopped" {
		t.Errorf("machine aaa booted %d times: it was woken to be put back", n)
	}
}

// The proxy stops the only started machine during its probe: it is started
// for the proof, and stopped again.
func TestLoneMachineStoppedDuringItsProbe(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.LeaseReleased); ok {
			w.on = nil
			w.app.Machine("aaa").StopByProxy(0)
		}
	}
	rep, err := w.run()
	w.ok(err)
	m := w.app.Machine("aaa")
	if rep.Outcome != apply.Complete || m.State() != "stopped" || len(m.Record().Boots) != 2 || strings.Contains(string(m.Config()), "standards-proof") {
		t.Errorf("%s, %s after %d boots", rep.Outcome, m.State(), len(m.Record().Boots))
	}
}

// One that is stopped behind the probe, when the real check is on it, was proven by
// the probe; one that is stopped both times was not, and keeps no check.
func TestLoneMachineStoppedBehindItsProbe(t *testing.T) {
	for name, proven := range map[string]bool{"behind": true, "both times": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
			w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
			released := 0
			w.on = func(e apply.Event) {
				if _, ok := e.(apply.LeaseReleased); ok {
					if released++; released == 2 || !proven {
						w.app.Machine("aaa").StopByProxy(0)
					}
				}
			}
			rep, err := w.run()
			var held *apply.UnprovenError
			if (err == nil) != proven || !proven && !errors.As(err, &held) || strings.Contains(string(w.app.Machine("aaa").Config()), "healthz") != proven {
				t.Errorf("%s, %v", rep.Outcome, err)
			}
		})
	}
}

// A machine that an earlier run left sick is repaired, and gets what is planned for
// it besides: on top of the repair.
func TestUpdateBehindARepair(t *testing.T) {
	w := newWorld(t, three()...)
	sick := w.app.Machine("bbb")
	sick.Update(func(config map[string]any) {
		config["checks"] = map[string]any{"left": map[string]any{"type": "tcp", "port": 8080, "interval": "15s", "timeout": "2s"}}
	})
	sick.Behave(flysim.NeverHealthy)
	w.p.Settle(time.Minute)
	_ = w.clk.Sleep(t.Context(), time.Minute)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	for _, s := range w.plan.Steps {
		if s.Machine.ID == "bbb" {
			s.Machine.Repair = &plan.Repair{Ops: []machineconfig.Op{{Verb: machineconfig.VerbRemove, Pointer: "/checks"}}, Start: true}
		}
	}
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.Repairing); ok {
			sick.Behave(nil)
		}
	}
	rep, err := w.run()
	w.ok(err)
	if cfg := string(sick.Config()); strings.Contains(cfg, `"left"`) || !strings.Contains(cfg, "healthz") {
		t.Errorf("%v: %s", states(rep), cfg)
	}
}

// A tag that moved on meanwhile must not come in with the old configuration.
func TestRollbackKeepsTheImage(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/nothing-here")}, 0)
	was := w.app.Machine("aaa").Digest()
	w.p.PushImage("registry.fly.io/web:deployment-1", "sha256:"+strings.Repeat("b", 64))
	_, err := w.run()
	partial(t, err)
	if got := w.app.Machine("aaa").Digest(); got != was {
		t.Errorf("it runs %s, and ran %s", got, was)
	}
}

// Taking machines back never goes below the floor either: where the one that
// failed does not get well again, the others keep the change.
func TestRollbackRespectsTheFloor(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	_, err := w.run()
	w.ok(err)
	w.plan.Steps = nil
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.app.Machine("ccc").Behave(func(p flysim.Probe) flysim.Outcome {
		if p.Updates > 1 {
			return flysim.NeverHealthy(p)
		}
		return flysim.AlwaysHealthy(p)
	})
	rep, err := w.run()
	partial(t, err)
	want := map[string]apply.State{"file": apply.Done, "DATABASE_URL": apply.Done, "aaa": apply.Done, "bbb": apply.Done, "ccc": apply.Restored}
	if diff := cmp.Diff(want, states(rep)); diff != "" || !has[apply.Kept](w.events) {
		t.Error(diff)
	}
	if n := w.app.MinHealthy("app"); n < 2 {
		t.Errorf("only %d machines were healthy at some time, want 2", n)
	}
}

// A machine that stops by itself is unhealthy also when it has no check.
func TestExitsAfterUpdate(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.app.Machine("aaa").FailNextUpdate()
	rep, err := w.run()
	partial(t, err)
	if got := states(rep)["aaa"]; got != apply.Restored || !w.app.Machine("aaa").Healthy() {
		t.Errorf("machine aaa is %s, %s", got, w.app.Machine("aaa").State())
	}
}

func TestFloorKeepsGroupAlive(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	_, err := w.run()
	w.ok(err)
	w.app.Machine("ccc").Behave(flysim.NeverHealthy)
	w.ok(w.clk.Sleep(t.Context(), 10*time.Minute))
	before := w.clk.Now()
	w.plan.Steps = nil
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	writes := len(w.p.Writes())
	rep, err := w.run()
	var floor *apply.FloorError
	if !errors.As(err, &floor) || floor.Healthy != 2 || floor.Floor != 2 {
		t.Fatalf("got %v", err)
	}
	if got := states(rep); got["aaa"] != apply.NotReached || got["file"] != apply.NotReached || rep.Outcome != apply.Refused {
		t.Errorf("%s: %v", rep.Outcome, got)
	}
	if n := len(w.p.Writes()); n != writes || w.read() != tomlBefore {
		t.Errorf("it wrote all the same: %d requests", n-writes)
	}
	if waited := w.clk.Now().Sub(before); waited > time.Minute {
		t.Errorf("it waited for %s, with a machine that is sick for a long time", waited)
	}
}
