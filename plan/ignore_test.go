package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/plan"
)

// onLine finds something at each of the lines.
func onLine(id string, lines ...int) plan.Fixer {
	var found []plan.Finding
	for _, l := range lines {
		found = append(found, plan.Finding{Message: id, At: plan.At{Line: l}, Fix: safe(set("kill_timeout", "5"))})
	}
	return says(id, found...)
}

func unused() plan.Fixer {
	return plan.Fixer{ID: plan.UnusedIgnore, Title: "unused", Severity: plan.Info, Check: func(plan.Target) []plan.Finding { return nil }}
}

// said is each finding as "rule line outcome: reason or message".
func said(p *plan.Plan) []string {
	var out []string
	for _, f := range p.Findings {
		text := f.Rule + " " + string(f.Outcome)
		if by := f.IgnoredBy; by != nil {
			text = strings.TrimSpace(fmt.Sprintf("%s by %s %s:%d %s", text, by.Kind, by.File, by.Line, by.Reason))
		}
		if f.Rule == plan.UnusedIgnore {
			text = f.Message
		}
		out = append(out, text)
	}
	return out
}

func TestIgnores(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		src  string
		want []string // of rules a (line 3) and b (no line)
	}{
		"end of the line":    {"\n\nx = 1 # fly-standards: ignore[a] we know\n", []string{"a ignored by comment fly.toml:3 we know", "b planned"}},
		"behind other words": {"\n\nx = 1 # the port # fly-standards: ignore[a] we know\n", []string{"a ignored by comment fly.toml:3 we know", "b planned"}},
		"above":              {"\n# fly-standards: ignore[a]\nx = 1\n", []string{"a ignored by comment fly.toml:2", "b planned"}},
		"above a comment":    {"# fly-standards: ignore[a]\n# more words\nx = 1\n", []string{"a ignored by comment fly.toml:1", "b planned"}},
		"not directly above": {"# fly-standards: ignore[a]\n\nx = 1\n", []string{"a planned", "b planned", "this comment ignores a here; the finding is at line 3"}},
		"another rule":       {"\n\nx = 1 # fly-standards: ignore[b]\n", []string{"a planned", "b planned", "this comment ignores b, which finds nothing here"}},
		"the whole file":     {"# fly-standards: ignore-file[a, b] why not\n\nx = 1\n", []string{"a ignored by comment fly.toml:1 why not", "b ignored by comment fly.toml:1 why not"}},
		"until today":        {"\n\nx = 1 # fly-standards: ignore[a] until=2026-11-02 soon\n", []string{"a ignored by comment fly.toml:3 soon", "b planned"}},
		"until yesterday":    {"\n\nx = 1 # fly-standards: ignore[a] until=2026-11-01\n", []string{"a planned", "b planned", "this comment ignored a until 2026-11-01, and no longer does"}},
		"in a string":        {"\n\nx = '# fly-standards: ignore[a]'\n", []string{"a planned", "b planned"}},
		"unused is ignored":  {"# fly-standards: ignore-file[unused-ignore]\n\nx = 1 # fly-standards: ignore[b]\n", []string{"a planned", "b planned", "this comment ignores b, which finds nothing here"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := build(t, plan.Target{File: parse(t, tc.src)}, plan.Options{FilePath: "fly.toml", Today: now}, onLine("a", 3), onLine("b", 0), unused())
			if diff := cmp.Diff(tc.want, said(p)); diff != "" {
				t.Error(diff)
			}
			if name == "unused is ignored" && p.Findings[2].Outcome != plan.Ignored {
				t.Errorf("outcome %s", p.Findings[2].Outcome)
			}
			if name == "the whole file" && (p.Changes() || p.Totals.Ignored != 2) {
				t.Errorf("an ignored finding is planned: %+v", p.Totals)
			}
		})
	}
}

func TestIgnoresThatCannotBeMeant(t *testing.T) {
	for src, want := range map[string]string{
		"x = 1\n# fly-standards: ignore[helth-checks]\n": `fly.toml:2: there is no rule "helth-checks"`,
		"# fly-standards: ignore[]\n":                    "fly.toml:1: no rule is named",
		"# fly-standards: ignore health-checks\n":        "fly.toml:1: this comment ignores nothing",
		"# fly-standards: skip[health-checks]\n":         "fly.toml:1: this comment ignores nothing",
		"x = 1 # fly-standards: ignore-file[a]\n":        "",
		"x = 1\n# fly-standards: ignore-file[a]\n":       "fly.toml:2: ignore-file is about the whole file",
		"# fly-standards: ignore[a] until=2026-13-01\n":  "fly.toml:1: until=2026-13-01 is not a date",
	} {
		_, err := plan.Build(plan.Target{File: parse(t, src)}, []plan.Fixer{onLine("a", 9), onLine("health-checks", 9)}, plan.Options{})
		var e *plan.IgnoreError
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", src, err)
		case want != "" && (!errors.As(err, &e) || !strings.HasPrefix(e.Error(), want)):
			t.Errorf("%q: got %v, want %s...", src, err, want)
		}
	}
}

func TestNothingIsSaidOfIgnoresThatCouldNotBeTried(t *testing.T) {
	src := "x = 1 # fly-standards: ignore[app-only, left-out]\n"
	appOnly := onLine("app-only")
	appOnly.NeedsApp = true
	p := build(t, plan.Target{File: parse(t, src)}, plan.Options{Skip: []string{"left-out"}}, appOnly, onLine("left-out"), unused())
	if diff := cmp.Diff([]string(nil), said(p)); diff != "" {
		t.Error(diff)
	}
}

func TestDisabledInTheSettings(t *testing.T) {
	p := build(t, plan.Target{File: parse(t, "x = 1\n")},
		plan.Options{Disabled: map[string]string{"a": ".fly-standards.toml"}}, onLine("a", 1), onLine("b", 0))
	if diff := cmp.Diff([]string{"a ignored by settings .fly-standards.toml:0", "b planned"}, said(p)); diff != "" {
		t.Error(diff)
	}
}
