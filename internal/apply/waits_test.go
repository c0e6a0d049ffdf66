package apply_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// One machine of a batch that can't be taken is no reason to leave those that were
// updated before it: they are watched, and go back when they are not well.
func TestBatchIsFollowedThoughOneIsRefused(t *testing.T) {
	w := newWorld(t, three()...)
	w.options.MaxUnavailable = "2"
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/ccc$`, Effect: flysim.Status(403, "no")})
	w.on = func(e apply.Event) {
		if up, ok := e.(apply.Updated); ok && up.Machine == "bbb" {
			w.app.Machine("bbb").Behave(flysim.NeverHealthy)
		}
	}
	rep, err := w.run()
	partial(t, err)
	if got := states(rep); got["bbb"] != apply.Restored || !w.unchanged("bbb") {
		t.Errorf("got %v", got)
	}
}

// Secrets of a run before this one may not have reached every host yet: a machine
// that loses no entry waits for them all the same.
func TestUpdateWaitsForTheSecretsOfAnEarlierRun(t *testing.T) {
	w := newWorld(t, three()...)
	w.app.SetSecret("OTHER", "x")
	w.late = true
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	_, err := w.run()
	w.ok(err)
	for _, m := range w.app.Machines() {
		if b := m.Record().Boots; len(b) != 1 || b[0].Env["OTHER"] != "x" {
			t.Errorf("machine %s booted with %+v", m.ID(), b)
		}
	}
}

// A start that comes too early is lost without a word: it is asked for again.
func TestLostStartIsAskedForAgain(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa", State: "stopped"})
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	lost := w.p.Fault(flysim.Fault{Method: "POST", Path: `/aaa/start$`, Effect: flysim.Body(http.StatusOK, `{"previous_state":"stopped"}`)})
	rep, err := w.run()
	w.ok(err)
	if m := w.app.Machine("aaa"); lost.Hits() != 1 || len(m.Record().Boots) != 1 || m.State() != "stopped" || rep.Machines[0].Unproven {
		t.Errorf("%d starts were lost; it booted %d times and is %s", lost.Hits(), len(m.Record().Boots), m.State())
	}
}

// A machine that was just made starts by itself, also while it is held: an update
// that would leave it down waits until it has.
func TestUpdateWaitsForTheFirstStart(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
	cfg, err := machineconfig.Parse(w.app.Machine("aaa").Config())
	w.ok(err)
	made, err := w.client.CreateMachine(t.Context(), live.Create{Name: "new", Region: "iad", Config: cfg})
	w.ok(err)
	w.patch([]machineconfig.Op{{Verb: machineconfig.VerbSet, Pointer: "/restart/policy", Value: json.RawMessage(`"always"`)}})
	w.plan.Steps = slices.DeleteFunc(w.plan.Steps, func(s plan.Step) bool { return s.Machine.ID != made.ID }) // it is asked for at once
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/` + made.ID + `$`, Effect: flysim.Slow(6 * time.Second)})
	_, err = w.run() // which looks at what the platform saw
	w.ok(err)
	if got := w.app.Machine(made.ID).State(); got != "started" {
		t.Errorf("it is %s", got)
	}
}

