package fixers_test

import (
	"errors"
	"os"
	"runtime/debug"
	"sync"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/plan"
)

// TestMain keeps the tests' many small folders in memory where there is such a
// place: what an apply writes is synced to the disk line by line.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	dir, err := os.MkdirTemp("/dev/shm", "fixers")
	if err == nil {
		os.Setenv("TMPDIR", dir)
	}
	code := m.Run()
	if err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// target is the fixture's world, read once for all tests that only plan:
// nothing that looks at a target changes it.
func (f *fixture) target(t *testing.T) plan.Target {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.read == nil {
		src, _ := f.file("fly.toml")
		target := f.world(t, src).target(t)
		f.read = &target
	}
	return *f.read
}

// plan is what the fixture's flags make of its target.
func (f *fixture) plan(t *testing.T) *plan.Plan {
	t.Helper()
	p, err := plan.Build(f.target(t), fixers.All(), f.options())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// undisturbed is what a fixture's apply and its undo come to when nothing goes
// wrong.
type undisturbed struct {
	plan          *plan.Plan
	target        plan.Target
	planned       []string // writing calls of planning: none
	planChanged   bool     // planning changed fly.toml
	err           error    // of the apply
	file          string
	others        map[string]string // the other files
	calls         []string          // the apply's writing calls
	again         *plan.Plan        // planned once more
	left          []string          // what an apply must not leave
	before, after map[string]any    // configurations by machine
	endApp        []string          // what the app is in the end, see end
	undoErr       error
	undoCalls     int
}

// undisturbed carries the fixture out once for all tests that want to know.
func (f *fixture) undisturbed(t *testing.T) *undisturbed {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calm != nil {
		return f.calm
	}
	src, ok := f.file("fly.toml")
	if !ok {
		t.Fatal("fixture has no fly.toml")
	}
	w := f.world(t, src)
	u := &undisturbed{before: w.configs(t)}
	u.plan, u.target = w.plan(t)
	u.planned, u.planChanged = w.writes(), string(w.read(t)) != string(src)
	if u.err = w.apply(t, u.plan); u.err != nil {
		return u // whoever asks first says it; the others don't get here
	}
	u.others = w.others(t)
	u.calls, u.after = w.writes(), w.configs(t)
	w.settle()
	u.again, _ = w.plan(t)
	u.left = w.leftBehind(t)
	u.file, u.endApp = w.end(t)
	if u.plan.Changes() {
		_, u.undoErr = w.undo(t)
		u.undoCalls = len(w.writes()) - len(u.calls)
	}
	f.calm = u
	return u
}

// allUndisturbed carries all of them out, side by side.
func allUndisturbed(t *testing.T) {
	t.Run("undisturbed", func(t *testing.T) {
		for _, f := range fixtures(t) {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				u := f.undisturbed(t)
				if err := errors.Join(u.err, u.undoErr); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

// loaded are the fixtures as they are on the disk, and with -update as they
// will be there.
var loaded = sync.OnceValues(loadFixtures)

func fixtures(t *testing.T) []*fixture {
	t.Helper()
	all, err := loaded()
	if err != nil || len(all) == 0 {
		t.Fatalf("no fixtures in %s: %v", *fixtureDir, err)
	}
	return all
}
