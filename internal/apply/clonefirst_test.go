package apply_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// loneWorld plans ops for the only machine, and a clone of it that comes first.
func loneWorld(t *testing.T, ops []machineconfig.Op, proof ...int) *world {
	t.Helper()
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
	w.migrate()
	w.add(plan.Step{ID: "clone:lhr", Kind: plan.StepClone, Clone: &plan.CloneStep{Source: "aaa", Group: "app", Region: "lhr", Ops: ops, Proof: proof, Secrets: true}})
	w.patch(ops, proof...)
	return w
}

// changes are the requests that make, update and destroy machines.
func (w *world) changes() (out []string) {
	for _, r := range w.p.Writes() {
		switch {
		case r.Method == "POST" && strings.HasSuffix(r.Path, "/machines"):
			out = append(out, "create")
		case r.Method == "POST" && strings.HasSuffix(r.Path, "/machines/aaa"):
			out = append(out, "update")
		case r.Method == "DELETE" && !strings.HasSuffix(r.Path, "/lease"):
			out = append(out, "destroy")
		}
	}
	return out
}

// upAlways says that the group had a healthy machine at every instant.
func (w *world) upAlways() {
	w.t.Helper()
	if w.app.MinHealthy("app") < 1 {
		w.t.Error("no machine was healthy at some time")
	}
}

func (w *world) tried() []plan.Tried {
	w.t.Helper()
	paths := w.journals()
	h, err := apply.ReadHistory(paths[len(paths)-1])
	w.ok(err)
	return h.Tried
}

// The clone boots without the entry that is a secret now, and proves the check;
// then the only machine restarts, once.
func TestCloneComesFirst(t *testing.T) {
	w := loneWorld(t, []machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
	rep, err := w.run()
	w.ok(err)
	want := map[string]apply.State{"file": apply.Done, "DATABASE_URL": apply.Done, "aaa": apply.Done, "clone:lhr": apply.Done}
	if diff := cmp.Diff(want, states(rep)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"create", "update"}, w.changes()); diff != "" {
		t.Error(diff)
	}
	w.upAlways()
	clone := w.app.Machine(rep.Clones[0].Machine)
	for _, m := range []*flysim.Machine{clone, w.app.Machine("aaa")} {
		cfg, err := machineconfig.Parse(m.Config())
		w.ok(err)
		if len(m.Record().Boots) != 1 || !m.Healthy() || len(cfg.Services()[0].Checks) != 1 || len(cfg.EnvNames()) != 1 {
			t.Errorf("%s: %d boots, %s", m.ID(), len(m.Record().Boots), m.Config())
		}
	}
	if !has[apply.Proven](w.events) {
		t.Error("nobody was told that the check passes")
	}
}

// A clone that the proxy stops before its check was seen to pass is on record as that:
// if nobody else passes it, the next plan takes it away.
func TestUnprovenCloneIsOnRecord(t *testing.T) {
	w := loneWorld(t, []machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
	w.on = func(e apply.Event) {
		if made, ok := e.(apply.CloneMade); ok {
			w.p.After(5*time.Second, func() { w.app.Machine(made.Machine).StopByProxy(0) })
		}
	}
	_, _ = w.run()
	i := slices.IndexFunc(w.entries(), func(e journal.Entry) bool { return e.Kind == journal.Done && e.Step == "clone:lhr" })
	if i < 0 || !strings.Contains(string(w.entries()[i].Data), `"unproven":true`) {
		t.Errorf("entry %d: %+v", i, w.entries())
	}
}

// A clone that does not become healthy is destroyed; the machine that serves is
// not touched, the file is as it was, and the next plan remembers the check.
func TestCloneThatFailsTouchesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		sick  bool
		tried int
	}{"its new check": {"/nothing-here", false, 1}, "by itself": {"/healthz", true, 0}} {
		t.Run(name, func(t *testing.T) {
			w := loneWorld(t, []machineconfig.Op{dropEnv, addCheck(c.path)}, 1)
			w.on = func(e apply.Event) {
				if made, ok := e.(apply.CloneMade); ok && c.sick {
					w.app.Machine(made.Machine).CrashWhen(func(flysim.Boot) (time.Duration, bool) { return time.Second, true })
				}
			}
			rep, err := w.run()
			partial(t, err)
			want := map[string]apply.State{"file": apply.Restored, "DATABASE_URL": apply.Done, "aaa": apply.NotReached, "clone:lhr": apply.Destroyed}
			if diff := cmp.Diff(want, states(rep)); diff != "" || rep.Outcome != apply.PutBack {
				t.Errorf("%s: %s", rep.Outcome, diff)
			}
			if diff := cmp.Diff([]string{"create", "destroy"}, w.changes()); diff != "" || w.read() != tomlBefore {
				t.Error(diff)
			}
			w.upAlways()
			if tried := w.tried(); len(tried) != c.tried || c.tried > 0 && (tried[0].Group != "app" || tried[0].Image == "") {
				t.Errorf("the record tells %+v", tried)
			}
		})
	}
}

