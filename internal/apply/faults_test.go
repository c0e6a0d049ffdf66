package apply_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

func TestLostReplyToUpdate(t *testing.T) {
	for _, c := range []struct {
		name   string
		effect flysim.Effect
	}{{"after it took effect", flysim.DropAfter()}, {"before it took effect", flysim.DropBefore()}, {"502 after effect", flysim.StatusAfter(502, "bad gateway")}, {"sent twice on its way", flysim.Duplicate()}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.migrate()
			w.patch([]machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
			w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/bbb$`, Effect: c.effect})
			rep, err := w.run()
			w.ok(err)
			for _, m := range w.app.Machines() {
				if n := len(m.Record().Boots); n != 1 {
					t.Errorf("machine %s booted %d times, want once", m.ID(), n)
				}
			}
			if rep.Outcome != apply.Complete {
				t.Errorf("outcome %s", rep.Outcome)
			}
		})
	}
}

// After a lost answer nobody can tell whose value a secret has, so the value
// stays in the file and is not sent again.
func TestLostReplyToSecrets(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/secrets$`, Effect: flysim.DropAfter()})
	rep, err := w.run()
	partial(t, err)
	var confirm *apply.ConfirmError
	if !errors.As(err, &confirm) {
		t.Fatalf("got %v", err)
	}
	want := map[string]apply.State{"file": apply.NotReached, "DATABASE_URL": apply.NotSure, "aaa": apply.NotReached, "bbb": apply.NotReached, "ccc": apply.NotReached}
	if diff := cmp.Diff(want, states(rep)); diff != "" || w.read() != tomlBefore {
		t.Error(diff)
	}

	w = newWorld(t, three()...)
	w.migrate()
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/secrets$`, Effect: flysim.DropBefore()})
	rep, err = w.run()
	w.ok(err) // it was not there, so it was sent once more
	if got := states(rep)["DATABASE_URL"]; got != apply.Done {
		t.Errorf("the secret is %s", got)
	}
}

func TestSecretsRefusedChangesNothing(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/secrets$`, Effect: flysim.Status(403, "not allowed")})
	rep, err := w.run()
	var part *apply.PartialError
	if err == nil || errors.As(err, &part) || rep.Changed() || w.read() != tomlBefore {
		t.Errorf("got %v, %+v", err, rep)
	}
}

// forgetful says that it has written, and has not.
type forgetful struct{ apply.FileSystem }

func (forgetful) Write([]byte) error { return nil }

// That a write went well is seen in the file, not in its answer.
func TestFileIsReadBack(t *testing.T) {
	w := newWorld(t, three()...)
	w.disk = forgetful{apply.OnDisk(w.path)}
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	rep, err := w.run()
	if e := partial(t, err); !strings.Contains(e.Error(), "reading it back gives something else") || rep.File.State != apply.NotReached {
		t.Errorf("%v; the file is %s", err, rep.File.State)
	}
	if states(rep)["aaa"] != apply.NotReached || w.read() != tomlBefore {
		t.Error("a machine lost its entry though the file has it still")
	}
}

func TestFileChangedBetween(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	theirs := tomlBefore + "# theirs\n"
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.SecretsStored); ok {
			w.write(theirs)
		}
	}
	rep, err := w.run()
	partial(t, err)
	if w.read() != theirs || rep.File.State != apply.NotReached {
		t.Errorf("file %s, %v", rep.File.State, err)
	}
}

// What somebody else wrote into the file during the run is not undone.
func TestRollbackLeavesTheirFileAlone(t *testing.T) {
	w := newWorld(t, three()...)
	w.edit(flytoml.Edit{Op: flytoml.Set, Path: "deploy.strategy", Value: `"rolling"`})
	w.patch([]machineconfig.Op{addCheck("/nothing-here")}, 0)
	theirs := ""
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.RollingBack); ok {
			theirs = w.read() + "# theirs\n"
			w.write(theirs)
		}
	}
	rep, err := w.run()
	partial(t, err)
	if w.read() != theirs || rep.File.State != apply.Done || rep.Outcome != apply.Stopped {
		t.Errorf("file %s, outcome %s", rep.File.State, rep.Outcome)
	}
}

func TestMachineUpdatedByOthersDuringTheRun(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.on = func(e apply.Event) {
		if u, ok := e.(apply.LeaseReleased); ok && u.Machine == "aaa" {
			w.on = nil
			w.app.Machine("bbb").Update(func(c map[string]any) { c["theirs"] = true })
		}
	}
	rep, err := w.run()
	partial(t, err)
	var moved *apply.MovedError
	if !errors.As(err, &moved) || moved.Machine != "bbb" || states(rep)["bbb"] != apply.NotReached {
		t.Errorf("got %v, %v", err, states(rep))
	}
	if !strings.Contains(string(w.app.Machine("bbb").Config()), "theirs") {
		t.Error("their change is gone")
	}
}

