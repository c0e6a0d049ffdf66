package repo

import (
	"path"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Lists of dependencies, and the lockfiles that belong to them.

// locks are the lockfiles of each manifest's ecosystem, the first one the name
// to tell. Maven, Gradle and NuGet have none by default.
var locks = map[string][]string{
	"package.json":  {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock"},
	"Gemfile":       {"Gemfile.lock"},
	"Cargo.toml":    {"Cargo.lock"},
	"mix.exs":       {"mix.lock"},
	"composer.json": {"composer.lock"},
	"Pipfile":       {"Pipfile.lock"},
	"shard.yml":     {"shard.lock"},
	"gleam.toml":    {"manifest.toml"},
}

// manifests are the lists of dependencies without their lockfile. A member of
// a workspace has it further up; what is generated needs none.
func (v *surveyor) manifests() {
	for _, file := range v.telling {
		names, ok := locks[path.Base(file)]
		if !ok || elsewhere(file) || generated(file) || !v.declares(file) {
			continue
		}
		if _, inside := below2(relSlash(v.sc.root, v.base)+"/"+file, "."); !inside {
			continue
		}
		if v.sc.of(relSlash(v.sc.root, v.base+"/"+file)) == outside {
			continue
		}
		if v.lockAbove(path.Dir(file), names) {
			continue
		}
		if v.memberOf(file) {
			continue
		}
		m := plan.Manifest{File: v.shown(file), Lock: v.lockOf(file, names)}
		if v.ignored(path.Join(path.Dir(file), m.Lock)) {
			m.IgnoredBy = v.out.Gitignore
		}
		v.out.NoLock = append(v.out.NoLock, m)
	}
}

// lockOf is the lockfile that is missing: of the package manager that is named,
// else the one that git ignores, else the usual one.
func (v *surveyor) lockOf(file string, names []string) string {
	dir := path.Dir(file)
	if m := packageManager().FindSubmatch(v.read(file)); m != nil {
		return map[string]string{"npm": "package-lock.json", "yarn": "yarn.lock", "pnpm": "pnpm-lock.yaml", "bun": "bun.lock"}[string(m[1])]
	}
	if v.has(path.Join(dir, "pnpm-workspace.yaml")) {
		return "pnpm-lock.yaml"
	}
	for _, name := range names {
		if v.ignored(path.Join(dir, name)) {
			return name
		}
	}
	return names[0]
}

var packageManager = lazy(`"packageManager"\s*:\s*"(npm|yarn|pnpm|bun)@`)

// memberOf: the manifest is of a workspace whose own manifest lies further up,
// and is reported there.
func (v *surveyor) memberOf(file string) bool {
	base := path.Base(file)
	for dir := path.Dir(path.Dir(file)); path.Dir(file) != "."; dir = path.Dir(dir) {
		text := v.read(path.Join(dir, base))
		if base == "package.json" && (contains(text, `"workspaces"`) || v.has(path.Join(dir, "pnpm-workspace.yaml"))) || base == "Cargo.toml" && contains(text, "[workspace]") {
			return true
		}
		if dir == "." {
			break
		}
	}
	return false
}

func (v *surveyor) lockAbove(dir string, names []string) bool {
	for {
		for _, name := range names {
			if v.has(path.Join(dir, name)) {
				return true
			}
		}
		if dir == "." {
			return false
		}
		dir = path.Dir(dir)
	}
}

func generated(file string) bool {
	for part := range strings.SplitSeq(file, "/") {
		if inList(" generated gen dist build docs website __generated__ ", part) {
			return true
		}
	}
	return false
}

// declares: the manifest names dependencies at all.
func (v *surveyor) declares(file string) bool {
	text := v.read(file)
	switch path.Base(file) {
	case "package.json":
		return v.dependsOn(file)
	case "Cargo.toml":
		return contains(text, "dependencies")
	case "composer.json":
		return contains(text, `"require"`)
	}
	return len(text) > 0
}
