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

- ` + "`# fly-standards: ignore[rule-a, rule-b] reason`" + ` at the end of a line applies to that line; alone on a line, to the next one;
- ` + "`# fly-standards: ignore-file[rule-a] reason`" + ` above the first key applies to the whole file, and is the way to ignore what is missing;
- ` + "`until=2027-01-31`" + ` after the closing bracket ends it after that day.

Once the finding is gone, or the day has passed, such a comment only hides the next finding there. Rules that didn't run, or that need
the live app when it wasn't read, are not judged. A rule that doesn't exist is an error.

Manual fix: delete the comment.`,
		Check: func(plan.Target) []plan.Finding { return nil },
	}
}
