package kills_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/commands"
	"github.com/fly-standards/fly-standards/internal/proof/kills"
)

// TestMain lets this test binary be the program: what main runs, with a clock
// that goes faster.
func TestMain(m *testing.M) {
	if clk := kills.ChildClock(); clk != nil {
		os.Exit(commands.Process(os.Args[1:], func(e *commands.Env) { e.Clock = clk }))
	}
	os.Exit(m.Run())
}

// self is the program that TestMain can be.
func self(t *testing.T) kills.Program {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return kills.Program{Path: path, Speed: 20}
}

func site(t *testing.T, machines int) *kills.Site {
	t.Helper()
	s, err := kills.NewSite(t.TempDir(), self(t), machines)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Whenever the process is killed, another apply reaches the end that it would
// have reached itself. `go run ./internal/proof/cmd/kills` does it to the real
// binary, at any number of instants.
func TestKilledAtAnyInstant(t *testing.T) {
	whole := site(t, 2)
	want, requests, changes, err := whole.Whole()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := want.Secrets["DATABASE_URL"]; !ok || strings.Contains(want.File, "DATABASE_URL") || len(want.Leases)+len(want.Wrong) > 0 {
		t.Fatalf("the apply that nobody killed did not do its work: %+v", want)
	}
	if runtime.GOOS == "linux" && changes == 0 {
		t.Fatal("no change on disk was seen")
	}
	// The last one is when the secret is stored, and its answer is not there yet.
	for i, at := range append(kills.Instants(18, requests, changes), kills.Instant{Request: 14, Effect: true}) {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			s := site(t, 2)
			got, err := s.Kill(at)
			if err != nil {
				t.Fatal(err)
			}
			// How often it waits, and how much it writes then, differs from run
			// to run: only an instant near the end may come too late.
			if !got.Struck && at.Request < requests*3/4 && at.Change < changes*3/4 {
				t.Errorf("instant %d was never reached", i)
			}
			if diff := cmp.Diff(want, got.End); diff != "" {
				t.Errorf("killed %s (%s), the end is another one:\n%s", at, got.Where, diff)
			}
		})
	}
}

// A process that is killed while it writes fly.toml leaves a file beside it;
// the next one takes that away, and what somebody else put there stays.
func TestWhatAKilledWriteLeft(t *testing.T) {
	t.Parallel()
	s := site(t, 1)
	for _, name := range []string{".fly.toml.1234567.tmp", ".fly.toml.mine.tmp"} {
		if err := os.WriteFile(filepath.Join(s.Dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Apply(); err != nil {
		t.Fatal(err)
	}
	end, err := s.End()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{".fly.toml.mine.tmp", "fly.toml", "server.js"}, end.Names); diff != "" {
		t.Error(diff)
	}
}
