package repo

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// Packages: the programs and libraries of a tree that holds more than one.

// containers are the folders in which monorepos keep them.
const containers = " packages apps services libs crates modules plugins extensions "

// manifests begin a package of their own where they lie.
const manifests = " package.json Cargo.toml pyproject.toml requirements.txt go.mod pom.xml build.gradle build.gradle.kts Gemfile mix.exs composer.json deno.json "

const maxManifests = 300

// packageInfo is what the manifest of a package says.
type packageInfo struct {
	dir, name string
	text      []byte
}

// choosePackages lists the packages below the context and chooses those that
// the app is made of: the one that the start command names, else the build,
// else the one that fly.toml or the Dockerfile lies in; and what it depends on.
func (sc *scanner) choosePackages(start string) {
	e := &sc.extent
	all := slices.DeleteFunc(sc.listPackages(), func(p packageInfo) bool { return !e.reaches(p.dir) })
	for _, p := range all {
		e.packages = append(e.packages, p.dir)
	}
	if len(all) == 0 {
		return
	}
	chosen := sc.chosen(all, start)
	if len(chosen) == 0 && len(all) == 1 && e.roots != nil && e.within(all[0].dir) {
		chosen = []string{all[0].dir}
	}
	if len(chosen) == 0 {
		return
	}
	e.in = []string{"."}
	for len(chosen) > 0 {
		dir := chosen[0]
		chosen = chosen[1:]
		if slices.Contains(e.in, dir) {
			continue
		}
		e.in = append(e.in, dir)
		for _, p := range all {
			if p.dir == dir {
				chosen = append(chosen, dependencies(p, all)...)
			}
		}
	}
	if !slices.ContainsFunc(e.in, func(d string) bool { return d != "." }) {
		e.in = nil
	}
}

// reaches says whether anything of a folder is in the image.
func (e *extent) reaches(dir string) bool {
	return e.roots == nil || slices.ContainsFunc(e.roots, func(r string) bool {
		return r == dir || strings.HasPrefix(dir, r+"/") || strings.HasPrefix(r, dir+"/")
	})
}

// within says whether all that is in the image is of one folder.
func (e *extent) within(dir string) bool {
	return !slices.ContainsFunc(e.roots, func(r string) bool { return r != dir && !strings.HasPrefix(r, dir+"/") })
}

func (sc *scanner) listPackages() []packageInfo {
	found := map[string]*packageInfo{}
	read := 0
	for _, file := range sc.files {
		dir, base := path.Dir(file), path.Base(file)
		if inList(containers, path.Base(path.Dir(dir))) && inList(containers, strings.SplitN(dir, "/", 2)[0]) || isManifestOf(base) {
			if dir == "." || !inContextDir(dir, sc.context) {
				continue
			}
			p := found[dir]
			if p == nil {
				p = &packageInfo{dir: dir}
				found[dir] = p
			}
			if isManifestOf(base) && read < maxManifests && (p.text == nil || base == "package.json") {
				read++
				text, _ := readInto(nil, sc.abs(file))
				p.text = bytes.Clone(text)
				p.name = packageName(base, text)
			}
		}
		// apps/x/src/... without a manifest is a package all the same.
		parts := strings.SplitN(strings.TrimPrefix(file, strings.TrimPrefix(sc.context+"/", "./")), "/", 3)
		if len(parts) == 3 && inList(containers, parts[0]) {
			dir := path.Join(sc.context, parts[0], parts[1])
			if found[dir] == nil {
				found[dir] = &packageInfo{dir: dir}
			}
		}
	}
	var all []packageInfo
	for _, p := range found {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b packageInfo) int { return strings.Compare(a.dir, b.dir) })
	return all
}

func inContextDir(dir, context string) bool {
	_, ok := below2(dir+"/x", context)
	return ok && dir != context
}

func isManifestOf(base string) bool {
	return inList(manifests, base) || strings.HasSuffix(base, ".csproj")
}

var (
	jsonName = lazy(`"name"\s*:\s*"([^"]+)"`)
	tomlName = lazy(`(?m)^\s*name\s*=\s*"([^"]+)"`)
	goName   = lazy(`(?m)^module\s+(\S+)`)
)

func packageName(base string, text []byte) string {
	expr := jsonName
	switch base {
	case "Cargo.toml", "pyproject.toml":
		expr = tomlName
	case "go.mod":
		expr = goName
	case "package.json":
	default:
		return ""
	}
	if m := expr().FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// dependencies are the packages of the tree that a manifest names.
func dependencies(p packageInfo, all []packageInfo) []string {
	var out []string
	for _, o := range all {
		if o.dir == p.dir {
			continue
		}
		named := o.name != "" && bytes.Contains(p.text, []byte(`"`+o.name+`"`))
		rel := relSlash("/"+p.dir, "/"+o.dir)
		if named || bytes.Contains(p.text, []byte(`"`+rel+`"`)) || bytes.Contains(p.text, []byte(":"+path.Base(o.dir)+`"`)) || bytes.Contains(p.text, []byte("project(':"+path.Base(o.dir))) {
			out = append(out, o.dir)
		}
	}
	return out
}

// chosen are the packages that the start names, else the build, else the one
// in which fly.toml, the Dockerfile or the working directory of the start lies.
func (sc *scanner) chosen(all []packageInfo, start string) []string {
	if dirs := sc.namedPackages(all, start, true); len(dirs) > 0 {
		return dirs
	}
	if script := sc.npmScript(start, []string{sc.context}); script.Text != "" {
		if dirs := sc.namedPackages(all, script.Text, true); len(dirs) > 0 {
			return dirs
		}
	}
	if sc.image != nil {
		for _, in := range sc.image.inContext(".") {
			if dir := sc.extent.packageOf(path.Join(sc.context, in, "x")); dir != "." {
				return []string{dir}
			}
		}
	}
	for _, at := range []string{relSlash(sc.root, sc.dir), path.Dir(sc.dockerfile)} {
		if dir := sc.extent.packageOf(path.Join(at, "x")); dir != "." && at != "" {
			return []string{dir}
		}
	}
	if sc.image != nil {
		var builds strings.Builder
		for _, s := range sc.image.used() {
			for _, step := range s.steps {
				if step.Name == "RUN" {
					builds.WriteString(strings.Join(step.Args, " ") + "\n")
				}
			}
		}
		if dirs := sc.namedPackages(all, builds.String(), false); len(dirs) == 1 {
			return dirs
		}
	}
	return nil
}
