package fixers

import (
	"cmp"
	"regexp"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

func dockerignore() plan.Fixer {
	return plan.Fixer{
		ID:        "dockerignore",
		Title:     "the build gets no secrets, git history or installed packages",
		Severity:  plan.Warning,
		MoreAsked: true,
		Doc: `COPY . . copies everything in the build context that the ignore file does not exclude: an .env with its values, a private key, .git with
the whole history, node_modules of another system. What lands in the final stage can be read by whoever breaks in; what lands in a build stage is
in the builder's cache, and makes each upload slower.

flyctl reads one ignore file: build.ignorefile, or .dockerignore in the folder that it deploys from. One beside a
Dockerfile further down is not read.

Never excluded: .fly/, which Fly's own launchers copy; what a COPY names; .env files as a pattern, since a frontend's public one may
be wanted.

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
		if s.Runs && !strings.HasSuffix(s.Pattern, "node_modules") {
			f.Severity = plan.Warning
			f.At = inFile(s.Copy)
		}
		e := s.Copy
		e.Text = s.Pattern + " (" + s.Why + "), copied"
		f.Evidence = append(f.Evidence, e)
	}
	if f.Severity == plan.Info && !asked(t, "dockerignore") {
		return nil // a longer upload, or a stage that only builds: for who asks
	}
	f.Message = "the build would copy " + strings.Join(names, ", ")
	if image.Ignore == "" {
		f.Message += ": there is no .dockerignore that flyctl reads"
	}
	if f.Fix = ignoredByBuild(t, image); f.Fix == nil {
		f.HowTo = "add to " + cmp.Or(image.Ignore, image.IgnoreAt) + ": " + strings.Join(names, ", ")
	}
	for _, dead := range image.Dead {
		f.Notes = append(f.Notes, dead+" is not read: flyctl reads one ignore file only")
	}
	return []plan.Finding{f}
}

// buildsWithGit finds commands that read the history, or write it into what
// they make.
var buildsWithGit = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bgit\b|\bgo\s+(?:build|install)\b|setuptools[_-]scm|GIT_|\bmake\b|goreleaser|\bnx\b|\blerna\b`)
})

// installsPackages finds commands that install the packages of JavaScript.
var installsPackages = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:npm\s+(?:ci|i|install)|yarn|pnpm\s+(?:i|install|fetch)|bun\s+(?:i|install))\b`)
})

// ignoredByBuild is what takes the names out of the build: nil where it can't be
// written. Nothing in the build may want them for it to be safe: an env file may
// be read by what runs, the history by what builds, and packages that nobody
// installs are those that come along.
func ignoredByBuild(t plan.Target, image *plan.Image) *plan.Fix {
	if _, named := t.File.Get("build.ignorefile"); named && image.Ignore == "" {
		return nil // it names a file that is not there: that comes first
	}
	fix := &plan.Fix{Safety: plan.Safe}
	doubt := func(why string) {
		fix.Safety = plan.Review
		if fix.Why == "" {
			fix.Why = why
		}
	}
	var runs strings.Builder
	for _, step := range append(append([]plan.Instruction{}, image.Builds...), image.Runs...) {
		if step.Name == "RUN" {
			runs.WriteString(strings.Join(step.Args, " ") + "\n")
		}
	}
	for _, s := range around(t).Sent {
		fix.Lines = append(fix.Lines, plan.LineEdit{File: image.IgnoreAt, New: s.Pattern})
		switch {
		case s.Pattern == ".git" && buildsWithGit().MatchString(runs.String()):
			doubt("a command of the build may read the history")
		case strings.HasSuffix(s.Pattern, "node_modules") && !installsPackages().MatchString(runs.String()):
			doubt("nothing in the build installs the packages, so those that come along may be the ones it runs with")
		case namesEnv(s.Pattern):
			doubt("the app may read the " + s.Pattern + " that comes along: set its values with fly secrets set first")
		case namesKey(s.Pattern):
			doubt("the app may read the " + s.Pattern + " that comes along: set it with fly secrets set first")
		}
	}
	if image.Ignore == "" && image.Context != "." {
		doubt("it is made in " + image.Context + ", from where the app seems to be deployed")
	}
	if !canEdit(t, fix.Lines) {
		return nil
	}
	return fix
}
