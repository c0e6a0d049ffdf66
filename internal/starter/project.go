// Package starter makes the files that a project on Fly.io may lack, to fit
// what is there: a deploy workflow, Dependabot's settings, an .editorconfig,
// the settings of this tool. It reads manifests and writes nothing: the caller
// shows the file, asks, and never overwrites one.
package starter

import (
	"encoding/json"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Project is what the files are fitted to.
type Project struct {
	Root   string // the git root, or the folder of fly.toml outside of git
	Dir    string // the folder of fly.toml from Root, with slashes; "." at the root
	Config string // the name of fly.toml in Dir
	App    string // "" when the file names none
	Branch string // the branch that is deployed
}

// Look reads a project. config is the path of its fly.toml, which may be
// missing: the folder counts then. root is the root of its repository.
func Look(root, config string) Project {
	p := Project{Root: root, Dir: ".", Config: filepath.Base(config), Branch: branch(root)}
	if rel, err := filepath.Rel(root, filepath.Dir(config)); err == nil && filepath.IsLocal(rel) {
		p.Dir = filepath.ToSlash(rel)
	}
	if f, err := flytoml.Parse(p.Config, []byte(readSmall(config))); err == nil {
		n, _ := f.Get("app")
		p.App, _ = n.Str()
	}
	return p
}

// branch is the default branch of the remote called origin, else the branch
// that is checked out, else main.
func branch(root string) string {
	for _, at := range []struct{ file, before string }{{"refs/remotes/origin/HEAD", "ref: refs/remotes/origin/"}, {"HEAD", "ref: refs/heads/"}} {
		text := readSmall(filepath.Join(root, ".git", filepath.FromSlash(at.file)))
		if name, ok := strings.CutPrefix(strings.TrimSpace(text), at.before); ok && name != "" {
			return name
		}
	}
	return "main"
}

// has says whether one of the files is in the app's folder. A name with * is a
// pattern.
func (p Project) has(names ...string) bool {
	for _, name := range names {
		found, err := filepath.Glob(filepath.Join(escape(filepath.Join(p.Root, filepath.FromSlash(p.Dir))), name))
		if err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// escape makes a folder's name a pattern that means itself.
func escape(folder string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(folder)
}

// atRoot is the project as if its fly.toml stood at the root.
func (p Project) atRoot() Project {
	p.Dir = "."
	return p
}

func (p Project) read(name string) string {
	return readSmall(filepath.Join(p.Root, filepath.FromSlash(p.Dir), name))
}

// slashDir is the app's folder as Dependabot wants it: "/" or "/apps/api".
func (p Project) slashDir() string { return path.Join("/", p.Dir) }

// scripts are those of package.json.
func (p Project) scripts() map[string]string {
	var m struct {
		Scripts map[string]string `json:"scripts"`
	}
	if json.Unmarshal([]byte(p.read("package.json")), &m) != nil {
		return nil
	}
	return m.Scripts
}

// readSmall is the text of a regular file, its first MiB; "" when it can't be
// read.
func readSmall(name string) string {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return ""
	}
	return string(text)
}
