package repo

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What the Dockerfile takes in from the repository, and how it installs.

// unbuilt: fly.toml lies beside a program, and nothing says how its image is made.
func (v *surveyor) unbuilt() {
	if v.sc.dockerfile != "" || slices.ContainsFunc(v.telling, func(f string) bool { return isDockerfile(path.Base(f)) }) {
		return
	}
	own := relSlash(v.base, v.sc.dir)
	if i := slices.IndexFunc(v.telling, func(f string) bool { return path.Dir(f) == own && isManifestOf(path.Base(f)) }); i >= 0 {
		v.out.Unbuilt = &plan.Evidence{File: v.shown(v.telling[i])}
	}
}

// sent is what a COPY of a folder of the context brings along and should not.
func (v *surveyor) sent() {
	sc := v.sc
	chain := sc.image.runs.chain()
	for _, s := range sc.image.used() {
		runs := slices.Contains(chain, s)
		for _, one := range s.chain() {
			runs := runs || slices.Contains(chain, one)
			for _, c := range one.copies {
				if c.from != "" || strings.ContainsAny(c.src, "*?[") || !isDir(sc.abs(path.Join(sc.context, c.src))) {
					continue
				}
				v.sentBy(c, runs || sc.image.carries(one, c))
			}
		}
	}
}

// carries says whether what a COPY of a build stage brings along goes on into
// the stage that runs, which copies the folder whole.
func (im *image) carries(s *stage, c copied) bool {
	return slices.ContainsFunc(im.runs.allCopies(), func(on copied) bool {
		from := im.stage(on.from)
		return on.from != "" && from != nil && slices.Contains(from.chain(), s) && within(path.Clean(on.src), c.dst)
	}) && !slices.ContainsFunc(s.steps, func(step plan.Instruction) bool {
		return step.Name == "RUN" && strings.Contains(strings.Join(step.Args, " "), "rm -")
	})
}

// sentBy looks at one COPY of a folder. What a COPY names on purpose, and what
// is ignored already, is left out.
func (v *surveyor) sentBy(c copied, runs bool) {
	sc := v.sc
	dir := path.Join(sc.context, c.src)
	line := plan.Evidence{File: sc.image.file, Line: c.line}
	for _, one := range v.unwanted(dir) {
		in, _ := below2(one.rel, sc.context)
		if v.copiedOnPurpose(in) || !sc.sent(one.rel) || sc.reincluded(one.rel) || slices.ContainsFunc(v.out.Sent, func(s plan.Sent) bool { return s.Pattern == one.pattern }) {
			continue
		}
		v.out.Sent = append(v.out.Sent, plan.Sent{Pattern: one.pattern, Copy: line, Runs: runs, Why: one.why})
	}
}

type unwanted struct{ rel, pattern, why string }

// unwanted is what of a folder belongs into no image: there now, or sure to be
// there where somebody works.
func (v *surveyor) unwanted(dir string) []unwanted {
	var out []unwanted
	rel := relSlash(v.base, v.sc.abs(dir))
	if v.sc.git == v.sc.abs(dir) {
		out = append(out, unwanted{path.Join(dir, ".git"), ".git", "the history of the repository"})
	}
	if v.has(path.Join(rel, "package.json")) && v.dependsOn(path.Join(rel, "package.json")) {
		out = append(out, unwanted{path.Join(dir, "node_modules"), v.nodeModules(rel), "what is installed on the machine that deploys"})
	}
	env := ""
	for _, file := range v.telling {
		base := path.Base(file)
		inner, in := below2(file, rel)
		if key, in := below2(v.key(file), rel); in && key != "" {
			why := "a private key"
			if path.Base(key) != base {
				why = "it decrypts " + base
			}
			pattern, _ := below2(path.Join(dir, key), v.sc.context)
			out = append(out, unwanted{path.Join(dir, key), pattern, why})
		}
		switch {
		case !in || !isEnvFile(base):
		case inner != ".env" && !isSample(base) && !elsewhere(file) && v.hasSecret(file):
			pattern, _ := below2(path.Join(dir, inner), v.sc.context)
			out = append(out, unwanted{path.Join(dir, inner), pattern, "an env file with secrets"})
		case path.Dir(file) != rel:
		case base == ".env" && v.hasSecretLike(file):
			env = "an env file with values"
		case isSample(base) && strings.HasPrefix(base, ".env") && env == "":
			env = "the env file that " + base + " is the example of"
		}
	}
	if env == "" && v.dotenv(rel) {
		env = "the env file that the code loads"
	}
	if env != "" && !v.shared(path.Join(rel, ".env")) { // what runs reads it: Symfony does not start without it
		pattern, _ := below2(path.Join(dir, ".env"), v.sc.context)
		out = append(out, unwanted{path.Join(dir, ".env"), pattern, env})
	}
	return out
}

// nodeModules is the pattern for the packages of a folder: those of the programs
// in it lie below, where a name alone doesn't reach in an ignore file of builds.
func (v *surveyor) nodeModules(rel string) string {
	for _, file := range v.telling {
		if inner, in := below2(file, rel); in && inner != "package.json" && path.Base(file) == "package.json" && !elsewhere(file) {
			return "**/node_modules"
		}
	}
	pattern, _ := below2(path.Join(relSlash(v.sc.root, filepath.Join(v.base, filepath.FromSlash(rel))), "node_modules"), v.sc.context)
	return pattern
}

// dotenv: the code of the folder loads an env file.
func (v *surveyor) dotenv(rel string) bool {
	for _, file := range []string{"package.json", "go.mod", "requirements.txt", "pyproject.toml", "Gemfile", "Cargo.toml"} {
		if text := v.read(path.Join(rel, file)); contains(text, "dotenv") {
			return true
		}
	}
	return false
}

// copiedOnPurpose: a COPY names it, or something in it.
func (v *surveyor) copiedOnPurpose(in string) bool {
	for _, s := range v.sc.image.stages {
		for _, c := range s.copies {
			if c.from == "" && (c.src == in || strings.HasPrefix(c.src, in+"/")) {
				return true
			}
		}
	}
	return false
}
