package commands

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

// sampleEnv is the demo's app on a virtual clock, for commands that are
// stopped in the middle.
func sampleEnv(t *testing.T) (env *Env, sim *flysim.Platform, stdout, stderr *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, shopFiles(t)); err != nil {
		t.Fatal(err)
	}
	clk := clock.NewVirtual(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	sim = flysim.New(clk)
	if _, err := sim.Load(demoScenario()); err != nil {
		t.Fatal(err)
	}
	server := sim.Serve()
	t.Cleanup(server.Close)
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	vars := map[string]string{
		"FLY_FLAPS_BASE_URL": server.URL, "FLY_API_BASE_URL": server.URL, "FLY_API_TOKEN": "t", "XDG_STATE_HOME": filepath.Join(dir, "state"),
	}
	return &Env{
		Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr, Dir: dir, Home: dir, Clock: clk, GOOS: "linux",
		Getenv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
	}, sim, stdout, stderr
}

func TestInterruptedPlan(t *testing.T) {
	env, _, stdout, stderr := sampleEnv(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if code := Main(ctx, env, []string{"plan"}); code != exitInterrupted {
		t.Errorf("exit code %d, want %d\n%s", code, exitInterrupted, stderr)
	}
	if stdout.Len() > 0 {
		t.Errorf("an interrupted plan prints a document:\n%s", stdout)
	}
	if !strings.Contains(stderr.String(), "interrupted; nothing was changed") {
		t.Errorf("stderr: %s", stderr)
	}
}

func TestInterruptedApply(t *testing.T) {
	env, sim, stdout, stderr := sampleEnv(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	// The user presses Ctrl-C while the first machine is being updated.
	sim.Fault(flysim.Fault{Method: "POST", Path: `/machines/4d8901a2$`, Effect: flysim.Then(cancel)})
	if code := Main(ctx, env, []string{"apply", "--yes"}); code != exitInterrupted {
		t.Fatalf("exit code %d, want %d\n%s", code, exitInterrupted, stderr)
	}
	if held := sim.HeldLeases(); len(held) > 0 {
		t.Errorf("leases left: %v", held)
	}
	for _, want := range []string{"Stopped part-way.", "machine 4d8901a2 updated", "machines 7843e9b1 and 91857c30 untouched", "finishes it"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in:\n%s", want, stdout)
		}
	}

	stdout.Reset()
	if code := Main(context.Background(), env, []string{"apply", "--yes"}); code != 0 {
		t.Fatalf("the second apply: exit code %d\n%s", code, stderr)
	}
	stdout.Reset()
	if code := Main(context.Background(), env, []string{"plan", "--detailed-exitcode"}); code != 0 {
		t.Errorf("after it there is still something to do:\n%s", stdout)
	}
}

// A reader that goes away must not stop an apply half-way.
func TestApplyOutlivesItsReader(t *testing.T) {
	env, sim, _, stderr := sampleEnv(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	env.Stderr = w
	_ = r.Close()
	// Only the progress goes to the closed pipe; the document is kept.
	if code := Main(context.Background(), env, []string{"apply", "--yes"}); code != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if held := sim.HeldLeases(); len(held) > 0 {
		t.Errorf("leases left: %v", held)
	}
}
