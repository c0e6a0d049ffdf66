package commands

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"go.lsp.dev/protocol"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/plan"
)

// TestEveryFixIsACodeAction: of every fixture, each safe and each review fix of
// the file is a code action, and makes of the buffer, byte for byte, what apply
// writes for that finding alone; all safe ones together what `apply --yes`
// does.
func TestEveryFixIsACodeAction(t *testing.T) {
	paths, err := filepath.Glob("../testdata/fixers/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	e := openEditor(t, t.TempDir())
	fixes, together := 0, 0
	for _, path := range paths {
		arc, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			w := fixtureFolder(t, arc)
			u := e.open(w.file, w.text)
			e.diagnostics(u)
			fixes += w.eachFix(t, e.actions(u, protocol.QuickFix), e, u)
			together += w.allFixes(t, e.actions(u, "source.fixAll"), e, u)
		})
	}
	if fixes < 300 || together < 50 {
		t.Errorf("only %d fixes alone and %d together", fixes, together)
	}
}

// fixtureWorld is a fixture as a folder, without its app: an editor sees the
// file alone.
type fixtureWorld struct {
	env        *Env
	file, text string
	out        bytes.Buffer
}

func fixtureFolder(t *testing.T, arc *txtar.Archive) *fixtureWorld {
	t.Helper()
	dir := t.TempDir()
	w := &fixtureWorld{file: filepath.Join(dir, "fly.toml")}
	settings := ""
	for line := range strings.Lines(string(arc.Comment)) {
		if ids, ok := strings.CutPrefix(strings.TrimSpace(line), "rules: "); ok {
			for _, id := range strings.FieldsFunc(ids, func(r rune) bool { return r == ',' || r == ' ' }) {
				settings += "[rules." + id + "]\nenabled = true\n"
			}
		}
	}
	for _, f := range arc.Files {
		switch rest, ok := strings.CutPrefix(f.Name, "repo/"); {
		case ok:
			writeFile(t, filepath.Join(dir, rest), string(f.Data))
		case f.Name == "fly.toml":
			w.text = string(f.Data)
			writeFile(t, w.file, w.text)
		case f.Name == "settings.toml":
			settings = string(f.Data)
		}
	}
	if settings != "" {
		writeFile(t, filepath.Join(dir, ".fly-standards.toml"), settings)
	}
	state := t.TempDir()
	w.env = &Env{
		Stdin: strings.NewReader(""), Stdout: &w.out, Stderr: io.Discard, Dir: dir, Home: state, GOOS: "linux",
		Clock: clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)), Getenv: func(string) (string, bool) { return "", false },
	}
	return w
}

// eachFix carries every finding out alone, as apply does with all consent.
func (w *fixtureWorld) eachFix(t *testing.T, actions []protocol.CodeAction, e *editor, u string) (n int) {
	t.Helper()
	o := &sourceOptions{offline: true, allow: []string{"review", "paid"}}
	s, err := load(context.Background(), w.env, &global{quiet: true}, o)
	if err != nil {
		return nothingOffered(t, actions, err)
	}
	all, err := s.plan(o)
	if err != nil {
		return nothingOffered(t, actions, err)
	}
	left := slices.Clone(actions)
	for _, f := range all.Findings {
		if f.Outcome == plan.Ignored || len(f.Edits) == 0 {
			continue
		}
		s.accepted = func(other plan.Finding) bool { return !sameFinding(other, f.Finding) }
		alone, err := s.plan(o)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(alone.Steps, func(step plan.Step) bool { return step.EditFile != nil }) {
			continue
		}
		writeFile(t, w.file, w.text)
		if _, err := carryOut(context.Background(), w.env, &global{quiet: true}, s, alone, apply.Options{}); err != nil {
			t.Fatalf("%s: %v", f.Rule, err)
		}
		want := readFile(t, w.file)
		writeFile(t, w.file, w.text)
		i := slices.IndexFunc(left, func(a protocol.CodeAction) bool {
			own := a.Diagnostics[0].Code == f.Rule && a.Diagnostics[0].Message == f.Message || f.Default != ""
			return own && strings.HasPrefix(a.Title, "Fix "+f.Rule) && e.after(u, a) == want
		})
		if i < 0 {
			t.Errorf("%s (%s): no code action makes of the text what apply writes:\n%s\nthere are %v", f.Rule, f.Message, want, titles(left))
			continue
		}
		left = slices.Delete(left, i, i+1)
		n++
	}
	if len(left) > 0 {
		t.Errorf("code actions that apply knows nothing of: %v", titles(left))
	}
	return n
}

// nothingOffered: where apply could make no plan, an editor must offer no fix.
func nothingOffered(t *testing.T, actions []protocol.CodeAction, why error) int {
	t.Helper()
	if len(actions) > 0 {
		t.Errorf("no plan can be made (%v), and there are code actions: %v", why, titles(actions))
	}
	return 0
}

func sameFinding(a, b plan.Finding) bool {
	return a.Rule == b.Rule && a.Message == b.Message && a.At.Key == b.At.Key && (a.At.Line == b.At.Line) && reflect.DeepEqual(a.At.Machine, b.At.Machine)
}

func titles(all []protocol.CodeAction) []string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = a.Title
	}
	return out
}

func (w *fixtureWorld) allFixes(t *testing.T, actions []protocol.CodeAction, e *editor, u string) int {
	t.Helper()
	code := Main(context.Background(), w.env, []string{"apply", "--yes", "--offline", "--quiet"})
	want := readFile(t, w.file)
	switch {
	case code != 0:
		t.Fatalf("apply --yes: exit code %d", code)
	case len(actions) == 0 && want == w.text:
		return 0
	case len(actions) != 1:
		t.Fatalf("%d actions fix all", len(actions))
	}
	if got := e.after(u, actions[0]); got != want {
		t.Errorf("all safe fixes make\n%s\napply --yes writes\n%s", got, want)
	}
	return 1
}
