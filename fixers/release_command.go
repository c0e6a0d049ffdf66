package fixers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func releaseCommand() plan.Fixer {
	return plan.Fixer{
		ID:       "release-command",
		Title:    "a deploy migrates the database first",
		Severity: plan.Info,
		Doc: `[deploy] release_command runs once per deploy, on a temporary machine with the new image and the app's secrets, before any machine is
updated. When it fails, the deploy stops, and the old version keeps serving. That is the place for migrations.

Run manually, they are forgotten. Run when the app starts, they run on every machine at the same time, and a migration that fails takes
the machines down one after the other.

The machine of the release command has no volume: it can't see a database file. So an app with SQLite gets no such advice, nor does one
that already runs its migrations; a release_command that migrates a file on a volume is an error. It has the size of the app's
machines unless [deploy.release_command_vm] says otherwise, and Node and Ruby tools run out of memory in 256 MB.

Nothing is changed for you: the command would run against the live database at the next deploy, which is for you to decide.

Manual fix: [deploy] release_command = "...", with a command that the image has.`,
		Check: checkReleaseCommand,
	}
}

func checkReleaseCommand(t plan.Target) []plan.Finding {
	out := append(missingRelease(t), releaseOnVolume(t)...)
	return append(out, releaseMemory(t)...)
}

// releaseOnVolume finds a release command whose database is a file on a volume:
// the machine that runs it has none.
func releaseOnVolume(t plan.Target) []plan.Finding {
	v := t.Deployed().Get("deploy.release_command")
	command, _ := v.Str()
	if !migrates(command) {
		return nil
	}
	var folders []string
	for _, m := range t.Deployed().Get("mounts").Items() {
		if folder, ok := m.Key("destination").Str(); ok {
			folders = append(folders, folder)
		}
	}
	f := plan.Finding{
		At:    placeOf(t.File, v.Path(), ""),
		HowTo: "migrate in the image's start script, or as the first part of the command in [processes]: there the volume is mounted",
	}
	for _, file := range databaseFiles(t) {
		if covered(file.path, folders) {
			f.Severity = plan.Error
			f.Message = "release_command runs on a machine without volumes, and the database of " + file.name + " is on one: it migrates an empty file, or fails"
			f.Evidence = []plan.Evidence{{File: cmp.Or(file.at.File, t.File.Name()), Line: file.at.Line, Text: file.name + " is below a mount"}}
			return []plan.Finding{f}
		}
	}
	if t.Repo != nil && t.Repo.SQLite != nil && len(folders) > 0 {
		f.Severity = plan.Warning
		f.Message = "release_command runs on a machine without volumes, and the app keeps its data in a SQLite file: it migrates an empty file, or fails"
		f.Evidence = []plan.Evidence{*t.Repo.SQLite}
		return []plan.Finding{f}
	}
	return nil
}

// hungry are programs of release commands that are known to run out of memory
// on the smallest machine.
const hungry = " npx npm pnpm yarn bunx node prisma rails rake bundle bin/rails ./bin/rails bin/rake ./bin/rake java flyway liquibase dotnet "

// releaseMemory finds a hungry command on a machine of 256 MB without swap.
func releaseMemory(t plan.Target) []plan.Finding {
	c := t.Deployed()
	v := c.Get("deploy.release_command")
	command, _ := v.Str()
	words := strings.Fields(command)
	if !migrates(command) || len(words) == 0 || !isOneOf(hungry, words[0]) || c.Get("swap_size_mb").Said() {
		return nil
	}
	size := c.Get("deploy.release_command_vm")
	if !size.Said() && len(c.Get("vm").Items()) == 0 {
		return nil // the machines have the size that they were made with
	}
	if memory := c.ReleaseMemory(); memory == 0 || memory > 256 {
		return nil
	}
	return []plan.Finding{{
		Message: "release_command runs " + words[0] + " in 256 MB, which is known to run out of memory",
		At:      placeOf(t.File, v.Path(), ""),
		HowTo:   "[deploy.release_command_vm] with memory = \"1gb\", for that machine alone, or swap_size_mb = 512 at the top of the file",
	}}
}

// missingRelease finds migrations that nothing runs.
func missingRelease(t plan.Target) []plan.Finding {
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
	if t.Repo.Unread != "" {
		f.Notes = append(f.Notes, "not all of the source was read: "+t.Repo.Unread+"; what runs them may be in the rest")
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
