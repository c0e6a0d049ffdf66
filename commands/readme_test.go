package commands

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/picture"
	"github.com/fly-standards/fly-standards/plan"
)

// pages are what people read first: the README and the pages beside it. Those
// of the rules and the decisions have tests of their own.
func pages(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("../docs/*.md")
	if err != nil || len(all) < 5 {
		t.Fatalf("%d pages: %v", len(all), err)
	}
	return append(all, "../README.md")
}

var generated = regexp.MustCompile(`(?s)(<!-- ([a-z]+)(?: (\S+))?: [^>]*-->\n)(.*?)(<!-- end -->\n)`)

// What stands between <!-- NAME: ... --> and <!-- end --> in the README and the
// documents is made here: what the demo prints at 80 columns without colour,
// the list of rules, files that are shown. -update writes it.
func TestREADME(t *testing.T) {
	parts := transcripts(t)
	parts["rules"] = ruleTable(fixers.All())
	used := map[string]bool{}
	for _, page := range pages(t) {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		want := generated.ReplaceAllStringFunc(string(b), func(block string) string {
			m := generated.FindStringSubmatch(block)
			content, ok := parts[m[2]]
			if m[2] == "file" {
				shown, err := os.ReadFile(filepath.Join(filepath.Dir(page), m[3]))
				content, ok = "```yaml\n"+string(shown)+"```\n", err == nil
			}
			if !ok {
				t.Errorf("%s: there is nothing to show for %s %s", page, m[2], m[3])
			}
			used[m[2]] = true
			return m[1] + content + m[5]
		})
		if *update {
			if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(want, string(b)); diff != "" {
			t.Errorf("%s shows something else than the program (-update writes it):\n%s", page, diff)
		}
	}
	for name := range parts {
		if !used[name] {
			t.Errorf("no page shows %s", name)
		}
	}
}

// transcripts are what the demo prints.
func transcripts(t *testing.T) map[string]string {
	t.Helper()
	var out bytes.Buffer
	d, err := newDemo(&Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Width: 80, GOOS: "linux",
		Getenv: func(string) (string, bool) { return "", false },
	}, clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)))
	if err != nil {
		t.Fatal(err)
	}
	defer d.end()
	parts := map[string]string{}
	add := func(name, command string, run func() error) {
		out.Reset()
		if err := run(); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		if strings.Count(out.String(), "\n") < 10 {
			t.Fatalf("%s shows nothing: %q", command, out.String())
		}
		parts[name] = "```text\n$ " + command + "\n" + out.String() + "```\n"
	}
	add("plan", "fly-standards plan", func() error {
		return runPlan(t.Context(), d.env, &global{}, &planOptions{format: formatOptions{format: "human"}, next: "fly-standards apply"})
	})
	add("apply", "fly-standards apply --yes", func() error { return d.apply(t.Context(), &global{}) })
	add("undo", "fly-standards undo --yes", func() error { return d.undo(t.Context(), &global{}) })
	return parts
}

func ruleTable(all []plan.Fixer) string {
	var b strings.Builder
	b.WriteString("\n| rule | severity | the standard |\n|---|---|---|\n")
	for _, f := range all {
		fmt.Fprintf(&b, "| [%s](rules/%s.md) | %s | %s |\n", f.ID, f.ID, f.Severity, strings.ReplaceAll(f.Title, "|", `\|`))
	}
	return b.String() + "\n"
}

// The pictures in the README are drawn of the same plan, in colour. -update
// writes them, and so does `go run ./internal/cmd/picture`, from the program.
func TestREADMEPicture(t *testing.T) {
	var out bytes.Buffer
	env := &Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard, GOOS: "linux",
		Getenv: func(name string) (string, bool) {
			return map[string]string{"CLICOLOR_FORCE": "1"}[name], name == "CLICOLOR_FORCE"
		},
	}
	if err := runDemo(t.Context(), env, &global{}, clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	lines, err := picture.Cut(out.String())
	if err != nil {
		t.Fatal(err)
	}
	for name, theme := range picture.Themes() {
		path := "../docs/plan-" + name + ".svg"
		want := picture.Draw(lines, theme)
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s shows something else than the demo prints (go test ./commands -run README -update writes it): %v", path, err)
		}
	}
}
