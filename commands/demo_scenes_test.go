package commands

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
)

func shopFiles(t *testing.T) fs.FS {
	t.Helper()
	shop, err := sceneOf("shop")
	if err != nil {
		t.Fatal(err)
	}
	return shop.files
}

// The plan of an app on a bad day tells on its first screen what is broken, and
// whose file it is.
func TestBrokenScene(t *testing.T) {
	var out, progress bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &progress, Width: 80, GOOS: "linux", Getenv: func(string) (string, bool) { return "", false }}
	clk := clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))
	if err := showScene(context.Background(), env, &global{}, clk, "broken"); err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	_, shown, _ := strings.Cut(out.String(), "$ fly-standards plan\n\n")
	lines := strings.Split(shown, "\n")
	if len(lines) > 55 {
		t.Errorf("%d lines, more than a screen", len(lines))
	}
	got := strings.Join(strings.Fields(strings.Join(lines[:24], " ")), " ")
	for _, want := range []string{
		"GET /healthz on port 8080 answers 500 on 1 of 3 machines of web", "database: too many connections",
		"worker is down: its only machine is stopped, and nothing starts it", "run: fly machine start d5683606",
		"machine 91857c30 of web runs release 32, the others release 41", "fly.toml is also deployed to toy-shop-eu (scripts/deploy.sh:4)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the first screen does not say %q:\n%s", want, shown)
		}
	}
	if !strings.HasSuffix(shown, "Next: fly machine start d5683606\n") {
		t.Errorf("the next thing is not what is broken:\n%s", shown)
	}
	if _, err := sceneOf("nothing"); err == nil {
		t.Error("a scene that there is not is taken")
	}
}
