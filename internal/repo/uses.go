package repo

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Bounds of the look for scripts: they stand near the root, or in folders of
// their own.
const (
	maxScriptDirs = 4000
	maxScripts    = 500
	maxScript     = 256 << 10
	maxScriptPath = 6 // folders deep
)

// GitRoot is the folder with .git that dir is in; dir itself without one.
func GitRoot(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// scripts are the flyctl commands of the workflows and scripts of a whole
// repository, and its Fly configurations; paths are from its root.
type scripts struct {
	root    string
	uses    []plan.Use
	configs []config
	beside  map[string][]int // of configs, by folder
	noted   []int            // of configs: named by a command, or calling an app
	err     error
}

// config is a Fly configuration in any form.
type config struct {
	file, app string
	calls     []plan.Evidence
}

func (r *Repositories) scriptsOf(ctx context.Context, root string) *scripts {
	return r.scripts.get(root, func(root string) *scripts {
		s := &scripts{root: root, beside: map[string][]int{}}
		s.err = s.read(ctx, r)
		return s
	})
}

// read looks at the repository. It reads nothing that git ignores at its root.
func (s *scripts) read(ctx context.Context, r *Repositories) error {
	files, configs, err := r.scriptsBelow(ctx, s.root)
	if err != nil {
		return err
	}
	var buffer []byte
	named := map[string]bool{}
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		var text []byte
		if text, buffer = readInto(buffer, filepath.Join(s.root, filepath.FromSlash(file))); !bytes.Contains(text, []byte("fly")) {
			continue
		}
		for _, c := range flyCommands(file, string(text)) {
			u := c.use(s.root)
			if u.Config != "" && u.Named && !named[u.Config] && fileExists(s.root, u.Config) {
				named[u.Config] = true
				configs = append(configs, u.Config)
			}
			s.uses = append(s.uses, u)
		}
	}
	slices.Sort(configs)
	for _, file := range slices.Compact(configs) {
		var text []byte
		text, buffer = readInto(buffer, filepath.Join(s.root, filepath.FromSlash(file)))
		c := config{file, appIn(file, text), internalCalls(file, text)}
		if c.app == "" && path.Ext(file) != ".toml" { // other tools have a fly.yml too
			c.calls = nil
		}
		n := len(s.configs)
		s.beside[path.Dir(file)] = append(s.beside[path.Dir(file)], n)
		if named[file] || len(c.calls) > 0 {
			s.noted = append(s.noted, n)
		}
		s.configs = append(s.configs, c)
	}
	return nil
}

// tell gives the facts as they are from the folder here, for the file own and its
// app.
func (s *scripts) tell(r *plan.Repo, here, own, app string) {
	for _, u := range s.uses {
		u.Own = u.Config == own
		u.File, u.Config = relative(here, u.File), relative(here, u.Config)
		r.Uses = append(r.Uses, u)
		if u.OtherApp(app) || u.Named && !u.Own {
			r.ElseApps = append(r.ElseApps, u.Evidence)
		}
	}
	for _, n := range s.beside[here] {
		s.sibling(r, here, own, s.configs[n])
	}
	for _, n := range s.noted {
		if c := s.configs[n]; path.Dir(c.file) != here {
			s.sibling(r, here, own, c)
		}
	}
	slices.SortFunc(r.Siblings, func(a, b plan.Sibling) int { return cmp.Compare(a.File, b.File) })
	slices.SortFunc(r.Uses, func(a, b plan.Use) int { return byPlace(a.Evidence, b.Evidence) })
	slices.SortFunc(r.ElseApps, byPlace)
}

func (s *scripts) sibling(r *plan.Repo, here, own string, c config) {
	if c.file == own || c.app == "" && path.Ext(c.file) != ".toml" { // other tools have a fly.yml too
		return
	}
	sibling := plan.Sibling{File: relative(here, c.file), App: c.app, Calls: slices.Clone(c.calls)}
	for i := range sibling.Calls {
		sibling.Calls[i].File = sibling.File
	}
	r.Siblings = append(r.Siblings, sibling)
}

