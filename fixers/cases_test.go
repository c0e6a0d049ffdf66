package fixers_test

import (
	"bytes"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// fileOnly are the rules whose verdict is the file's alone: what runs makes no
// difference to them. Every other rule needs a fixture with machines.
func fileOnly() []string {
	return []string{
		"auto-rollback", "build-conflict", "config-shape", "deploy-blockers", "internal-port", "process-command", plan.UnusedIgnore,
		"dependency-updates", "deploy-workflow", "dockerfile-base", "dockerfile-secrets", "dockerfile-stages", "dockerfile-user", "dockerignore",
		"editorconfig", "env-file", "flyctl-version", "gitignore", "guidance-file", "lockfile", "security-scan", "statics-path",
	}
}

// TestEveryRuleHasItsCases wants of every rule, by the names of its fixtures,
// the case it is about (<id>), a case with nothing to do (<id>.nothing), at
// least one edge, and one with machines unless it never looks at them. Ignored
// is what TestIgnoredByComment makes of each of them.
func TestEveryRuleHasItsCases(t *testing.T) {
	of := map[string][]*fixture{}
	for _, f := range fixtures(t) {
		of[f.rule] = append(of[f.rule], f)
	}
	for _, fx := range fixers.All() {
		named := func(name string) *fixture {
			i := slices.IndexFunc(of[fx.ID], func(f *fixture) bool { return f.name == name })
			if i < 0 {
				t.Errorf("rule %s has no fixture %s.txtar", fx.ID, name)
				return nil
			}
			return of[fx.ID][i]
		}
		if f := named(fx.ID); f != nil && len(f.planned(t, fx.ID)) == 0 {
			t.Errorf("%s.txtar is to show what the rule finds; it finds nothing", f.name)
		}
		if f := named(fx.ID + ".nothing"); f != nil && len(f.planned(t, fx.ID)) > 0 {
			t.Errorf("%s.txtar: the rule finds something", f.name)
		}
		if len(of[fx.ID]) < 3 {
			t.Errorf("rule %s has no edge case: two fixtures are not enough", fx.ID)
		}
		live := slices.ContainsFunc(of[fx.ID], (*fixture).live)
		if alone := slices.Contains(fileOnly(), fx.ID); live == alone {
			t.Errorf("rule %s has a fixture with machines: %v; it is among those that never look at them: %v", fx.ID, live, alone)
		}
	}
}

// planned is what a rule says of the fixture, without what the user ignores.
func (f *fixture) planned(t *testing.T, rule string) []plan.Outcome {
	t.Helper()
	return findingsOf(f.plan(t), rule)
}

func findingsOf(p *plan.Plan, rule string) []plan.Outcome {
	return slices.DeleteFunc(slices.Clone(p.Findings), func(f plan.Outcome) bool {
		return f.Rule != rule || f.Outcome == plan.Ignored
	})
}

// TestIgnoredByComment puts an ignore-file at the top of every fixture in
// which its rule finds something: nothing of the rule may be planned then, and
// the comment counts as used. With a day in the past all comes back.
func TestIgnoredByComment(t *testing.T) {
	today := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			src, _ := f.file("fly.toml")
			target, options := f.target(t), f.options()
			options.Today = today
			options.Only = append(slices.Clone(options.Only), plan.UnusedIgnore)
			build := func(comment string) *plan.Plan {
				target := target
				target.File = parseWith(t, comment, src)
				p, err := plan.Build(target, fixers.All(), options)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			before := findingsOf(build(""), f.rule)
			if len(before) == 0 {
				return
			}
			ignored := build("# fly-standards: ignore-file[" + f.rule + "] we know\n")
			if left := findingsOf(ignored, f.rule); len(left) > 0 {
				t.Errorf("ignored by comment, and yet there is %+v", left)
			}
			for _, s := range ignored.Steps {
				if slices.Contains(s.Rules, f.rule) {
					t.Errorf("step %s is still for the rule", s.ID)
				}
			}
			if unused := findingsOf(ignored, plan.UnusedIgnore); f.rule != plan.UnusedIgnore && len(unused) > 0 {
				t.Errorf("the comment is called unused: %s", unused[0].Message)
			}
			expired := build("# fly-standards: ignore-file[" + f.rule + "] until=2026-11-01 we know\n")
			same := cmpopts.IgnoreFields(plan.Outcome{}, "Finding.At", "Finding.Evidence", "Finding.Fix", "Reason") // they name lines
			mine := slices.DeleteFunc(findingsOf(expired, f.rule), func(o plan.Outcome) bool { return f.rule == plan.UnusedIgnore && o.Line == 1 })
			for _, all := range [][]plan.Outcome{before, mine} {
				for i := range all {
					all[i].Message = regexp.MustCompile(`line \d+`).ReplaceAllString(all[i].Message, "line N")
				}
			}
			if diff := cmp.Diff(before, mine, same); diff != "" {
				t.Errorf("the day after, not all came back (-without comment +expired):\n%s", diff)
			}
		})
	}
}

// options are those that the fixture's flags ask for.
func (f *fixture) options() plan.Options {
	only := f.flags["rules"]
	if len(only) == 0 {
		only = []string{f.rule}
	}
	allow := f.flags["allow"]
	return plan.Options{
		Tool: "fly-standards test", FilePath: "fly.toml", Only: only,
		Allow:     plan.Consent{Review: slices.Contains(allow, "review"), Paid: slices.Contains(allow, "paid")},
		NoRestart: f.flags["no-restart"] != nil,
	}
}

// parseWith is the file with a comment above all else.
func parseWith(t *testing.T, comment string, src []byte) *flytoml.File {
	t.Helper()
	file, err := flytoml.Parse("fly.toml", append([]byte(comment), bytes.TrimPrefix(src, []byte("\ufeff"))...))
	if err != nil {
		t.Fatal(err)
	}
	return file
}
