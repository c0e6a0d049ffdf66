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
	lines := strings.Split(out.String(), "\n")
	if len(lines) > 55 {
		t.Errorf("%d lines, more than a screen", len(lines))
	}
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"GET /healthz on port 8080 answers 500 on 1 of 3 machines of web", "database: too many connections",
		"worker does nothing: its only machine is stopped, and nothing starts it", "fly machine start d5683606",
		"the machines of web have different images or releases", "scripts/deploy.sh:4 deploys this file to toy-shop-eu",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
	if i, j := strings.Index(got, "answers 500"), strings.Index(got, "auto-rollback"); i > j {
		t.Errorf("what is broken does not come first:\n%s", out.String())
	}
	if _, err := sceneOf("nothing"); err == nil {
		t.Error("a scene that there is not is taken")
	}
}
