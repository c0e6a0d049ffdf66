package commands

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/secretscan"
)

// samples are the fly.toml of the fixtures and, where it is at hand, of a
// corpus of real ones.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	fixtures, err := filepath.Glob("../testdata/fixers/*.txtar")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, path := range fixtures {
		arc, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range arc.Files {
			if f.Name == "fly.toml" {
				out[path] = f.Data
			}
		}
	}
	corpus, _ := filepath.Glob("../../shared/corpus/*.toml")
	for _, path := range corpus {
		if out[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// secretsOf are the values of env that are surely secrets, long enough not to
// be found by chance.
func secretsOf(src []byte) []string {
	f, err := flytoml.Parse("fly.toml", src)
	if err != nil {
		return nil
	}
	var out []string
	env, _ := f.Get("env")
	for _, key := range env.Keys() {
		n, _ := env.Key(key)
		v, _ := n.Str()
		if len(v) >= 12 && secretscan.Classify(key, v).Verdict == secretscan.Certain {
			out = append(out, v)
		}
	}
	return out
}

// Whatever the file: a plan is made or the file is refused, it fits the
// terminal, a saved one reads back, the file stays, and no secret is shown.
func TestEverySamplePlans(t *testing.T) {
	for name, src := range samples(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "fly.toml")
			if err := os.WriteFile(path, src, 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			env := &Env{
				Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: dir, Home: dir, Clock: clock.Wall{}, Width: 40,
				Getenv: func(string) (string, bool) { return "", false },
			}
			args := []string{"plan", "--offline", "--verbose", "--allow", "review,paid", "--out", "plan.json", "-q"}
			code := Main(context.Background(), env, args)
			if code != 0 && !strings.Contains(stderr.String(), "fly.toml:") {
				t.Fatalf("exit code %d\n%s", code, stderr.String())
			}
			for line := range strings.Lines(stdout.String()) {
				words := strings.Fields(line)
				whole := len(words) <= 2 || words[0] == "more:" // a word or a command is never cut
				if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); n > 40 && !whole {
					t.Errorf("a line has %d columns: %q", n, line)
				}
			}
			if code == 0 {
				if _, err := readPlan(filepath.Join(dir, "plan.json"), "plan.json"); err != nil {
					t.Error(err)
				}
			}
			saved, _ := os.ReadFile(filepath.Join(dir, "plan.json"))
			for _, v := range secretsOf(src) {
				if strings.Contains(stdout.String()+stderr.String()+string(saved), v) {
					t.Errorf("a secret value is shown")
				}
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, src) {
				t.Errorf("planning changed the file: %v", err)
			}
		})
	}
}
