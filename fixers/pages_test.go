package fixers_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/plan"
)

const pagesDir = "../docs/rules"

// page is docs/rules/<id>.md: the rule's own text, and its first fixture.
func page(fx plan.Fixer, f *fixture, c costs) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Made from fixers/ and testdata/fixers/%s.txtar by `go test ./fixers -update`. Don't edit. -->\n", f.name)
	fmt.Fprintf(&b, "# %s\n\n%s. Severity: %s.\n\n%s\n\n", fx.ID, fx.Heading(), fx.Severity, fx.Doc)
	comment, _, _ := strings.Cut(string(f.arc.Comment), "\n\n")
	fmt.Fprintf(&b, "## Example\n\n%s\n\n", strings.TrimSpace(comment))
	before, _ := f.file("fly.toml")
	if after, ok := f.file("fly.toml.want"); ok {
		diff := udiff.Unified("fly.toml", "fly.toml, after", string(before), string(after))
		fmt.Fprintf(&b, "```diff\n%s```\n\n", diff)
	} else {
		fmt.Fprintf(&b, "```toml\n%s```\n\n", before)
	}
	want, _ := f.file("plan.want")
	fmt.Fprintf(&b, "```text\n%s```\n\n", want)
	b.WriteString(c.section())
	b.WriteString(strings.ReplaceAll(ignoring(), "RULE", fx.ID))
	return b.String()
}

// ignoring is how to have a rule leave a place, a file or a project alone.
func ignoring() string {
	return strings.ReplaceAll(`## To ignore it

| what | how |
|---|---|
| one line of fly.toml | ~# fly-standards: ignore[RULE] reason~ at its end, or alone above it |
| the whole file, and what is missing in it | ~# fly-standards: ignore-file[RULE] reason~ above its first key |
| for a while | ~until=2027-01-31~ behind the bracket of either |
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
		text := page(fx, f, costsOf(t, fx.ID, all[fx.ID]))
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
		if diff := cmp.Diff(text, string(got)); diff != "" {
			t.Errorf("%s is not what its sources make (-update writes it):\n%s", path, diff)
		}
	}
	if !*update {
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("pages of no rule: %s", diff)
		}
	}
}
