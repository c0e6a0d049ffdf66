package fixers

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func releaseCommand() plan.Fixer {
	return plan.Fixer{
		ID:       "release-command",
		Title:    "a deploy brings the database up to date first",
		Severity: plan.Info,
		Doc: `[deploy] release_command runs once in a deploy, on a machine of its own with the new image and the app's secrets, before any machine
is updated. When it fails, the deploy stops, and the old version goes on serving. That is the place for migrations.

Run manually, they are forgotten. Run when the app starts they run once on every machine at the same time, and a migration that fails
takes the machines down one after the other.

The machine of the release command has no volume: it can't see a database file. So an app with SQLite gets no such advice, and neither
does one that was seen to run its migrations already.

Nothing is changed for you: the command runs against the live database at the next deploy, which a person should choose.

Manual fix: [deploy] release_command = "...", with a command that the image has.`,
		Check: checkReleaseCommand,
	}
}

func checkReleaseCommand(t plan.Target) []plan.Finding {
	if t.Repo == nil || t.Repo.Migrations == nil || t.Repo.SQLite != nil || t.Repo.Migrations.RunBy != nil {
		return nil
	}
	if !slices.ContainsFunc(services(t.File), isPublic) {
		return nil // a database or a worker: the app that serves has its own file
	}
	c := t.Deployed()
	if v := c.Get("deploy.release_command"); v.Mistyped() || strings.TrimSpace(textAt(t, "deploy.release_command")) != "" {
		return nil
	}
	if slices.ContainsFunc(c.Commands(func(string) bool { return true }), migrates) {
		return nil
	}
	m := t.Repo.Migrations
	f := plan.Finding{
		Message:  "no release_command, but the app has " + m.Tool + " migrations",
		At:       placeOf(t.File, "deploy.release_command", "deploy"),
		Evidence: []plan.Evidence{{File: m.File, Line: m.Line}, {Text: "nothing was found that runs them"}},
		HowTo:    "[deploy] release_command = " + quote(m.Command),
		Notes:    []string{"it runs before each deploy, on a machine of the new image, which must have that command"},
	}
	if m.Tool == "Ecto" {
		f.Notes = append(f.Notes, "mix phx.gen.release makes bin/migrate")
	}
	return []plan.Finding{f}
}

// migrates says whether a start command speaks of migrations.
func migrates(command string) bool {
	return strings.Contains(command, "migrat") || strings.Contains(command, "db:prepare") || strings.Contains(command, "upgrade head")
}
