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
				v.sentBy(c, runs)
			}
		}
	}
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
	if env != "" {
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

var (
	installRun = lazy(`(?m)(?:^|[;&|]\s*|\s)(npm\s+(?:install|i)\b|yarn(?:\s+install)?(?:\s+--[\w-]+(?:=\S+)?)*\s*(?:$|[;&|])|pnpm\s+(?:install|i)\b|bun\s+(?:install|i)\b)([^\n;&|]*)`)
	frozen     = lazy(`--frozen-lockfile|--immutable|--frozen\b|\bci\b|--locked`)
	globalPkg  = lazy(`\s(?:-g|--global)\b|--prefix[= ]/usr|\s[a-z@][\w@/.-]*\s*$|\s[a-z@][\w@/.-]+@`)
	fallsBack  = lazy(`(?:frozen-lockfile|immutable|npm\s+ci)[^\n;&]*\|\|\s*(?:npm|yarn|pnpm|bun)\s+(?:install|i)?`)
	lockNames  = " package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb "
	devKept    = lazy(`\b(?:npm\s+(?:ci|install|i)|yarn(?:\s+install)?|pnpm\s+(?:install|i)|bun\s+(?:install|i))\b`)
	devDropped = lazy(`--omit[= ]dev|--only[= ]prod\w*|--production|--prod\b|-P\b|\bprune\b|NODE_ENV=production|--no-dev|pnpm\s+deploy|focus\b`)
)

// installs are the RUN lines of JavaScript that don't keep to a lockfile.
func (v *surveyor) installs() {
	for _, s := range v.sc.image.used() {
		for _, step := range s.steps {
			if step.Name != "RUN" {
				continue
			}
			text := strings.Join(step.Args, " ")
			if fallsBack().MatchString(text) {
				v.out.Installs = append(v.out.Installs, plan.Install{Evidence: step.Evidence, Why: "it falls back to an install without the lockfile"})
				continue
			}
			for _, m := range installRun().FindAllStringSubmatch(text, 3) {
				if frozen().MatchString(m[0]) || globalPkg().MatchString(strings.TrimRight(m[2], " ")) {
					continue
				}
				switch {
				case !v.lockCopied(s, step.Line):
					v.out.Installs = append(v.out.Installs, plan.Install{Evidence: step.Evidence, Why: "no lockfile is copied before it"})
				case strings.HasPrefix(m[1], "yarn"):
					v.out.Installs = append(v.out.Installs, plan.Install{Evidence: step.Evidence, Why: "without --frozen-lockfile it may change what is installed"})
				}
			}
		}
	}
}

// lockCopied: a lockfile is in the stage before the line: by its name, by a
// pattern, or with a folder of the context that has one.
func (v *surveyor) lockCopied(s *stage, line int) bool {
	for _, one := range s.chain() {
		for _, c := range one.copies {
			if one == s && c.line > line {
				continue
			}
			base := path.Base(c.src)
			switch {
			case inList(lockNames, base):
				return true
			case strings.ContainsAny(base, "*?["):
				for _, lock := range strings.Fields(lockNames) {
					dir := relSlash(v.base, v.sc.abs(path.Join(v.sc.context, path.Dir(c.src))))
					if ok, _ := path.Match(base, lock); ok && v.has(path.Join(dir, lock)) {
						return true
					}
				}
			case c.from != "":
				from := v.sc.image.stage(c.from)
				if from != nil && from != s && !strings.HasSuffix(c.src, "/json") && v.lockCopied(from, 1<<30) {
					return true
				}
			default:
				rel := relSlash(v.base, v.sc.abs(path.Join(v.sc.context, c.src)))
				for _, lock := range strings.Fields(lockNames) {
					if v.has(path.Join(rel, lock)) {
						return true
					}
				}
			}
		}
	}
	return false
}

// devStages are where development dependencies of JavaScript come into the
// stage that runs: installed there, or copied from a stage that has them.
func (v *surveyor) devStages() {
	runs := v.sc.image.runs
	has := func(s *stage) (plan.Evidence, bool) {
		var kept *plan.Evidence
		production := false
		for _, one := range s.chain() {
			for _, step := range one.steps {
				text := strings.Join(step.Args, " ")
				if step.Name == "ENV" && strings.Contains(strings.ReplaceAll(text, `"`, ""), "NODE_ENV production") {
					production = true
				}
				if step.Name != "RUN" {
					continue
				}
				if devDropped().MatchString(text) || production {
					kept = nil
				} else if devKept().MatchString(text) && !globalOnly(text) {
					e := step.Evidence
					kept = &e
				}
			}
		}
		if kept == nil {
			return plan.Evidence{}, false
		}
		return *kept, true
	}
	if e, ok := has(runs); ok {
		v.out.DevStages = append(v.out.DevStages, e)
		return
	}
	for _, c := range runs.allCopies() {
		from := v.sc.image.stage(c.from)
		if c.from == "" || from == nil {
			continue
		}
		whole := strings.HasSuffix(c.src, "node_modules") || c.src == from.workdir || c.src == "/"
		if e, ok := has(from); ok && whole && !strings.Contains(c.src, "standalone") {
			e.Line = c.line
			e.Text = "COPY --from=" + c.from + " " + c.src
			v.out.DevStages = append(v.out.DevStages, e)
			return
		}
	}
}

func globalOnly(text string) bool {
	for _, m := range devKept().FindAllStringIndex(text, -1) {
		rest, _, _ := strings.Cut(text[m[1]:], "&&")
		if !strings.Contains(rest, " -g") && !strings.Contains(rest, "--global") && !strings.Contains(rest, " add ") {
			return false
		}
	}
	return true
}
