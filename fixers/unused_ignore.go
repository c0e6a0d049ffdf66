package fixers

import "github.com/fly-standards/fly-standards/plan"

// unusedIgnore looks at nothing by itself: only plan.Build knows which ignore
// comments did something, and makes its findings.
func unusedIgnore() plan.Fixer {
	return plan.Fixer{
		ID:       plan.UnusedIgnore,
		Title:    "every ignore comment ignores something",
		Severity: plan.Info,
		Doc: `A comment in fly.toml keeps a rule from being reported and fixed there:

- ` + "`# fly-standards: ignore[rule-a, rule-b] reason`" + ` at the end of a line is about that line, and standing alone about the next one;
- ` + "`# fly-standards: ignore-file[rule-a] reason`" + ` above the first key is about the whole file, and the way to ignore what is missing;
- ` + "`until=2027-01-31`" + ` behind the bracket ends it after that day.

Once the finding is gone, or the day has come, such a comment only says something that is no longer so, and would hide the next finding there.
Of a rule that didn't run, or that needs the live app when it was not looked at, nothing is said. A rule that there isn't is an error.

Manual fix: take the comment out.`,
		Check: func(plan.Target) []plan.Finding { return nil },
	}
}
