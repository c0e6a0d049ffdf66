package fixers

import "github.com/fly-standards/fly-standards/plan"

func editorconfig() plan.Fixer {
	return plan.Fixer{
		ID:       "editorconfig",
		Title:    "editors agree on indentation and line ends",
		Severity: plan.Info,
		OptIn:    true,
		Doc: `An .editorconfig says how files are indented and how lines end, and editors follow it: diffs show what changed, not whose editor it was.

Manual fix: fly-standards init editorconfig writes one for the languages that are here.`,
		Check: func(t plan.Target) []plan.Finding {
			if t.Repo == nil || t.Repo.Around == nil || t.Repo.Around.Editor != "" {
				return nil
			}
			return []plan.Finding{{Message: "there is no .editorconfig"}}
		},
	}
}
