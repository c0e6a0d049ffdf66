package fixers

import (
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func dockerignore() plan.Fixer {
	return plan.Fixer{
		ID:       "dockerignore",
		Title:    "the image takes in no secrets, history or installed packages",
		Severity: plan.Warning,
		Doc: `COPY . . takes everything of the build context that the ignore file does not leave out: an .env with its values, .git with the whole
history, node_modules of another system. What comes into the stage that runs can be read by whoever gets in; what comes into a stage that
builds is in the cache of the builder, and makes each upload longer.

flyctl reads one ignore file: build.ignorefile, or .dockerignore in the folder that it deploys from. One beside a Dockerfile further down
is read by nobody.

Never left out: .fly/, which Fly's own launchers copy; what a COPY names; .env files as a pattern, for a frontend's public one may be
wanted.

Manual fix: write the names into that file, one a line.`,
		Check: checkDockerignore,
	}
}

func checkDockerignore(t plan.Target) []plan.Finding {
	image, sent := builtHere(t), around(t).Sent
	if image == nil || len(sent) == 0 {
		return nil
	}
	var names []string
	f := plan.Finding{Severity: plan.Info, At: inFile(sent[0].Copy)}
	for _, s := range sent {
		names = append(names, s.Pattern)
		if s.Runs && s.Pattern != "node_modules" {
			f.Severity = plan.Warning
			f.At = inFile(s.Copy)
		}
		e := s.Copy
		e.Text = s.Pattern + ": " + s.Why
		f.Evidence = append(f.Evidence, e)
	}
	if f.Severity == plan.Info && !asked(t, "dockerignore") {
		return nil // a longer upload, or a stage that only builds: for who asks
	}
	f.Message = "the build takes in " + strings.Join(names, ", ")
	file := image.Ignore
	if file == "" {
		file = ".dockerignore in the folder that is deployed from"
		f.Message += ", and there is no .dockerignore that flyctl reads"
	}
	f.HowTo = "add to " + file + ": " + strings.Join(names, ", ")
	for _, dead := range image.Dead {
		f.Notes = append(f.Notes, dead+" is read by nobody")
	}
	return []plan.Finding{f}
}
