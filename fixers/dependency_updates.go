package fixers

import "github.com/fly-standards/fly-standards/plan"

func dependencyUpdates() plan.Fixer {
	return plan.Fixer{
		ID:       "dependency-updates",
		Title:    "dependencies are kept up to date",
		Severity: plan.Info,
		OptIn:    true,
		Doc: `A known vulnerability in a dependency is fixed by updating it, and somebody has to remember to. Dependabot and Renovate open a pull
request for each update.

Manual fix: fly-standards init dependabot writes .github/dependabot.yml for the ecosystems that are here.`,
		Check: func(t plan.Target) []plan.Finding {
			if t.Repo == nil || t.Repo.Around == nil || t.Repo.Around.Updates != "" {
				return nil
			}
			return []plan.Finding{{Message: "neither Dependabot nor Renovate keeps the dependencies up to date"}}
		},
	}
}
