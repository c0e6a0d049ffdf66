package fixers

import (
	"fmt"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func envFile() plan.Fixer {
	return plan.Fixer{
		ID:       "env-file",
		Title:    "no env file with secrets is in git",
		Severity: plan.Error,
		Doc: `Anyone who can read the repository, now or later, can read what is in it. Most env files in git hold nothing of value; this rule reports
only those with an entry that is certainly a secret.

Removing the file from git does not remove it from the history. Treat the secrets in it as compromised.

Manual fix: rotate them at their issuers, git rm --cached FILE, add it to .gitignore, and set the new values with fly secrets set.`,
		Check: checkEnvFile,
	}
}

func checkEnvFile(t plan.Target) []plan.Finding {
	a := around(t)
	var out []plan.Finding
	for _, file := range a.EnvFiles {
		if file.Sample || !file.Tracked && (a.Git || file.Ignored) {
			continue
		}
		var names []string
		line := 0
		for _, e := range file.Entries {
			if !e.Secret {
				continue
			}
			if line == 0 {
				line = e.Line
			}
			names = append(names, e.Name)
		}
		if len(names) == 0 {
			continue
		}
		f := plan.Finding{
			Message:  fmt.Sprintf("%s is in git and holds %s", file.File, listed(names)),
			At:       plan.At{File: file.File, Line: line},
			HowTo:    "rotate them, then git rm --cached " + file.File,
			Evidence: []plan.Evidence{{File: file.File, Line: line, Text: strings.Join(names[:min(len(names), 5)], ", ")}},
		}
		if file.Shared {
			f.HowTo = "rotate them, then move them to " + file.File + ".local, which git ignores, or set them with fly secrets set"
		}
		if !a.Git {
			f.Severity = plan.Warning
			f.Message = fmt.Sprintf("%s holds %s, and git does not ignore it", file.File, listed(names))
		}
		out = append(out, f)
	}
	return out
}

func listed(names []string) string {
	if len(names) == 1 {
		return "a secret: " + names[0]
	}
	return fmt.Sprintf("%d secrets", len(names))
}