// relative is a path below the root as it is from a folder below it.
func relative(from, file string) string {
	if file == "" || from == "." {
		return file
	}
	rel, err := filepath.Rel(filepath.FromSlash(from), filepath.FromSlash(file))
	if err != nil {
		return file
	}
	return filepath.ToSlash(rel)
}

// scriptsBelow lists the files of a tree in which a deploy may be written down,
// and its Fly configurations, breadth first: what is deepest is left out first.
func (r *Repositories) scriptsBelow(ctx context.Context, root string) (scripts, configs []string, err error) {
	ignored := r.ignored(root)
	dirs := []string{"."}
	for i := 0; i < len(dirs) && i < maxScriptDirs; i++ {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		entries, err := r.list(filepath.Join(root, filepath.FromSlash(dirs[i])))
		if err != nil {
			if i == 0 {
				return nil, nil, err
			}
			continue
		}
		for _, entry := range entries {
			name, rel := entry.Name(), path.Join(dirs[i], entry.Name())
			switch {
			case entry.IsDir():
				if strings.Count(rel, "/") < maxScriptPath && entered(name, rel) && (!ignored.match(rel, true) || has(r.tracked(root), rel, true)) {
					dirs = append(dirs, rel)
				}
			case !entry.Type().IsRegular() || ignored.match(rel, false) && !has(r.tracked(root), rel, false):
			case IsConfig(name) || isOtherForm(name) && !isScript(rel, name):
				configs = append(configs, rel)
			case isScript(rel, name) && len(scripts) < maxScripts:
				if info, err := entry.Info(); err == nil && info.Size() <= maxScript {
					scripts = append(scripts, rel)
				}
			}
		}
	}
	slices.Sort(scripts)
	slices.Sort(configs)
	return scripts, configs, nil
}

// isOtherForm: flyctl reads fly.json and fly.yaml too.
func isOtherForm(name string) bool {
	ext := path.Ext(name)
	if ext != ".json" && ext != ".yaml" && ext != ".yml" {
		return false
	}
	stem := strings.TrimSuffix(name, ext)
	return stem == "fly" || strings.HasPrefix(stem, "fly.") || strings.HasPrefix(stem, "fly-") && !strings.HasPrefix(stem, "fly-standards") || strings.HasSuffix(stem, ".fly")
}

// appIn is the app that a Fly configuration in any form names.
func appIn(file string, text []byte) string {
	if path.Ext(file) == ".toml" {
		return appOf(text)
	}
	for line := range bytes.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(string(line)), ":")
		if ok && strings.Trim(key, `"' {`) == "app" && (path.Ext(file) == ".json" || !strings.HasPrefix(string(line), " ")) {
			return strings.Trim(strings.TrimSpace(value), `"',} `)
		}
	}
	return ""
}

// internalCalls are the lines of a configuration that name an app's .internal
// address.
func internalCalls(file string, text []byte) []plan.Evidence {
	var out []plan.Evidence
	number := 0
	for raw := range bytes.Lines(text) {
		number++
		line := strings.TrimSpace(string(raw))
		if strings.Contains(line, ".internal") && strings.Contains(line, "//") && !strings.HasPrefix(line, "#") {
			out = append(out, plan.Evidence{File: file, Line: number, Text: shownAddress(line)})
		}
	}
	return out
}

// shownAddress is a line with an address, without a user and a password in it.
func shownAddress(line string) string {
	before, rest, _ := strings.Cut(line, "//")
	if user, host, ok := strings.Cut(rest, "@"); ok && !strings.ContainsAny(user, " /") {
		rest = host
	}
	rest, _, _ = strings.Cut(rest, "?")
	host, path, found := strings.Cut(rest, "/")
	if found {
		host += "/" + hideRuns(path)
	}
	return cut(before + "//" + host)
}
