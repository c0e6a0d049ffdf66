package fixers

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func gitignore() plan.Fixer {
	return plan.Fixer{
		ID:        "gitignore",
		Title:     "git ignores env files, installed packages and build output",
		Severity:  plan.Info,
		MoreAsked: true,
		Doc: `A file that git does not ignore is one "git add ." away from the history, where it stays. The rule looks for env files with values
or with an example beside them, for private keys and the key of Rails' credentials, for installed packages, and for Python bytecode.

Ignoring a file that git already tracks changes nothing: git rm --cached removes it from the next commit, and the history keeps it.

Never added: .fly/, where Fly's own launchers keep what the image runs, and anything that a line with ! includes.

Manual fix: write the names into .gitignore at the root, one a line.`,
		Check: checkGitignore,
	}
}

func checkGitignore(t plan.Target) []plan.Finding {
	a := around(t)
	if len(a.Unignored) == 0 || !asked(t, "gitignore") && (!a.Repository || !slices.ContainsFunc(a.Unignored, func(u plan.Unignored) bool { return namesEnv(u.Pattern) || namesKey(u.Pattern) })) {
		return nil // a folder that no git keeps, or what is only in the way
	}
	var names []string
	f := plan.Finding{At: plan.At{File: a.Gitignore, Line: 1, Column: 1}}
	fix := &plan.Fix{Safety: plan.Safe}
	for _, u := range a.Unignored {
		names = append(names, u.Pattern)
		fix.Lines = append(fix.Lines, plan.LineEdit{File: a.Gitignore, New: u.Pattern})
		e := u.Evidence
		e.Text = "sign of " + u.Pattern
		f.Evidence = append(f.Evidence, e)
	}
	f.Message = "git does not ignore " + strings.Join(names, ", ")
	if a.Makeable[a.Gitignore] {
		f.Message += ": there is no .gitignore"
		f.At = plan.At{}
	}
	if a.Repository && canEdit(t, fix.Lines) {
		f.Fix = fix
	}
	for _, env := range a.EnvFiles {
		if env.Tracked && !env.Sample && strings.HasSuffix(env.File, ".env") && len(env.Entries) > 0 {
			f.Notes = append(f.Notes, env.File+" is in git already: git rm --cached takes it out of the next commit")
		}
	}
	if f.Fix == nil {
		f.HowTo = "add to .gitignore: " + strings.Join(names, ", ")
	}
	return []plan.Finding{f}
}
