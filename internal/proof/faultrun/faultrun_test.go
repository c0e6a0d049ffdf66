package faultrun_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/proof/faultrun"
)

// seeds is how many CI plays; go run ./internal/proof/cmd/faults plays any number.
const seeds = 150

func TestPromisesHold(t *testing.T) {
	root := t.TempDir()
	struck, killed := 0, 0
	for seed := uint64(1); seed <= seeds; seed++ {
		r, err := faultrun.Run(seed, root)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Failures) > 0 {
			t.Errorf("seed %d: %v\n%s", seed, r.Failures, r.Trace)
		}
		if r.Struck > 0 {
			struck++
		}
		if r.Killed {
			killed++
		}
	}
	// A run in which nothing strikes proves nothing.
	if struck < seeds/3 || killed < seeds/20 {
		t.Errorf("of %d seeds %d were struck and %d killed", seeds, struck, killed)
	}
}

// A seed that fails can be looked at again only if it is the same again.
func TestSeedsReplayExactly(t *testing.T) {
	root := t.TempDir()
	for seed := uint64(1); seed <= 20; seed++ {
		a, err := faultrun.Run(seed, root)
		if err != nil {
			t.Fatal(err)
		}
		b, err := faultrun.Run(seed, root)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a.Tape, b.Tape); diff != "" {
			t.Errorf("seed %d: %s", seed, diff)
		}
	}
}

// TestSeedsThatFailed plays the seeds that once found a fault in apply. What a
// seed means may drift with the templates; that costs nothing but its point.
func TestSeedsThatFailed(t *testing.T) {
	root := t.TempDir()
	for seed, found := range map[uint64]string{
		27:   "killed between the two updates of a lone machine, the check was never added",
		1296: "our own update, delivered twice, was taken for refused",
		1544: "the same, while putting back",
		1787: "one odd 404 made a machine count as gone",
		6763: "somebody else's update on top of ours was taken for ours, and rolled back",
	} {
		r, err := faultrun.Run(seed, root)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Failures) > 0 {
			t.Errorf("seed %d (%s): %v\n%s", seed, found, r.Failures, r.Trace)
		}
	}
}