func TestGroupsAndRegions(t *testing.T) {
	specs := three()
	for i := range 6 {
		specs = append(specs, flysim.MachineSpec{ID: fmt.Sprintf("w%d", i), Group: "worker", Region: []string{"iad", "iad", "lhr"}[i%3]})
	}
	specs = append(specs, flysim.MachineSpec{ID: "w9", Group: "worker", State: "stopped"})
	w := newWorld(t, specs...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.options.MaxUnavailable = "0.5"
	_, err := w.run()
	w.ok(err)
	var order []string
	for _, e := range w.events {
		if u, ok := e.(apply.Updated); ok {
			order = append(order, u.Machine)
		}
	}
	if diff := cmp.Diff([]string{"aaa", "bbb", "ccc", "w0", "w1", "w2", "w3", "w4", "w5", "w9"}, order); diff != "" {
		t.Error(diff)
	}
	if n := w.app.MinHealthy("worker"); n < 3 {
		t.Errorf("only %d workers were healthy at some time, want 3", n)
	}
	if n := w.app.MinHealthy("app"); n < 1 {
		t.Errorf("only %d were healthy at some time", n)
	}
	if m := w.app.Machine("w9"); m.State() != "stopped" || len(m.Record().Boots) != 0 {
		t.Error("the stopped machine was started")
	}
}

// Every single call failing leaves the promises kept (invariants looks) and
// ends; without the fault a second plan gets to the end.
func TestEachCallFailing(t *testing.T) {
	build := func(t *testing.T) *world {
		w := newWorld(t, flysim.MachineSpec{ID: "aaa"}, flysim.MachineSpec{ID: "bbb"}, flysim.MachineSpec{ID: "ccc", State: "stopped"})
		w.migrate()
		w.patch([]machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
		return w
	}
	w := build(t)
	start := len(w.p.Requests())
	_, err := w.run()
	w.ok(err)
	calls := len(w.p.Requests()) - start
	for kind, effect := range map[string]flysim.Effect{
		"drop before": flysim.DropBefore(), "drop after": flysim.DropAfter(), "500": flysim.Status(500, "oops"), "403": flysim.Status(403, "no"),
	} {
		for n := 1; n <= calls; n++ {
			t.Run(fmt.Sprintf("%s %d", kind, n), func(t *testing.T) {
				w := build(t)
				w.p.Fault(flysim.Fault{Nth: n, Effect: effect})
				rep, err := w.run()
				var part *apply.PartialError
				if err != nil && !errors.As(err, &part) && rep.Changed() {
					t.Errorf("changed, and the error is %v", err)
				}
				if n := w.app.MinHealthy("app"); n < 1 {
					t.Error("no machine was healthy at some time")
				}
				w.p.ClearFaults()
				w.ok(w.clk.Sleep(t.Context(), 2*time.Minute))
				w.finishLater()
			})
		}
	}
}

// finishLater plans again and applies: it must reach the end.
func (w *world) finishLater() {
	w.t.Helper()
	w.plan.Steps = nil
	text := w.read()
	w.plan.File.SHA256 = hash(text)
	w.look()
	if text == tomlBefore {
		w.migrate()
	}
	w.patch([]machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
	w.events = nil
	_, err := w.run()
	w.ok(err)
	for _, m := range w.app.Machines() {
		if strings.Contains(string(m.Config()), canary) || !strings.Contains(string(m.Config()), "/healthz") {
			w.t.Errorf("machine %s has %s", m.ID(), m.Config())
		}
	}
	if strings.Contains(w.read(), canary) {
		w.t.Error("the value is still in the file")
	}
}

// A lease that is lost in the middle stops no machine half way: the update
// was accepted, so it is watched to its end.
func TestLeaseLostWhileWaiting(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.on = func(e apply.Event) {
		if u, ok := e.(apply.Updated); ok {
			w.app.Machine(u.Machine).DropLease()
		}
	}
	rep, err := w.run()
	w.ok(err)
	if rep.Outcome != apply.Complete || len(rep.LeasesLeft) > 0 {
		t.Errorf("%+v", rep)
	}
}

// Boots that take longer than a lease lasts need it refreshed.
func TestLeaseOutlastsASlowStart(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines/aaa/wait`, Times: 9, Effect: flysim.Late(3*time.Second, flysim.Status(408, "deadline_exceeded"))})
	w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines/aaa$`, Nth: 2, Times: 30, Effect: flysim.Status(500, "oops")})
	_, err := w.run()
	w.ok(err)
	for _, l := range w.app.Machine("aaa").Record().Leases {
		if l.How != "released" {
			t.Errorf("the lease was %s", l.How)
		}
	}
}

// An app that the whole group can't be healthy with ends within its timeout.
func TestWaitTimeoutBoundsTheRun(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/nothing-here")}, 0)
	w.options.WaitTimeout = 30 * time.Second
	before := w.clk.Now()
	_, err := w.run()
	partial(t, err)
	if took := w.clk.Now().Sub(before); took > 90*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Nobody's secret is overwritten, however late it appears.
func TestSecretAppearsAtTheLastMoment(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	// The second reading is the one right before the write.
	w.p.Fault(flysim.Fault{Method: "GET", Path: `/secrets$`, Nth: 2, Effect: flysim.Then(func() { w.app.SetSecret("DATABASE_URL", "theirs") })})
	_, err := w.run()
	var stale *apply.StaleError
	if got, _ := w.app.SecretValue("DATABASE_URL"); !errors.As(err, &stale) || got != "theirs" || w.read() != tomlBefore {
		t.Errorf("got %v", err)
	}
}

// When another value is stored over ours before it is confirmed, the file
// keeps its own.
func TestSecretReplacedBeforeItIsConfirmed(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.SecretsStored); ok {
			w.app.SetSecret("DATABASE_URL", "theirs")
		}
	}
	_, err := w.run()
	var confirm *apply.ConfirmError
	if !errors.As(err, &confirm) || w.read() != tomlBefore {
		t.Errorf("got %v", err)
	}
}

