package fixers

import "github.com/fly-standards/fly-standards/plan"

func securityScan() plan.Fixer {
	return plan.Fixer{
		ID:       "security-scan",
		Title:    "dependencies are scanned for known vulnerabilities",
		Severity: plan.Info,
		OptIn:    true,
		Doc: `Well-maintained tools find known vulnerabilities: osv-scanner and trivy in dependencies, trivy and grype in images, and the package
managers' own audit commands. Dependabot and Renovate count, since they report them too. What GitHub does by itself can't be seen in
the files.

Manual fix: a step of google/osv-scanner-action in CI, or trivy image registry.fly.io/APP:TAG after the build.`,
		Check: func(t plan.Target) []plan.Finding {
			a := around(t)
			if t.Repo == nil || t.Repo.Around == nil || a.Scans != nil || a.Updates != "" {
				return nil
			}
			return []plan.Finding{{
				Message: "nothing in CI scans dependencies or the image for known vulnerabilities",
				HowTo:   "osv-scanner or trivy in CI; Dependabot or Renovate report them too",
			}}
		},
	}
}