// What a request rests on is looked at again before it is sent again: others may have
// been there while it was refused.
func TestWhatWasRefusedForTheMomentRestsOnANewLook(t *testing.T) {
	refusals := map[string]flysim.Effect{
		"too many": flysim.Status(429, "slow down", "Retry-After", "15"), "not yet": flysim.Status(412, "min_secrets_version 1 is not yet available"),
	}
	for name, refusal := range refusals {
		meanwhile := func(w *world, method, path string, do func()) {
			w.p.Fault(flysim.Fault{Method: method, Path: path, Effect: refusal})
			w.p.After(time.Second, do) // it is sent at once, and again after two seconds at least
			t.Cleanup(w.clk.Every(time.Second, func() { w.app.Machines() }))
		}
		t.Run(name+": a machine is made of what runs by then", func(t *testing.T) {
			w := newWorld(t, three()...)
			w.clone("aaa", "lhr")
			w.p.PushImage("registry.fly.io/web:new", "sha256:"+strings.Repeat("2f", 32))
			meanwhile(w, "POST", `/machines$`, func() {
				w.app.Machine("aaa").Update(func(config map[string]any) { config["image"] = "registry.fly.io/web:new" })
			})
			rep, err := w.run()
			if name == "not yet" && err != nil {
				return // it is being replaced still
			}
			w.ok(err)
			if got, want := w.app.Machine(rep.Clones[0].Machine).Digest(), w.app.Machine("aaa").Digest(); got != want {
				t.Errorf("it runs %s, not %s", got, want)
			}
		})
		t.Run(name+": a secret of somebody else is not overwritten", func(t *testing.T) {
			w := newWorld(t, three()...)
			w.migrate()
			meanwhile(w, "POST", `/secrets$`, func() { w.app.SetSecret("DATABASE_URL", "theirs") })
			rep, err := w.run()
			if v, _ := w.app.SecretValue("DATABASE_URL"); v != "theirs" || w.read() != tomlBefore || states(rep)["DATABASE_URL"] != apply.NotReached {
				t.Errorf("the secret is %q; %v, %v", v, states(rep), err)
			}
		})
		t.Run(name+": no secret of theirs, so it is stored", func(t *testing.T) {
			w := newWorld(t, three()...)
			w.migrate()
			meanwhile(w, "POST", `/secrets$`, func() {})
			_, err := w.run()
			w.ok(err)
			if v, _ := w.app.SecretValue("DATABASE_URL"); v != canary {
				t.Errorf("the secret is %q", v)
			}
		})
		t.Run(name+": a machine keeps its entry when the secret is gone", func(t *testing.T) {
			w := newWorld(t, three()...)
			w.migrate()
			w.patch([]machineconfig.Op{dropEnv})
			meanwhile(w, "POST", `/machines/aaa$`, func() { w.app.DeleteSecret("DATABASE_URL") })
			_, err := w.run()
			if cfg := string(w.app.Machine("aaa").Config()); err == nil || !strings.Contains(cfg, canary) || w.read() != tomlBefore {
				t.Errorf("%v: %s", err, cfg)
			}
		})
		t.Run(name+": a machine that somebody updated stays", func(t *testing.T) {
			w := newWorld(t, three()...)
			w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
			meanwhile(w, "POST", `/machines/aaa$`, func() {
				w.app.Machine("aaa").Update(func(config map[string]any) { config["theirs"] = true })
			})
			_, err := w.run()
			if cfg := string(w.app.Machine("aaa").Config()); err == nil || !strings.Contains(cfg, "theirs") || strings.Contains(cfg, "healthz") {
				t.Errorf("%v: %s", err, cfg)
			}
		})
	}
}

// What a run asked for and heard nothing of is on record with the version before
// it, and of two updates the last one is taken back first.
func TestHistoryOfUpdates(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
	version := w.app.Machine("aaa").Version()
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/aaa$`, Times: -1, Effect: flysim.DropBefore()})
	_, err := w.run()
	var lost *apply.LostError
	if !errors.As(err, &lost) {
		t.Fatal(err)
	}
	read := func() apply.PastMachine {
		paths := w.journals()
		h, err := apply.ReadHistory(paths[len(paths)-1])
		w.ok(err)
		return h.Machines[0]
	}
	if m := read(); m.Asked.IsZero() || m.Replaced != version {
		t.Errorf("asked at %s, over %s", m.Asked, m.Replaced)
	}
	w.p.ClearFaults()
	_, err = w.run() // a lone machine: its probe, and then the check
	w.ok(err)
	m := read()
	var took []string
	for _, op := range m.Inverse {
		if op.Service != nil {
			took = append(took, "service")
		} else {
			took = append(took, op.Pointer)
		}
	}
	if len(took) < 2 || took[0] != "service" || cmp.Diff(took[len(took)-1], took[0]) == "" {
		t.Errorf("taken back in the order %v", took)
	}
}