// The journal that can't be written stops the step before it is begun.
func TestJournalUnwritable(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.write(tomlBefore)
	w.state = w.path // a file where a folder has to be
	writes := len(w.p.Writes())
	_, err := apply.Run(t.Context(), w.plan, apply.Deps{
		Machines: w.client, Secrets: w.client, File: apply.OnDisk(w.path), Clock: w.clk, Journal: journal.New(w.state, "web", w.clk),
	})
	if err == nil || len(w.p.Writes()) != writes || w.read() != tomlBefore {
		t.Errorf("got %v", err)
	}
}

// A deploy that takes the machine over while it is watched is in charge of it
// from then on: its configuration is not replaced by an old one.
func TestDeployTakesOverWhileWatched(t *testing.T) {
	for _, when := range []string{"while healthy", "while put back"} {
		t.Run(when, func(t *testing.T) {
			w := newWorld(t, three()...)
			path := map[string]string{"while healthy": "/healthz", "while put back": "/nothing-here"}[when]
			w.patch([]machineconfig.Op{addCheck(path)}, 0)
			theirs := func(c map[string]any) { c["theirs"] = true }
			w.on = func(e apply.Event) {
				released, ok := e.(apply.LeaseReleased)
				back, isBack := e.(apply.RollingBack)
				if ok && released.Machine == "aaa" && when == "while healthy" || isBack && back.Machine == "aaa" {
					w.on = nil
					w.app.Machine("aaa").Update(theirs)
				}
			}
			rep, err := w.run()
			partial(t, err)
			var moved *apply.MovedError
			if when == "while healthy" && !errors.As(err, &moved) {
				t.Errorf("got %v", err)
			}
			if has[apply.RollingBack](w.events) != (when == "while put back") {
				t.Error("it was, or was not, tried to put the machine back")
			}
			if !strings.Contains(string(w.app.Machine("aaa").Config()), "theirs") || rep.Outcome != apply.Stopped || states(rep)["aaa"] != apply.Theirs {
				t.Errorf("%s, %+v, %s", rep.Outcome, rep.Machines[0], w.app.Machine("aaa").Config())
			}
			if n := len(w.app.Machine("bbb").Record().Boots); n != 0 {
				t.Error("it went on to the next machine")
			}
		})
	}
}

// A plan whose edits give another file than it says is not carried out.
func TestResultIsNotThePlannedOne(t *testing.T) {
	w := newWorld(t)
	w.edit(flytoml.Edit{Op: flytoml.Set, Path: "deploy.strategy", Value: `"rolling"`})
	w.plan.Steps[0].EditFile.ResultSHA256 = hash("another")
	_, err := w.run()
	if err == nil || w.read() != tomlBefore {
		t.Errorf("got %v", err)
	}
}
