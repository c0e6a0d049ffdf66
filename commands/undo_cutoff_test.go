package commands_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// The platform goes away for good at one request after the other. Whatever
// was done by then, an undo takes it back when the platform is there again.
func TestUndoOfAHalfDoneApply(t *testing.T) {
	for n := 1; ; n++ {
		s := newShop(t, healthz)
		before := s.configs()
		gone := s.platform.Fault(flysim.Fault{Match: isWrite, Nth: n, Times: -1, Effect: flysim.DropBefore()})
		code, _, _ := s.run("apply", "--yes", "--regions", "lhr", "--wait-timeout", "30s")
		s.platform.ClearFaults()
		if gone.Hits() == 0 {
			if n < 11 {
				t.Errorf("an apply of %d writes is none", n-1)
			}
			return
		}
		if err := s.clk.Sleep(t.Context(), time.Minute); err != nil { // what it could not release runs out
			t.Fatal(err)
		}
		if code == 0 {
			t.Errorf("write %d: the apply succeeded without a platform", n)
		}
		if code, out, errOut := s.run("undo", "--yes"); code != 0 {
			t.Errorf("write %d: exit %d\n%s\n%s", n, code, out, errOut)
			continue
		}
		if diff := cmp.Diff(before, s.configs()); diff != "" {
			t.Errorf("write %d: the machines are not as before: %s", n, diff)
		}
		if got := s.read("fly.toml"); got != shopToml && got != shopWithoutSecrets {
			t.Errorf("write %d: fly.toml is neither:\n%s", n, got)
		}
		if held := s.platform.HeldLeases(); len(held) > 0 {
			t.Errorf("write %d: leases left: %v", n, held)
		}
	}
}

// cut takes all entries behind line n from the newest journal, as if the
// process had been killed there.
func (s *shop) cut(n int) (lines int) {
	s.t.Helper()
	paths, err := journal.List(filepath.Join(s.dir, "state", "fly-standards"), "shop")
	if err != nil || len(paths) == 0 {
		s.t.Fatalf("no journal: %v", err)
	}
	path := paths[len(paths)-1]
	b, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	all := strings.SplitAfter(string(b), "\n")
	if err := os.WriteFile(path, []byte(strings.Join(all[:min(n, len(all))], "")), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return len(all) - 1
}

func TestKilledApplyIsNoticed(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	// Leaves at once, and then forgets that it could say so.
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines/148e000b$`, Times: -1, Effect: flysim.Status(500, "no")})
	s.run("apply", "--yes", "--no-rollback")
	s.platform.ClearFaults()
	s.cut(7) // begin, three of the secrets, two of the file, and the first intent
	s.says(s.must(0, "plan"), "The last apply of shop, started 2026-11-02 09:00 UTC, was interrupted: 2 secrets stored, fly.toml written, 1 machine not confirmed.",
		"`fly-standards apply` finishes it, `fly-standards undo` undoes it")
	s.says(s.must(0, "undo", "--list"), "interrupted")
	s.must(0, "undo", "--yes")
	if diff := cmp.Diff(shopWithoutSecrets, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
	s.isBack(before)
	if out := s.must(0, "plan"); strings.Contains(out, "was interrupted") {
		t.Errorf("it is told of still:\n%s", out)
	}
}

// What is left for a person is said by the run that ends it, whichever stored the
// secrets and wrote the file. An undo that was cut off is told of too.
func TestAResumedApplyRepeatsTheAdvice(t *testing.T) {
	advice := []string{"Next steps", "Commit and push fly.toml", "Rotate DATABASE_URL and SESSION_SECRET"}
	s := newShop(t, healthz)
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines/148e000b$`, Times: -1, Effect: flysim.Status(500, "no")})
	s.run("apply", "--yes", "--no-rollback")
	s.platform.ClearFaults()
	s.cut(7)
	s.says(s.must(0, "apply", "--yes"), append(advice, "Done.")...)
	if out := s.must(0, "apply", "--yes"); strings.Contains(out, "Next steps") {
		t.Errorf("it is said again:\n%s", out)
	}
	s.cut(s.cut(1<<10) - 1) // of its end alone
	s.says(s.must(0, "apply", "--yes"), append(advice, "Nothing to apply")...)
	s.must(0, "undo", "--yes")
	s.cut(6)
	s.says(s.must(0, "plan"), "The last undo of shop, started", "was interrupted", "`fly-standards undo` finishes it")
}

// An undo has nothing to take back of a run that stored secrets and came no further,
// so none is offered.
func TestCutOffBehindTheSecrets(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes")
	s.cut(4)
	if out := s.must(0, "plan"); !strings.Contains(out, "2 secrets stored. `fly-standards apply` finishes it.") {
		t.Errorf("got\n%s", out)
	}
	s.says(s.must(0, "undo", "--yes"), "Nothing to undo")
}

// What a run changes that goes on in another process is not what one has left.
func TestARunThatGoesOnHasLeftNothing(t *testing.T) {
	s := newShop(t) // nothing answers at /healthz
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines/148e000a$`, Nth: 2, Times: -1, Effect: flysim.Status(403, "no")})
	s.must(4, "apply", "--yes")
	s.platform.ClearFaults()
	s.cut(s.cut(1<<10) - 1) // of its end
	unlock, err := journal.Lock(filepath.Join(s.dir, "state", "fly-standards"), "shop", journal.Holder{PID: 4711, Since: s.clk.Now(), Doing: "apply"})
	if err != nil {
		t.Fatal(err)
	}
	const left = "undone first"
	if out := s.must(0, "plan", "--skip", "health-checks"); strings.Contains(out, left) {
		t.Errorf("got\n%s", out)
	}
	unlock()
	s.says(s.must(0, "plan", "--skip", "health-checks"), left)
}

func TestTwoAtOnce(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--skip", "health-checks")
	unlock, err := journal.Lock(filepath.Join(s.dir, "state", "fly-standards"), "shop", journal.Holder{PID: 4711, Since: s.clk.Now(), Doing: "apply"})
	if err != nil {
		t.Fatal(err)
	}
	writes := len(s.platform.Writes())
	for _, args := range [][]string{{"apply", "--yes"}, {"undo", "--yes"}, {"undo", "--yes", "20200101T000000Z"}} {
		s.says(s.must(1, args...), "process 4711 runs fly-standards apply for shop on this computer, since 2026-11-02", "nothing was changed")
	}
	if len(s.platform.Writes()) != writes {
		t.Error("something was written beside the one that holds the lock")
	}
	s.must(0, "plan")
	unlock()
	s.must(0, "apply", "--yes")
}
