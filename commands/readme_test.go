package commands

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/clock"
)

const readme = "../README.md"

// The transcripts in the README are what the demo prints, at 80 columns and
// without colour. -update writes them.
func TestREADME(t *testing.T) {
	var out bytes.Buffer
	d, err := newDemo(&Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Width: 80, GOOS: "linux",
		Getenv: func(string) (string, bool) { return "", false },
	}, clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)))
	if err != nil {
		t.Fatal(err)
	}
	defer d.end()
	if err := runPlan(t.Context(), d.env, &global{}, &planOptions{format: formatOptions{format: "human"}, next: "fly-standards apply"}); err != nil {
		t.Fatal(err)
	}
	plan := "$ fly-standards plan\n" + out.String()
	out.Reset()
	if err := d.apply(t.Context(), &global{}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	apply := "$ fly-standards apply --yes\n" + out.String()
	out.Reset()
	if err := d.undo(t.Context(), &global{}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	undo := "$ fly-standards undo --yes\n" + out.String()

	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for _, part := range [][2]string{{"plan", plan}, {"apply", apply}, {"undo", undo}} {
		want = withTranscript(t, want, part[0], part[1])
	}
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("the README shows something else than the demo prints (-update writes it):\n%s", diff)
	}
}

// withTranscript puts a transcript into the block of text behind its mark.
func withTranscript(t *testing.T, text, name, transcript string) string {
	t.Helper()
	before, rest, found := strings.Cut(text, "<!-- "+name+": ")
	mark, rest, opened := strings.Cut(rest, "```text\n")
	_, after, closed := strings.Cut(rest, "```\n")
	if !found || !opened || !closed {
		t.Fatalf("the README has no place for the transcript of %s", name)
	}
	return before + "<!-- " + name + ": " + mark + "```text\n" + transcript + "```\n" + after
}
