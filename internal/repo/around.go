package repo

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What the repository around the app holds: what rules about ignore files,
// lockfiles and workflows ask.

const (
	maxAround   = 200_000 // files looked at by name
	maxEnvFiles = 50
)

// surveyor looks at the repository by the names of its files.
type surveyor struct {
	sc   *scanner
	base string // absolute: the root of the repository, else of the scan
	*holdings
	out *plan.Around
}

// survey is the look around.
func (sc *scanner) survey() *plan.Around {
	v := &surveyor{sc: sc, base: cmp.Or(sc.git, sc.root), out: &plan.Around{}}
	v.holdings = sc.repos.holdingsOf(v.base)
	if v.known {
		v.addPrivate()
	}
	v.out.Repository, v.out.Git = sc.git != "", v.known
	v.out.Files, v.out.Texts, v.out.Makeable = map[string]bool{}, map[string]string{}, map[string]bool{}
	v.editable(".gitignore")
	if at := relSlash(v.base, sc.abs(sc.ignoreAt())); !strings.HasPrefix(at, "../") {
		v.editable(at)
	}
	for _, w := range sc.workflows {
		w.File = v.shown(w.File)
		v.out.Texts[w.File] = w.Text
		v.out.Workflows = append(v.out.Workflows, w)
	}
	for _, d := range sc.repos.deploysOf(cmp.Or(sc.git, sc.dir)) {
		if d.inTree { // else nobody knows what is in it
			v.out.Files[d.config] = exists(filepath.Join(v.base, filepath.FromSlash(d.config)))
		}
	}
	v.standards()
	v.exported()
	v.envFiles()
	v.unignored()
	v.manifests()
	v.unbuilt()
	if sc.image != nil {
		v.out.Texts[sc.shown(sc.dockerfile)] = string(sc.dockertext)
	}
	if sc.image != nil && sc.extent.nothing == "" {
		v.sent()
		v.installs()
		v.devStages()
	}
	return v.out
}

// editable keeps the text of a file that a rule may edit, or notes that it could
// be made. What is no regular file is left to people.
func (v *surveyor) editable(rel string) {
	name := filepath.Join(v.base, filepath.FromSlash(rel))
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.out.Makeable[v.shown(rel)] = true
	case err == nil && info.Mode().IsRegular() && info.Size() <= maxFile:
		text, err := os.ReadFile(name)
		if err == nil {
			v.out.Texts[v.shown(rel)] = string(text)
		}
	}
}

func (v *surveyor) shown(rel string) string {
	return relSlash(v.sc.dir, filepath.Join(v.base, filepath.FromSlash(rel)))
}

func (v *surveyor) has(rel string) bool {
	_, found := slices.BinarySearch(v.files, rel)
	return found
}

func (v *surveyor) read(rel string) []byte {
	return v.sc.repos.text(filepath.Join(v.base, filepath.FromSlash(rel)))
}

// elsewhere: below folders whose code is no one's production.
func elsewhere(file string) bool {
	for part := range strings.SplitSeq(path.Dir(file), "/") {
		if inList(testDirs, part) || inList(" node_modules vendor templates ", part) {
			return true
		}
	}
	return false
}

// standards are the files that a well-kept repository has.
func (v *surveyor) standards() {
	first := func(names ...string) string {
		for _, name := range names {
			if v.has(name) {
				return v.shown(name)
			}
		}
		return ""
	}
	v.out.Editor = first(".editorconfig", relSlash(v.base, filepath.Join(v.sc.dir, ".editorconfig")))
	v.out.Gitignore = v.shown(".gitignore")
	v.out.Updates = first(".github/dependabot.yml", ".github/dependabot.yaml", "renovate.json", "renovate.json5", ".github/renovate.json", ".github/renovate.json5", ".renovaterc", ".renovaterc.json", ".gitlab/renovate.json")
	own := relSlash(v.base, v.sc.dir) + "/"
	for _, file := range v.tests {
		if own == "./" || strings.HasPrefix(file, own) {
			v.out.Tests = &plan.Evidence{File: v.shown(file)}
			break
		}
	}
	v.out.Scans, v.out.OtherCI = v.here(v.scans), v.here(v.otherCI)
}

// here is evidence from base as it is from the folder of fly.toml.
func (v *surveyor) here(e *plan.Evidence) *plan.Evidence {
	if e == nil {
		return nil
	}
	shown := *e
	shown.File = v.shown(e.File)
	return &shown
}
