package apply_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/linepatch"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

func TestMigratesAndAddsCheckWithoutAGap(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
	rep, err := w.run()
	w.ok(err)
	want := map[string]apply.State{"file": apply.Done, "DATABASE_URL": apply.Done, "aaa": apply.Done, "bbb": apply.Done, "ccc": apply.Done}
	if diff := cmp.Diff(want, states(rep)); diff != "" || rep.Outcome != apply.Complete {
		t.Errorf("%s: %s", rep.Outcome, diff)
	}
	if got, _ := w.app.SecretValue("DATABASE_URL"); got != canary {
		t.Errorf("the secret is %q", got)
	}
	if want := strings.Replace(tomlBefore, "  DATABASE_URL = \""+canary+"\" # the database\n", "", 1); w.read() != want {
		t.Error(cmp.Diff(want, w.read()))
	}
	if n := w.app.MinHealthy("app"); n < 2 {
		t.Errorf("only %d machines were healthy at some time, want 2", n)
	}
	for _, m := range w.app.Machines() {
		cfg, err := machineconfig.Parse(m.Config())
		w.ok(err)
		if !strings.HasPrefix(cfg.Image(), "registry.fly.io/web:deployment-1@sha256:") || len(cfg.EnvNames()) != 1 || len(cfg.Services()[0].Checks) != 1 {
			t.Errorf("machine %s has %s", m.ID(), m.Config())
		}
		if n := len(m.Record().Boots); n != 1 {
			t.Errorf("machine %s booted %d times, want once", m.ID(), n)
		}
	}
}

