package commands_test

import (
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// lateClone is an apply whose request for a machine is answered with 504 each time
// and takes effect 41 s later, when nobody waits for it any more.
func lateClone(t *testing.T) *shop {
	s := newShop(t, healthz)
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines$`, Times: -1, Effect: flysim.StatusBefore(41*time.Second, 504, "gateway timeout")})
	s.must(4, "apply", "--yes", "--regions", "lhr")
	s.platform.ClearFaults()
	return s
}

// An undo that comes before the machine does not call itself done, the next plan
// names the machine, and the next undo takes it.
func TestUndoBeforeTheMachineComes(t *testing.T) {
	s := lateClone(t)
	before := len(s.app.Machines())
	s.says(s.must(0, "undo", "--yes"), "Undone in part.", "a machine in lhr that Fly may still create: this apply requested it at 09:0", "`fly-standards undo` undoes the rest")
	s.pass(time.Minute)
	if got := len(s.app.Machines()); got != before+1 {
		t.Fatalf("%d machines, want %d", got, before+1)
	}
	s.says(s.must(0, "plan"), "in lhr still exists, though the apply of 2026-11-02 09:00 UTC that requested it was undone. `fly-standards undo 20261102T090000Z` removes it.")
	s.says(s.must(0, "undo", "--yes"), "Undone.", "destroyed")
	if got := len(s.app.Machines()); got != before {
		t.Errorf("%d machines, want %d", got, before)
	}
	s.says(s.must(0, "undo", "--yes"), "has been undone already")
}

// The next apply asks for it under the name that the first one drew, so that one
// comes, whichever is first.
func TestApplyBeforeTheMachineComes(t *testing.T) {
	s := lateClone(t)
	before := len(s.app.Machines())
	s.must(0, "apply", "--yes", "--regions", "lhr")
	s.pass(2 * time.Minute)
	if got := len(s.app.Machines()); got != before+1 {
		t.Errorf("%d machines, want %d", got, before+1)
	}
	s.must(0, "undo", "--yes")
	if got := len(s.app.Machines()); got != before {
		t.Errorf("%d machines, want %d", got, before)
	}
}
