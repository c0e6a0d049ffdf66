package fixers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/plan"
)

// journalOf is the name that the journals of every fixture are under.
const journalOf = "fixture"

// records are the runs so far, the oldest first.
func (w *world) records(t *testing.T) []apply.History {
	t.Helper()
	paths, err := journal.List(filepath.Join(w.dir, ".state"), journalOf)
	if err != nil {
		t.Fatal(err)
	}
	var all []apply.History
	for _, path := range paths {
		h, err := apply.ReadHistory(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
	return all
}

// recall tells a target what the records tell, as the commands do.
func (w *world) recall(t *testing.T, target *plan.Target) {
	t.Helper()
	all := w.records(t)
	target.Stored = map[string]string{}
	for _, h := range all {
		maps.Copy(target.Stored, h.Digests)
	}
	target.Left, target.App = undo.Left(all, target.App)
}

// undo plans taking back the apply that was first, and does it.
func (w *world) undo(t *testing.T) (*undo.Undo, error) {
	t.Helper()
	h, target := w.records(t)[0], w.target(t)
	u := undo.New(h, undo.World{File: target.File, Path: "fly.toml", App: target.App, Offline: target.Offline, Others: w.otherFile})
	if !u.Plan.Changes() {
		return u, nil
	}
	_, err := apply.Undo(context.Background(), u.Plan, h.ID, u.Partly, w.deps())
	w.settle()
	return u, err
}

// state is the app for comparison, without what no undo brings back: the
// entries of [env] that are secrets now.
type state struct {
	Machines map[string]any // configuration by id
	Volumes  map[string]any
	Secrets  map[string]string
}

func (w *world) state(t *testing.T, migrated []string) state {
	t.Helper()
	s := state{map[string]any{}, map[string]any{}, map[string]string{}}
	if w.client == nil {
		return s
	}
	app, err := w.client.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range app.Machines {
		var cfg map[string]any
		if err := json.Unmarshal(w.app.Machine(m.ID).Config(), &cfg); err != nil {
			t.Fatal(err)
		}
		if env, ok := cfg["env"].(map[string]any); ok {
			for _, name := range migrated {
				delete(env, name)
			}
		}
		cfg["image"] = m.Image // what runs; a tag becomes the digest that it was
		s.Machines[m.ID] = cfg
	}
	for _, v := range app.Volumes {
		s.Volumes[v.ID] = v.Settings()
	}
	for _, name := range w.app.SecretNames() {
		s.Secrets[name], _ = w.app.SecretValue(name)
	}
	return s
}

// migrated are the entries of [env] that a plan makes secrets of, or takes out
// of the file or the machines because they are.
func migrated(p *plan.Plan) (names []string, cut []flytoml.Edit) {
	for _, e := range fileEdits(p) {
		table, name, _ := strings.Cut(e.Path, ".")
		table, _, _ = strings.Cut(table, "[") // of [[env]]
		if e.Op == flytoml.Remove && strings.EqualFold(table, "env") && name != "" {
			e.Op = flytoml.Cut // what stands above it comes back
			names, cut = append(names, name), append(cut, e)
		}
	}
	for _, s := range p.Steps {
		if s.Machine == nil {
			continue
		}
		for _, op := range s.Machine.Ops {
			if name, ok := strings.CutPrefix(op.Pointer, "/env/"); ok && op.Verb == machineconfig.VerbRemove {
				names = append(names, name)
			}
		}
	}
	return names, cut
}

// before is what an undo must come back to: file and app as they were, but
// without the migrated entries, and with the secrets that the app has by now.
type before struct {
	src      []byte
	others   map[string]string
	state    state
	migrated []string
	plan     *plan.Plan

	secretsMayLack bool // the apply need not have come to them
}

func (w *world) before(t *testing.T) before {
	t.Helper()
	p, target := w.plan(t)
	b := before{plan: p, others: w.others(t)}
	var cut []flytoml.Edit
	b.migrated, cut = migrated(p)
	file, err := target.File.Apply(cut...)
	if err != nil {
		t.Fatal(err)
	}
	b.src, b.state = file.Bytes(), w.state(t, b.migrated)
	if len(b.migrated) == 0 && !bytes.Equal(b.src, w.read(t)) {
		t.Fatal("the file changed without an edit")
	}
	return b
}

// isBack compares with it.
func (w *world) isBack(t *testing.T, b before, u *undo.Undo) {
	t.Helper()
	if diff := cmp.Diff(string(b.src), string(w.read(t))); diff != "" {
		t.Errorf("fly.toml is not as before (-before +now): %s\nsaid to stay: %q", diff, u.Stays)
	}
	if diff := cmp.Diff(b.others, w.others(t)); diff != "" {
		t.Errorf("the other files are not as before (-before +now): %s\nsaid to stay: %q", diff, u.Stays)
	}
	now := w.state(t, b.migrated)
	for name, value := range b.state.Secrets {
		if now.Secrets[name] != value {
			t.Errorf("the secret %s is gone, or another one", name)
		}
	}
	for _, s := range b.plan.Steps {
		for _, name := range secretsOf(s) {
			if now.Secrets[name] == "" && !b.secretsMayLack {
				t.Errorf("the secret %s did not stay", name)
			}
		}
	}
	now.Secrets = b.state.Secrets
	if diff := cmp.Diff(b.state, now); diff != "" {
		t.Errorf("the app is not as before (-before +now): %s\nsaid to stay: %q", diff, u.Stays)
	}
}

func secretsOf(s plan.Step) (names []string) {
	if s.Secrets != nil {
		for _, set := range s.Secrets.Set {
			names = append(names, set.Name)
		}
	}
	return names
}

// TestFixturesUndone takes every fixture's apply back: file and app are as
// before, all but the migrated entries, the plan is the one of before, and
// there is nothing more to undo.
func TestFixturesUndone(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			src, _ := f.file("fly.toml")
			w := f.world(t, src)
			b := w.before(t)
			if !b.plan.Changes() {
				return
			}
			if err := w.apply(t, b.plan); err != nil {
				t.Fatal(err)
			}
			w.settle()
			u, err := w.undo(t)
			if err != nil {
				t.Fatalf("undo: %v", err)
			}
			if u.Settled || u.Partly {
				t.Errorf("settled %v, partly %v: %q", u.Settled, u.Partly, u.Stays)
			}
			w.isBack(t, b, u)
			w.leavesNothing(t)
			w.plansAsBefore(t, b)
			u, err = w.undo(t)
			if err != nil || u.Plan.Changes() {
				t.Errorf("undone again: %v, steps %v", err, u.Plan.Steps)
			}
		})
	}
}

// plansAsBefore plans once more and wants the findings of before, all but
// those whose cause is a secret now.
func (w *world) plansAsBefore(t *testing.T, b before) {
	t.Helper()
	again, _ := w.plan(t)
	if len(b.migrated) == 0 {
		if diff := cmp.Diff(describe(b.plan), describe(again)); diff != "" {
			t.Errorf("the plan is not the one of before (-before +now): %s", diff)
		}
		return
	}
	for _, name := range b.migrated {
		if slices.ContainsFunc(fileEdits(again), func(e flytoml.Edit) bool { return e.Path == "env."+name }) {
			t.Errorf("%s is to be taken out again", name)
		}
	}
}