func TestJournalTellsWhatUndoNeeds(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"}, flysim.MachineSpec{ID: "bbb"})
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	_, err := w.run()
	w.ok(err)
	var got []string
	for _, e := range w.entries() {
		got = append(got, string(e.Kind)+" "+e.Step)
	}
	want := []string{
		"begin ", "intent secrets", "accepted secrets", "done secrets", "intent file", "done file",
		"intent machine:aaa", "accepted machine:aaa", "done machine:aaa", "intent machine:bbb", "accepted machine:bbb", "done machine:bbb", "end ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	var file struct{ Back *linepatch.Patch }
	w.ok(json.Unmarshal(w.entries()[4].Data, &file))
	if back, err := file.Back.Apply([]byte(w.read())); err != nil || !strings.Contains(string(back), "# my app") || strings.Contains(string(back), "DATABASE_URL") {
		t.Errorf("the file before is %q, %v", back, err)
	}
	var machine struct{ Version string }
	w.ok(json.Unmarshal(w.entries()[8].Data, &machine))
	if machine.Version != w.app.Machine("aaa").Version() {
		t.Errorf("the version is %s", machine.Version)
	}
}

func TestStaleChangesNothing(t *testing.T) {
	cases := []struct {
		name string
		move func(*world)
		want apply.Moved
	}{
		{"file", func(w *world) { w.write(tomlBefore + "# more\n") }, apply.Moved{Thing: "file", Why: "it was changed since"}},
		{"machine", func(w *world) { w.app.Machine("bbb").Update(func(c map[string]any) { c["x"] = 1 }) }, apply.Moved{Thing: "machine", Name: "bbb", Why: "somebody updated it since"}},
		{"secret", func(w *world) { w.app.SetSecret("DATABASE_URL", "theirs") }, apply.Moved{Thing: "secret", Name: "DATABASE_URL", Why: "the app has it now; it is not overwritten"}},
		{"host", func(w *world) { w.app.Machine("ccc").HostDown("unreachable") }, apply.Moved{Thing: "machine", Name: "ccc", Why: "its host is unreachable"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.migrate()
			w.patch([]machineconfig.Op{dropEnv})
			c.move(w)
			w.ok(w.clk.Sleep(t.Context(), time.Minute))
			if c.want.Thing == "file" {
				c.want.Name = w.path
			}
			before, writes := w.read(), len(w.p.Writes())
			_, err := w.run()
			var stale *apply.StaleError
			if !errors.As(err, &stale) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff([]apply.Moved{c.want}, stale.Moved); diff != "" {
				t.Error(diff)
			}
			if w.read() != before || len(w.p.Writes()) != writes || len(w.journals()) != 0 {
				t.Error("something was written")
			}
		})
	}
}

// An env entry whose secret somebody deleted since must stay in the file.
func TestSecretGoneSincePlanned(t *testing.T) {
	w := newWorld(t, three()...)
	w.app.SetSecret("DATABASE_URL", canary)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.app.DeleteSecret("DATABASE_URL")
	_, err := w.run()
	var stale *apply.StaleError
	if !errors.As(err, &stale) || w.read() != tomlBefore {
		t.Errorf("got %v", err)
	}
}

// Nor does a machine lose an entry that is no secret, where the file is not edited.
func TestMachineKeepsAnEntryThatIsNoSecret(t *testing.T) {
	w := newWorld(t, three()...)
	w.look()
	w.patch([]machineconfig.Op{dropEnv})
	_, err := w.run()
	var stale *apply.StaleError
	if !errors.As(err, &stale) || !strings.Contains(string(w.app.Machine("aaa").Config()), canary) {
		t.Errorf("got %v", err)
	}
}

func TestOffline(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	_, err := apply.Run(t.Context(), w.plan, apply.Deps{File: apply.OnDisk(w.path), Clock: w.clk})
	if !errors.Is(err, apply.ErrNeedsLive) || w.read() != tomlBefore {
		t.Errorf("got %v", err)
	}
	w.plan.Steps = w.plan.Steps[1:] // without storing the secret it must not go either
	w.plan.Steps[0].Needs = nil
	_, err = apply.Run(t.Context(), w.plan, apply.Deps{File: apply.OnDisk(w.path), Clock: w.clk})
	if !errors.Is(err, apply.ErrNeedsLive) || w.read() != tomlBefore {
		t.Errorf("got %v", err)
	}
}

func TestReadOnlyFileChangesNothing(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.ok(os.Chmod(w.path, 0o444))
	_, err := w.run()
	if err == nil || !strings.Contains(err.Error(), "it is read-only") || len(w.app.SecretNames()) > 0 {
		t.Errorf("got %v", err)
	}
}

func TestNoRestartLeavesMachines(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.clone("aaa", "lhr")
	w.options.NoRestart = true
	rep, err := w.run()
	w.ok(err)
	want := map[string]apply.State{"file": apply.Done, "DATABASE_URL": apply.Done, "aaa": apply.Left, "bbb": apply.Left, "ccc": apply.Left, "clone:lhr": apply.Left}
	if diff := cmp.Diff(want, states(rep)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(w.app.Machine("aaa").Config()), canary) {
		t.Error("a machine was changed")
	}
}

func TestAgainDoesNothing(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	_, err := w.run()
	w.ok(err)
	w.plan.Steps = nil
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	rep, err := w.run()
	w.ok(err)
	want := map[string]apply.State{"file": apply.NotReached, "aaa": apply.AsWanted, "bbb": apply.AsWanted, "ccc": apply.AsWanted}
	if diff := cmp.Diff(want, states(rep)); diff != "" {
		t.Error(diff)
	}
	if n := len(w.app.Machine("aaa").Record().Boots); n != 1 {
		t.Errorf("machine aaa booted %d times, want once", n)
	}
}

func TestForeignLeaseStopsThere(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.SecretsStored); ok { // after the first look at the leases
			w.app.Machine("bbb").HoldLease("ops@example.com", time.Hour)
		}
	}
	rep, err := w.run0()
	p := partial(t, err)
	var le *live.Error
	if !errors.As(err, &le) || le.Kind != live.LeaseHeld || !strings.Contains(le.Error(), "ops@example.com") {
		t.Errorf("got %v", p.Err)
	}
	want := map[string]apply.State{"file": apply.Done, "DATABASE_URL": apply.Done, "aaa": apply.Done, "bbb": apply.NotReached, "ccc": apply.NotReached}
	if diff := cmp.Diff(want, states(rep)); diff != "" || rep.Outcome != apply.Stopped {
		t.Errorf("%s %s", rep.Outcome, diff)
	}
}

