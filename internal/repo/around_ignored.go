package repo

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func (v *surveyor) ignored(rel string) bool {
	abs := filepath.Join(v.base, filepath.FromSlash(rel))
	var all []ignores
	dir := v.base
	for _, part := range append([]string{"."}, strings.Split(path.Dir(rel), "/")...) {
		if part != "." {
			dir = filepath.Join(dir, part)
		}
		all = append(all, ignores{dir, v.sc.repos.ignored(dir)})
		if dir != v.base && ignoredBy(all[:len(all)-1], dir, true) {
			return true
		}
	}
	return ignoredBy(all, abs, false)
}

// wanted: the .gitignore at the root says that git is to take it in.
func (v *surveyor) wanted(rel string) bool {
	return slices.ContainsFunc(v.sc.repos.ignored(v.base), func(r ignoreRule) bool {
		return r.negated && ignoreList{{pattern: r.pattern, anchored: r.anchored}}.match(rel, false)
	})
}

// unignored is what this repository makes or holds and git would take in.
func (v *surveyor) unignored() {
	add := func(pattern, probe string, e plan.Evidence) {
		if !v.ignored(probe) && !v.wanted(probe) && !slices.ContainsFunc(v.out.Unignored, func(u plan.Unignored) bool { return u.Pattern == pattern }) {
			v.out.Unignored = append(v.out.Unignored, plan.Unignored{Pattern: pattern, Evidence: e})
		}
	}
	for _, file := range v.telling {
		dir, base := path.Dir(file), path.Base(file)
		if elsewhere(file) {
			continue
		}
		e := plan.Evidence{File: v.shown(file)}
		switch {
		case isEnvFile(base) && isSample(base) && strings.HasPrefix(base, ".env"):
			if v.ignored(path.Join(dir, ".env.any")) {
				continue // env files have other names here
			}
			add(".env", path.Join(dir, ".env"), e)
		case base == ".env" && v.hasSecretLike(file) && !v.shared(file) && (!v.tracks(file) || v.hasSecret(file)):
			add(".env", file, e)
		case isEnvFile(base) && !isSample(base) && v.known && !v.tracks(file) && v.hasSecret(file):
			add(file, file, e)
		case v.key(file) != "" && v.known && !v.tracks(v.key(file)):
			add(v.key(file), v.key(file), e)
		case base == "package.json" && v.dependsOn(file):
			add("node_modules/", path.Join(dir, "node_modules/x"), e)
		case base == "manage.py" || base == "requirements.txt" && dir == ".":
			add("__pycache__/", path.Join(dir, "__pycache__/x.pyc"), e)
		}
	}
}

func (v *surveyor) dependsOn(file string) bool {
	text := v.read(file)
	return contains(text, `"dependencies"`) || contains(text, `"devDependencies"`)
}
