package faultrun_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/faultrun"
)

// seeds is how many CI plays; go run ./internal/cmd/faults plays any number.
const seeds = 200

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
	for seed := uint64(1); seed <= 40; seed++ {
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