// A machine that somebody holds from the start is reason to begin nothing.
func TestForeignLeaseBeforehandChangesNothing(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.app.Machine("bbb").HoldLease("ops@example.com", time.Hour)
	w.app.Machine("ccc").HoldLease("ci@example.com", time.Minute)
	writes, reads := len(w.p.Writes()), len(w.p.Requests())
	rep, err := w.run0()
	want := "machine bbb is held by ops@example.com until 2026-09-01 13:00:00 UTC; machine ccc is held by ci@example.com until 2026-09-01 12:01:00 UTC: " +
		"nothing was changed; run again after 2026-09-01 13:00:00 UTC"
	var le *live.Error
	var part *apply.PartialError
	if err == nil || err.Error() != want || !errors.As(err, &le) || le.Kind != live.LeaseHeld || le.Owner != "ops@example.com" || errors.As(err, &part) {
		t.Errorf("got %v", err)
	}
	if rep.Outcome != apply.Refused || rep.Changed() || w.read() != tomlBefore || len(w.app.SecretNames()) > 0 || len(w.p.Writes()) != writes || len(w.journals()) != 0 {
		t.Errorf("something was changed: %+v", rep)
	}
	if n := len(w.p.Requests()) - reads; n != 5 { // machines, secrets, and one lease each
		t.Errorf("it took %d requests, want 5", n)
	}
}

// What restarts nothing needs nobody's lease.
func TestForeignLeaseDoesNotMatterWithoutRestarts(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.app.Machine("bbb").HoldLease("ops@example.com", time.Hour)
	w.options.NoRestart = true
	if rep, err := w.run0(); err != nil || rep.File.State != apply.Done {
		t.Errorf("got %v", err)
	}
}

func TestLeasesThatCannotBeReadChangeNothing(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines/ccc/lease$`, Effect: flysim.Status(403, "no")})
	rep, err := w.run()
	if !live.Is(err, live.Forbidden) || rep.Outcome != apply.Refused || w.read() != tomlBefore || len(w.app.SecretNames()) > 0 {
		t.Errorf("got %v", err)
	}
}

// run0 is run for a world in which somebody else holds a lease for long.
func (w *world) run0() (apply.Report, error) {
	w.t.Helper()
	defer func() {
		for _, m := range w.app.Machines() {
			m.DropLease()
		}
	}()
	j := journal.New(w.state, "web", w.clk)
	return apply.Run(w.t.Context(), w.plan, apply.Deps{
		Machines: w.client, Secrets: w.client, File: apply.OnDisk(w.path), Clock: w.clk, Journal: j, Options: w.options,
		Emit: func(e apply.Event) {
			if w.on != nil {
				w.on(e)
			}
		},
	})
}

func TestInterruptFinishesTheMachineInHand(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.on = func(e apply.Event) {
		if u, ok := e.(apply.Updated); ok && u.Machine == "aaa" {
			cancel()
		}
	}
	rep, err := w.runWith(ctx)
	var stopped *apply.InterruptedError
	if !errors.As(err, &stopped) {
		t.Fatalf("got %v", err)
	}
	want := map[string]apply.State{"file": apply.Done, "DATABASE_URL": apply.Done, "aaa": apply.Done, "bbb": apply.NotReached, "ccc": apply.NotReached}
	if diff := cmp.Diff(want, states(rep)); diff != "" {
		t.Error(diff)
	}
	if !w.app.Machine("aaa").Healthy() || !has[apply.Interrupted](w.events) {
		t.Error("the machine in hand was not finished, or nobody was told")
	}
}

func TestAbortLeavesAtOnceWithoutLeases(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.Updated); ok {
			cancel()
			close(w.abort)
		}
	}
	rep, err := w.runWith(ctx)
	var stopped *apply.InterruptedError
	if !errors.As(err, &stopped) {
		t.Fatalf("got %v", err)
	}
	if got := states(rep)["aaa"]; got != apply.NotSure {
		t.Errorf("machine aaa is %s, want unknown", got)
	}
	if left := w.p.HeldLeases(); len(left)+len(rep.LeasesLeft) > 0 {
		t.Errorf("leases left: %v %v", left, rep.LeasesLeft)
	}
}
