package fixers_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/secretscan"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

const pagesDir = "../docs/rules"

// page is docs/rules/<id>.md: the rule's own text, and what a user sees of its
// first fixture.
func page(t *testing.T, fx plan.Fixer, f *fixture, c costs) string {
	t.Helper()
	var b strings.Builder
	target := f.target(t)
	p, err := plan.Build(target, fixers.All(), f.options())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "<!-- Made from fixers/ and testdata/fixers/%s.txtar by `go test ./fixers -update`. Don't edit. -->\n", f.name)
	fmt.Fprintf(&b, "# %s\n\n%s. Severity: %s.\n\n%s\n\n", fx.ID, fx.Heading(), fx.Severity, fx.Doc)
	comment, _, _ := strings.Cut(string(f.arc.Comment), "\n\n")
	fmt.Fprintf(&b, "## Example\n\n%s\n\n", strings.TrimSpace(comment))
	fmt.Fprintf(&b, "%s`fly-standards plan --verbose` says:\n\n```text\n%s```\n\n", f.subject(p), shown(t, p, target))
	b.WriteString(c.section())
	b.WriteString(strings.ReplaceAll(ignoring(), "RULE", fx.ID))
	return b.String()
}

// subject is the file that the findings are about, as the user has it.
func (f *fixture) subject(p *plan.Plan) string {
	for _, o := range p.Findings {
		name := cmp.Or(o.File, "fly.toml")
		text, ok := f.file(name)
		if name != "fly.toml" {
			text, ok = f.file("repo/" + name)
		}
		if ok {
			return fmt.Sprintf("%s:\n\n```%s\n%s\n```\n\n", name, strings.TrimPrefix(filepath.Ext(name), "."), bytes.TrimRight(text, "\n"))
		}
	}
	return ""
}

// shown is the plan as a terminal of 80 columns has it.
func shown(t *testing.T, p *plan.Plan, target plan.Target) string {
	t.Helper()
	var b bytes.Buffer
	hidden := func(_, name, value string) bool {
		return secretscan.Classify(name, value).Verdict == secretscan.Certain
	}
	err := view.Human(&b, p, view.Options{
		Width: 80, Verbose: true, File: target.File, Mask: view.NewMask(target.File, hidden, secretscan.Redact),
		Next: "fly-standards apply", More: "fly-standards apply",
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// ignoring is how to have a rule leave a place, a file or a project alone.
func ignoring() string {
	return strings.ReplaceAll(`## To ignore it

| what | how |
|---|---|
| one line of fly.toml | ~# fly-standards: ignore[RULE] reason~ at its end, or alone above it |
| the whole file, and what is missing in it | ~# fly-standards: ignore-file[RULE] reason~ above its first key |
| for a while | ~until=2027-01-31~ after the closing bracket of either |
| a project | ~[rules.RULE]~ with ~enabled = false~ in ~.fly-standards.toml~; ~[files."fly.staging.toml".rules.RULE]~ for one file of it |
| once | ~--skip RULE~ |
`, "~", "`")
}

// Whoever reads a page may have no time to learn a tool.
func TestEveryRuleSaysHowToDoItByHand(t *testing.T) {
	for _, fx := range fixers.All() {
		if !strings.Contains(fx.Doc, "Manual fix: ") {
			t.Errorf("%s does not say how to do it by hand", fx.ID)
		}
	}
}

// TestPages holds a page for every rule, as -update writes it, and no others.
func TestPages(t *testing.T) {
	first, all := map[string]*fixture{}, map[string][]*fixture{}
	for _, f := range fixtures(t) {
		all[f.rule] = append(all[f.rule], f)
		if f.name == f.rule {
			first[f.rule] = f
		}
	}
	have, err := filepath.Glob(pagesDir + "/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, fx := range fixers.All() {
		f := first[fx.ID]
		if f == nil || fx.Doc == "" {
			t.Errorf("rule %s needs a Doc and a fixture %s.txtar", fx.ID, fx.ID)
			continue
		}
		path := filepath.Join(pagesDir, fx.ID+".md")
		want = append(want, path)
		text := page(t, fx, f, costsOf(t, fx.ID, all[fx.ID]))
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("rule %s has no page (-update writes it): %v", fx.ID, err)
			continue
		}
		if diff := gocmp.Diff(text, string(got)); diff != "" {
			t.Errorf("%s is not what its sources make (-update writes it):\n%s", path, diff)
		}
	}
	if !*update {
		if diff := gocmp.Diff(want, have); diff != "" {
			t.Errorf("pages of no rule: %s", diff)
		}
	}
}
