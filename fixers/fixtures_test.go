package fixers_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/plan"
)

// describe is a plan in words, for plan.want.
func describe(p *plan.Plan) string {
	var b strings.Builder
	for _, f := range p.Findings {
		fmt.Fprintf(&b, "%s  %s  %s  line %d\n    %s\n", f.Rule, f.Safety, f.Outcome, f.Line, f.Message)
		if i := slices.IndexFunc(fixers.All(), func(fx plan.Fixer) bool { return fx.ID == f.Rule }); fixers.All()[i].Severity != f.Severity {
			fmt.Fprintf(&b, "    severity: %s\n", f.Severity)
		}
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "    seen: %s\n", e)
		}
		var flags []string
		for _, flag := range f.Flags {
			flags = append(flags, flag.Name+" "+flag.Value)
		}
		ignored := ""
		if by := f.IgnoredBy; by != nil {
			ignored = strings.TrimSpace(fmt.Sprintf("%s:%d %s", by.File, by.Line, by.Reason))
		}
		for _, x := range []struct{ label, text string }{
			{"why", f.Reason}, {"ignored", ignored}, {"flags", strings.Join(flags, " ")}, {"how", f.HowTo}, {"settings", f.Settings},
		} {
			if x.text != "" {
				fmt.Fprintf(&b, "    %s: %s\n", x.label, x.text)
			}
		}
		for _, n := range f.Notes {
			fmt.Fprintf(&b, "    note: %s\n", n)
		}
		if f.CostMonthly > 0 {
			fmt.Fprintf(&b, "    cost: $%.2f a month\n", f.CostMonthly)
		}
	}
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "step %s  (%s)\n", s.ID, strings.Join(s.Rules, ", "))
	}
	for _, r := range p.Rollouts {
		fmt.Fprintf(&b, "rollout %s: %d started, %d stopped, %d at once, floor %d, %d restarts, gap %v, wakes one %v\n",
			r.Group, r.Started, r.Stopped, r.AtOnce, r.Floor, r.Restarts, r.Gap, r.WakesOne)
	}
	// Fingerprints are drawn anew by every process.
	return regexp.MustCompile(`\([0-9a-f]{8}\)`).ReplaceAllString(b.String(), "(digest)")
}

func (w *world) apply(t *testing.T, p *plan.Plan) error {
	t.Helper()
	_, err := apply.Run(context.Background(), p, w.deps())
	return err
}

// deps are those of one run, with a journal of its own.
func (w *world) deps() apply.Deps {
	d := apply.Deps{
		File: apply.OnDisk(filepath.Join(w.dir, "fly.toml")), Others: apply.OthersOnDisk(w.dir, nil), Clock: w.clk,
		Journal: journal.New(filepath.Join(w.dir, ".state"), journalOf, w.clk),
	}
	if w.client != nil {
		d.Machines, d.Secrets = w.client, w.client
	}
	return d
}

// TestFixtures runs every fixture through plan and apply, with checks that no
// fixture has to ask for.
func TestFixtures(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			u := f.undisturbed(t)
			f.want(t, "plan.want", describe(u.plan))
			if len(u.planned) > 0 {
				t.Errorf("planning wrote: %v", u.planned)
			}
			if u.planChanged {
				t.Error("planning changed fly.toml")
			}
			if u.err != nil {
				t.Fatalf("apply: %v", u.err)
			}
			result := u.file
			if src, _ := f.file("fly.toml"); result == string(src) {
				result = ""
			}
			f.want(t, "fly.toml.want", result)
			f.otherWant(t, u.plan, u.others)
			f.want(t, "calls.want", strings.Join(u.calls, ""))
			onlyAskedFor(t, u.plan, u.target.File, []byte(u.file))
			f.save(t)
			if u.again.Changes() {
				t.Errorf("planning again is not empty:\n%s", describe(u.again))
			}
			for _, problem := range u.left {
				t.Error(problem)
			}
		})
	}
}

// TestFixturesWithOtherLineEnds plans and applies the file's half of every
// fixture as CRLF, and without the last newline.
func TestFixturesWithOtherLineEnds(t *testing.T) {
	for _, f := range fixtures(t) {
		src, _ := f.file("fly.toml")
		for name, src := range map[string][]byte{"crlf": crlf(src), "no final newline": bytes.TrimRight(src, "\n")} {
			t.Run(f.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				target := f.target(t)
				target.File = parseWith(t, "", src)
				p, err := plan.Build(target, fixers.All(), f.options())
				if err != nil {
					t.Fatal(err)
				}
				want, err := target.File.Apply(fileEdits(p)...)
				if err != nil {
					t.Fatal(err)
				}
				onlyAskedFor(t, p, target.File, want.Bytes())
				if name == "crlf" && bytes.Count(want.Bytes(), []byte("\n")) != bytes.Count(want.Bytes(), []byte("\r\n")) {
					t.Errorf("a line end is not CRLF:\n%q", want.Bytes())
				}
			})
		}
	}
}

// TestOfflineDoesNotPanic plans every fixture without its app.
func TestOfflineDoesNotPanic(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			target := f.target(t)
			target.App, target.Stored, target.Left, target.Offline = nil, nil, nil, "no token"
			p, err := plan.Build(target, fixers.All(), f.options())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range p.Steps {
				if s.Kind != plan.StepFile && s.Kind != plan.StepOtherFile {
					t.Errorf("an offline plan has step %s", s.ID)
				}
			}
		})
	}
}

