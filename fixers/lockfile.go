package fixers

import "github.com/fly-standards/fly-standards/plan"

func lockfile() plan.Fixer {
	return plan.Fixer{
		ID:       "lockfile",
		Title:    "the image installs what the lockfile pins",
		Severity: plan.Info,
		OptIn:    true,
		Doc: `Without a lockfile, or with an install that ignores it, two builds of one commit differ: each takes the latest versions of the day, of
your dependencies' dependencies too.

The rule looks at the manifests of this app whose ecosystem has a lockfile (not Maven, Gradle and NuGet, not members of a workspace, not
generated ones), and at the installs of JavaScript packages in the Dockerfile.

Manual fix: commit the lockfile, copy it before the install, and use npm ci, yarn --immutable (--frozen-lockfile), pnpm or bun
install --frozen-lockfile.`,
		Check: checkLockfile,
	}
}

func checkLockfile(t plan.Target) []plan.Finding {
	a := around(t)
	var out []plan.Finding
	for _, m := range a.NoLock {
		f := plan.Finding{Message: m.File + " has no lockfile (" + m.Lock + ")", At: plan.At{File: m.File, Line: 1}}
		if m.IgnoredBy != "" {
			f.Message += ": " + m.IgnoredBy + " ignores it"
		}
		out = append(out, f)
	}
	if builtHere(t) == nil {
		return out
	}
	for _, i := range a.Installs {
		out = append(out, plan.Finding{Message: "the image installs without the lockfile: " + i.Why, At: inFile(i.Evidence), Evidence: []plan.Evidence{i.Evidence}})
	}
	return out
}
