package repo

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// commandStart is where a shell's command begins: apt-get install yarn is another's word.
const commandStart = `(?m)(?:^|[;&|({]\s*|\b(?:then|do|else)\s+|\b\w+=\S*\s+|--\S+\s+)`

var (
	installRun  = lazy(commandStart + `(npm\s+(?:install|i)\b|yarn(?:\s+install)?(?:\s+--[\w-]+(?:=\S+|\s+\d+)?)*\s*(?:$|[;&|])|pnpm\s+(?:install|i)\b|bun\s+(?:install|i)\b)([^\n;&|]*)`)
	frozen      = lazy(`--frozen-lockfile|--immutable|--frozen\b|\bci\b|--locked`)
	globalPkg   = lazy(`\s(?:-g|--global)\b|--prefix[= ]/usr|\s[a-z@][\w@/.-]*\s*$|\s[a-z@][\w@/.-]+@`)
	asksForLock = lazy(`-[fe]\s+["']?(?:yarn\.lock|package-lock\.json|pnpm-lock)`)
	fallsBack   = lazy(`(?:frozen-lockfile|immutable|npm\s+ci)[^\n;&]*\|\|\s*(?:npm|yarn|pnpm|bun)\s+(?:install|i)?`)
	lockNames   = " package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb "
	devKept     = lazy(commandStart + `(?:npm\s+(?:ci|install|i)|yarn(?:\s+install)?|pnpm\s+(?:install|i)|bun\s+(?:install|i))\b([^\n;&|)]*)`)
	devDropped  = lazy(`--omit[= ]dev|--only[= ]prod\w*|--production|--prod\b|-P\b|\bprune\b|NODE_ENV=production|--no-dev|pnpm\s+deploy|focus\b`)
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
				case slices.ContainsFunc(v.out.Installs, func(i plan.Install) bool { return i.Line == step.Line }):
				case !v.lockCopied(s, step.Line):
					if asksForLock().MatchString(text) { // it installs only where there is one
						continue
					}
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
				} else if installsAll(text) {
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

// installsAll: a command installs what package.json lists, not packages that it
// names itself.
func installsAll(text string) bool {
	for _, m := range devKept().FindAllStringSubmatch(text, -1) {
		named, before := false, ""
		for _, w := range strings.Fields(m[1]) {
			named = named || w == "-g" || w == "--global" || w[0] != '-' && !strings.HasPrefix(before, "--")
			before = w
		}
		if !named {
			return true
		}
	}
	return false
}
