package commands

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/plan"
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
	if err := runDemo(context.Background(), env, &global{}, clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	got := stdout.String()
	for _, want := range []string{
		"3 machines in iad", "[[http_service.checks]]", "Done.", "Undone.", "never fewer than 2 of 3 machines healthy, in 6 restarts",
		"secrets: DATABASE_URL, SESSION_SECRET", "every process still finds the same DATABASE_URL",
		"fly.toml is what it was, byte for byte, without the two lines of the secrets", "no lease was left behind",
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

// Ten rules at work: most are carried out, some wait for consent, one is for
// a person; and no line is wider than the terminal.
func TestDemoShowsTenRulesAtAnyWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120} {
		var out, progress bytes.Buffer
		d, err := newDemo(&Env{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &progress, Width: width, GOOS: "linux",
			Getenv: func(string) (string, bool) { return "", false },
		}, clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.end)
		_, p, err := (&applyOptions{format: formatOptions{format: "human"}}).prepare(t.Context(), d.env, &global{})
		if err != nil {
			t.Fatal(err)
		}
		rules, fates := map[string]bool{}, map[plan.Disposition]int{}
		for _, f := range p.Findings {
			rules[f.Rule] = true
			fates[f.Outcome]++
		}
		if len(rules) < 10 || fates[plan.Planned] < 6 || fates[plan.NeedsConsent] == 0 || fates[plan.HeldBack] == 0 || fates[plan.ByHand] == 0 {
			t.Errorf("the sample shows %d rules, with the outcomes %v", len(rules), fates)
		}
		if err := runPlan(t.Context(), d.env, &global{}, &planOptions{format: formatOptions{format: "human"}}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "\n"); width == 80 && n > 55 {
			t.Errorf("the plan has %d lines; in ten seconds nobody reads more than 55", n)
		}
		if err := d.apply(t.Context(), &global{}); err != nil {
			t.Fatalf("%v\n%s", err, &progress)
		}
		if err := d.undo(t.Context(), &global{}); err != nil {
			t.Fatalf("%v\n%s", err, &progress)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d columns in a terminal of %d: %s", n, width, line)
			}
		}
	}
}
