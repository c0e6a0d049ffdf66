package fixers

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func environments() plan.Fixer {
	return plan.Fixer{
		ID:       "environments",
		Title:    "every environment has its own app",
		Severity: plan.Warning,
		Doc: `Fly has no environments inside an app: staging and production are two apps, each with its own machines, secrets, volumes and
addresses. What tells them apart is the name in the file.

Two files that name the same app overwrite each other. A deploy makes the app match its file: the last one deployed wins, services and
env of the other are gone, and machines of process groups that it does not have are destroyed.

A staging file without an app name deploys to whatever -a or FLY_APP says, which one day is production.

Nothing is changed for you: only you know which file is the live one.

Manual fix: fly apps create NAME-staging, app = "NAME-staging" in the staging file, and fly deploy -c fly.staging.toml. Delete a file that
is no longer deployed.`,
		Check: checkEnvironments,
	}
}

func checkEnvironments(t plan.Target) []plan.Finding {
	if t.Repo == nil {
		return nil
	}
	own := textAt(t, "app")
	var out []plan.Finding
	for _, s := range t.Repo.Siblings {
		switch {
		case path.Dir(s.File) != "." && !deployedElsewhere(t.Repo, s.File):
			// Another folder is another project, or another part of this one.
		case s.App != "" && s.App == own:
			out = append(out, plan.Finding{
				Message:  s.File + " names the same app, " + own + ": whichever file is deployed last wins",
				At:       placeOf(t.File, "app", ""),
				Evidence: []plan.Evidence{{File: s.File, Text: "app = " + quote(s.App)}},
				Notes:    []string{"each environment needs its own app; delete a file that is no longer deployed"},
			})
		case s.App == "" && forTrials(s.File) && !namedElsewhere(t.Repo, s.File):
			out = append(out, plan.Finding{
				Message:  s.File + " names no app: it goes to whatever app the command or FLY_APP says",
				At:       placeOf(t.File, "app", ""),
				Evidence: plan.Saw("no workflow or script that was read deploys it with -a"),
				Notes:    []string{`write app = "NAME-staging", or the like, into ` + s.File},
			})
		}
	}
	return out
}

// forTrials says whether a file is named for an environment in which things
// are tried: fly.staging.toml, fly-dev.toml.
func forTrials(name string) bool {
	words := strings.FieldsFunc(strings.TrimSuffix(path.Base(name), path.Ext(name)), func(r rune) bool { return strings.ContainsRune(".-_", r) })
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains(strings.Fields("staging stage stg dev develop development test testing qa uat preview review sandbox canary"), strings.ToLower(w))
	})
}

// deployedElsewhere says whether a command of the repository names the file.
func deployedElsewhere(r *plan.Repo, file string) bool {
	return slices.ContainsFunc(r.Uses, func(u plan.Use) bool { return u.Named && u.Config == file })
}

// namedElsewhere says whether a command deploys the file with an app's name.
func namedElsewhere(r *plan.Repo, file string) bool {
	return slices.ContainsFunc(r.Uses, func(u plan.Use) bool { return u.Config == file && u.App != "" })
}