// The machine that does not become healthy takes the clone with it: when it is
// as it was and well, and not before.
func TestCloneGoesBackWithTheMachine(t *testing.T) {
	for name, well := range map[string]bool{"well again": true, "sick": false} {
		t.Run(name, func(t *testing.T) {
			w := loneWorld(t, []machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
			w.on = func(e apply.Event) {
				switch e := e.(type) {
				case apply.Updated:
					if !has[apply.RollingBack](w.events) {
						w.app.Machine("aaa").Behave(flysim.NeverHealthy)
					}
				case apply.RollingBack:
					if well {
						w.app.Machine(e.Machine).Behave(nil)
					}
				}
			}
			// It fails its own check, so that not only the new one does not pass.
			w.app.Machine("aaa").Update(func(config map[string]any) {
				config["checks"] = map[string]any{"alive": map[string]any{"type": "tcp", "port": 8080, "interval": "15s", "timeout": "2s"}}
			})
			_ = w.clk.Sleep(t.Context(), time.Minute)
			all, err := w.client.Machines(t.Context())
			w.ok(err)
			w.plan.Steps[len(w.plan.Steps)-1].Machine.Version = all[0].Version
			rep, err := w.run()
			partial(t, err)
			w.upAlways()
			want, file := []string{"create", "update", "update", "destroy"}, tomlBefore
			if !well {
				want, file = want[:3], strings.Replace(tomlBefore, "  DATABASE_URL = \""+canary+"\" # the database\n", "", 1)
			}
			if diff := cmp.Diff(want, w.changes()); diff != "" || w.read() != file {
				t.Errorf("%s\n%s", diff, w.read())
			}
			if kept := has[apply.Kept](w.events); kept == well || rep.Clones[0].State != map[bool]apply.State{true: apply.Destroyed, false: apply.Done}[well] {
				t.Errorf("told that it is kept: %v; %+v", kept, rep.Clones)
			}
		})
	}
}

// The floor counts the clone: while that is not well, the other one is not taken.
func TestFloorCountsTheClone(t *testing.T) {
	w := loneWorld(t, []machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
	w.options.WaitTimeout = time.Minute
	w.on = func(e apply.Event) {
		if s, ok := e.(apply.StepDone); ok && s.Step.Kind == plan.StepClone {
			for _, m := range w.app.Machines() {
				if m.ID() != "aaa" {
					m.Behave(flysim.NeverHealthy)
				}
			}
			_ = w.clk.Sleep(t.Context(), time.Minute)
		}
	}
	_, err := w.run()
	var floor *apply.FloorError
	if !errors.As(err, &floor) || slices.Contains(w.changes(), "update") {
		t.Errorf("%v; %v", err, w.changes())
	}
	w.upAlways()
}

// A source that somebody updated since is another one than was planned for.
func TestNoCloneOfASourceThatWasUpdated(t *testing.T) {
	w := loneWorld(t, []machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
	w.on = func(e apply.Event) {
		if s, ok := e.(apply.StepStarted); ok && s.Step.Kind == plan.StepClone {
			w.app.Machine("aaa").Update(func(config map[string]any) { config["theirs"] = true })
			_ = w.clk.Sleep(t.Context(), time.Minute)
		}
	}
	_, err := w.run()
	if partial(t, err); len(w.changes()) > 0 || w.read() != tomlBefore {
		t.Errorf("%v: %v", err, w.changes())
	}
}

// What a killed run left on the source for a proof is not copied.
func TestCloneHasNoProbe(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
	w.app.Machine("aaa").Update(func(config map[string]any) {
		config["checks"] = map[string]any{"standards-proof-8080": map[string]any{"type": "tcp", "port": 8080, "interval": "15s", "timeout": "2s"}}
	})
	_ = w.clk.Sleep(t.Context(), time.Minute)
	ops := []machineconfig.Op{addCheck("/healthz")}
	w.add(plan.Step{ID: "clone:lhr", Kind: plan.StepClone, Clone: &plan.CloneStep{Source: "aaa", Group: "app", Region: "lhr", Ops: ops, Proof: []int{0}}})
	w.patch(ops, 0)
	_, err := w.run()
	w.ok(err)
	for _, m := range w.app.Machines() {
		if strings.Contains(string(m.Config()), "standards-proof") {
			t.Errorf("%s: %s", m.ID(), m.Config())
		}
	}
}
