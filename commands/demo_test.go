package commands

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/clock"
)

func TestDemoNeedsNothingAndLeavesNothing(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var stdout, stderr bytes.Buffer
	env := &Env{
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: "/nonexistent", Clock: clock.Wall{}, GOOS: "linux",
		Getenv: func(name string) (string, bool) {
			if name == "FLY_API_TOKEN" || name == "FLY_FLAPS_BASE_URL" {
				return "", true // must not be used: the demo has its own
			}
			return "", false
		},
	}
	if err := runDemo(context.Background(), env, &global{}, 60); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	got := stdout.String()
	for _, want := range []string{
		"3 machines in iad", "[[http_service.checks]]", "Done.", "never fewer than 2 of 3 machines healthy, 3 restarts",
		"secrets: DATABASE_URL, SESSION_SECRET", "every process still finds the same DATABASE_URL", "no lease was left behind",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the demo does not say %q:\n%s", want, got)
		}
	}
	if strings.Contains(got+stderr.String(), "not-a-real-password-1") {
		t.Error("the demo shows a secret")
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestDemoFileAndScenarioAgree(t *testing.T) {
	b, err := demoFiles.ReadFile("demo/fly.toml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(demoDatabase)) {
		t.Error("demo/fly.toml has another DATABASE_URL than the sample app")
	}
}