func fileEdits(p *plan.Plan) []flytoml.Edit {
	for _, s := range p.Steps {
		if s.Kind == plan.StepFile {
			return s.EditFile.Edits
		}
	}
	return nil
}

// onlyAskedFor checks that the file differs from before in the lines that the
// plan counted and no others, and that it gained no key that flyctl ignores.
func onlyAskedFor(t *testing.T, p *plan.Plan, before *flytoml.File, after []byte) {
	t.Helper()
	file, err := flytoml.Parse("fly.toml", after)
	if err != nil {
		t.Fatalf("the result is no TOML: %v", err)
	}
	lost := lost(before.Bytes(), after)
	// A line that moves, or a blank one, may be lost here and gained there.
	if len(lost) > p.Totals.LinesRemoved {
		t.Errorf("the plan says %d lines removed, gone are %q", p.Totals.LinesRemoved, lost)
	}
	had := map[string]bool{}
	before.Walk(func(n flytoml.Node) { had[n.Path()] = true })
	file.Walk(func(n flytoml.Node) {
		if _, known := flyschema.Lookup(n.Path()); !known && !had[n.Path()] {
			t.Errorf("the result has a key that flyctl does not know: %s", n.Path())
		}
	})
}

// lost are the lines of before that a longest common subsequence with after
// leaves out: the least that any account of the change must name.
func lost(before, after []byte) []string {
	split := func(b []byte) []string {
		return strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n"), "\n")
	}
	x, y := split(before), split(after)
	common := make([][]int, len(x)+1) // of x[i:] and y[j:]
	for i := range common {
		common[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); x[i] == y[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var gone []string
	for i, j := 0, 0; i < len(x); {
		switch {
		case j < len(y) && x[i] == y[j]:
			i, j = i+1, j+1
		case j < len(y) && common[i][j+1] == common[i][j]:
			j++
		default:
			gone = append(gone, x[i])
			i++
		}
	}
	return gone
}

// TestEveryRuleHasItsFixtures fails for a rule without a fixture, and for a
// fixture without a rule.
func TestEveryRuleHasItsFixtures(t *testing.T) {
	seen := map[string]int{}
	for _, f := range fixtures(t) {
		seen[f.rule]++
	}
	for _, fx := range fixers.All() {
		if seen[fx.ID] < 3 {
			t.Errorf("rule %s has %d fixtures; it needs its ordinary case, an edge case, and one with nothing to do", fx.ID, seen[fx.ID])
		}
		delete(seen, fx.ID)
	}
	if diff := cmp.Diff(map[string]int{}, seen); diff != "" {
		t.Errorf("fixtures of no rule: %s", diff)
	}
}

// writes are the writing calls that the platform saw, in order, a line each,
// with what it answered.
func (w *world) writes() []string {
	if w.platform == nil {
		return nil
	}
	var out []string
	for _, r := range w.platform.Requests() {
		if r.Method != http.MethodGet {
			out = append(out, fmt.Sprintf("%s %d\n", r.Line(), r.Status))
		}
	}
	return out
}

// settle lets check results and states come to rest.
func (w *world) settle() {
	if w.platform != nil {
		w.platform.Settle(time.Minute)
	}
}

// leftBehind is what an apply must never leave, and has left.
func (w *world) leftBehind(t *testing.T) []string {
	t.Helper()
	if w.platform == nil {
		return nil
	}
	var problems []string
	if held := w.platform.HeldLeases(); len(held) > 0 {
		problems = append(problems, fmt.Sprintf("leases are still held: %v", held))
	}
	for _, v := range w.platform.Violations() {
		problems = append(problems, fmt.Sprintf("the platform saw: %v", v))
	}
	return append(problems, w.valuesLeft(t)...)
}

// leavesNothing fails for what is left behind.
func (w *world) leavesNothing(t *testing.T) {
	t.Helper()
	for _, problem := range w.leftBehind(t) {
		t.Error(problem)
	}
}

// valuesLeft looks for the secrets that the apply set: in any request but the
// one to the secrets endpoint, and in the journal, base64 or not.
func (w *world) valuesLeft(t *testing.T) []string {
	t.Helper()
	var problems []string
	src, _ := w.f.file("fly.toml")
	for _, name := range w.app.SecretNames() {
		value, _ := w.app.SecretValue(name)
		if !bytes.Contains(src, []byte(value)) {
			continue // it was there before
		}
		for _, r := range w.platform.Seen(value) {
			problems = append(problems, fmt.Sprintf("the value of %s went out in %s", name, r.Line()))
		}
		err := filepath.WalkDir(filepath.Join(w.dir, ".state"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if holds(b, value) {
				problems = append(problems, fmt.Sprintf("the journal holds the value of %s", name))
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return problems
}

// holds looks for a text in bytes, and in what is base64 in them.
func holds(b []byte, text string) bool {
	for _, word := range bytes.Split(b, []byte{'"'}) {
		plain, err := base64.StdEncoding.DecodeString(string(word))
		if err == nil && bytes.Contains(plain, []byte(text)) {
			return true
		}
	}
	return bytes.Contains(b, []byte(text))
}
