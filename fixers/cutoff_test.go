package fixers_test

import (
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

// triedPerFixture is how many of a fixture's writing calls fail in turn; which
// ones, where there are more, is its name's choice, so that it does not change.
const triedPerFixture = 6

// sample picks of the numbers 1 to n.
func (f *fixture) sample(n int) []int {
	if n <= triedPerFixture {
		triedAll := make([]int, n)
		for i := range triedAll {
			triedAll[i] = i + 1
		}
		return triedAll
	}
	h := fnv.New32a()
	h.Write([]byte(f.name))
	start := int(h.Sum32() % uint32(n))
	var out []int
	for i := range triedPerFixture {
		out = append(out, (start+i*n/triedPerFixture)%n+1)
	}
	return out
}

func isWrite(r *http.Request) bool { return r.Method != http.MethodGet }

// failing are the ways in which a platform goes away at a writing call: for
// good before it, for good with its answer lost, or with one refusal.
var failing = map[string]func(w *world, nth int){
	"gone": func(w *world, nth int) {
		w.platform.Fault(flysim.Fault{Match: isWrite, Nth: nth, Times: -1, Effect: flysim.DropBefore()})
	},
	"answer lost": func(w *world, nth int) {
		w.platform.Fault(flysim.Fault{Match: isWrite, Nth: nth, Effect: flysim.DropAfter()})
		w.platform.Fault(flysim.Fault{Match: isWrite, Nth: 1, Times: -1, Effect: flysim.DropBefore()})
	},
	"refused": func(w *world, nth int) {
		w.platform.Fault(flysim.Fault{Match: isWrite, Nth: nth, Effect: flysim.Status(http.StatusUnprocessableEntity, "no")})
	},
}

// back lets the platform come back, and what was held run out.
func (w *world) back(t *testing.T) {
	t.Helper()
	w.platform.ClearFaults()
	if err := w.clk.Sleep(t.Context(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	w.settle()
}

// end is what an apply came to: the file, and what the app is, whatever ids
// its new machines got.
func (w *world) end(t *testing.T) (file string, app []string) {
	t.Helper()
	s := w.state(t, nil)
	for id, cfg := range s.Machines {
		cfg := cfg.(map[string]any)
		if meta, ok := cfg["metadata"].(map[string]any); ok && meta[apply.CloneMarker] != nil {
			id, meta[apply.CloneMarker] = "added", "by some apply"
		}
		b, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		app = append(app, id+" "+string(b))
	}
	rest, err := json.Marshal([]any{s.Volumes, s.Secrets})
	if err != nil {
		t.Fatal(err)
	}
	app = append(app, string(rest))
	slices.Sort(app)
	return string(w.read(t)), app
}

// cutOffs runs a test for each way in which each (sampled) writing call of a
// fixture's apply, or of its undo, can fail.
func cutOffs(t *testing.T, ofUndo bool, test func(t *testing.T, f *fixture, w *world, fail func())) {
	allUndisturbed(t)
	tried := 0
	for _, f := range fixtures(t) {
		if !f.live() {
			continue
		}
		src, _ := f.file("fly.toml")
		u := f.undisturbed(t)
		calls := len(u.calls)
		if ofUndo {
			calls = u.undoCalls
		}
		for i, nth := range f.sample(calls) {
			tried++
			way := []string{"gone", "answer lost", "refused"}[(len(f.name)+i)%3]
			t.Run(f.name+"/"+strconv.Itoa(nth)+" "+way, func(t *testing.T) {
				t.Parallel()
				w := f.world(t, src)
				test(t, f, w, func() { failing[way](w, nth) })
			})
		}
	}
	if tried < 50 {
		t.Errorf("only %d calls failed", tried)
	}
}

// TestSecondApplyReachesTheSameEnd lets each writing call of an apply fail:
// planned and applied again, file and app come to what an undisturbed apply
// makes of them.
func TestSecondApplyReachesTheSameEnd(t *testing.T) {
	cutOffs(t, false, func(t *testing.T, f *fixture, w *world, fail func()) {
		p, _ := w.plan(t)
		fail()
		first := w.apply(t, p)
		w.back(t)
		again, _ := w.plan(t)
		if unsure := new(apply.ConfirmError); errors.As(first, &unsure) && strings.Contains(describe(again), "the secret was set after machine") {
			return // nobody can tell whose value is stored: a person has to look
		}
		if again.Changes() {
			if err := w.apply(t, again); err != nil {
				t.Fatalf("the first apply: %v\nthe second: %v", first, err)
			}
			w.settle()
		}
		file, app := w.end(t)
		if diff := cmp.Diff(f.undisturbed(t).file, file); diff != "" {
			t.Errorf("the first apply: %v\nfly.toml (-undisturbed +this): %s", first, diff)
		}
		if diff := cmp.Diff(f.undisturbed(t).endApp, app); diff != "" {
			t.Errorf("the first apply: %v\nthe app (-undisturbed +this): %s\nthe second plan: %s", first, diff, describe(again))
		}
		w.leavesNothing(t)
	})
}

// TestUndoOfAFailedApply lets each writing call of an apply fail, and takes
// back what was done by then.
func TestUndoOfAFailedApply(t *testing.T) {
	cutOffs(t, false, func(t *testing.T, f *fixture, w *world, fail func()) {
		b := w.before(t)
		b.secretsMayLack = true
		fail()
		first := w.apply(t, b.plan)
		w.back(t)
		if len(w.records(t)) == 0 {
			return
		}
		u, err := w.undo(t)
		if err != nil {
			t.Fatalf("apply: %v\nundo: %v", first, err)
		}
		if src, _ := f.file("fly.toml"); string(w.read(t)) == string(src) {
			b.src = src // the apply put it back, or did not come to it
		}
		w.isBack(t, b, u)
		w.leavesNothing(t)
	})
}

// TestUndoCutOffIsFinished lets each writing call of an undo fail: undone
// again, all is as after an undisturbed one.
func TestUndoCutOffIsFinished(t *testing.T) {
	cutOffs(t, true, func(t *testing.T, _ *fixture, w *world, fail func()) {
		b := w.before(t)
		if err := w.apply(t, b.plan); err != nil {
			t.Fatal(err)
		}
		w.settle()
		fail()
		_, first := w.undo(t)
		w.back(t)
		u, err := w.undo(t)
		if err != nil {
			t.Fatalf("the first undo: %v\nthe second: %v", first, err)
		}
		w.isBack(t, b, u)
		w.leavesNothing(t)
	})
}
