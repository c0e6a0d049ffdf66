package repo

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Absent are the files that the fly.toml in the folder root names and that aren't
// there. What flyctl looks for from the folder where it is started counts
// as there when it lies in the folder of fly.toml or in one above it, up to the
// git root. Where the source isn't there at all, as in a folder of
// configurations, nothing is known to be missing.
func Absent(root string, file *flytoml.File) []plan.Absent {
	named := deployed.Read(file).LocalFiles()
	if len(named) == 0 || !hasSource(root) {
		return nil
	}
	var out []plan.Absent
	for _, f := range named {
		if !f.FromFile && (path.IsAbs(f.Path) || filepath.IsAbs(f.Path)) {
			continue
		}
		at, found := above(root, f.Path)
		if found && (!f.FromFile || at == root) {
			continue
		}
		a := plan.Absent{Key: f.Value.Path(), FromFile: f.FromFile}
		if name, err := filepath.Rel(root, filepath.Join(at, filepath.FromSlash(f.Path))); found && err == nil {
			a.There = filepath.ToSlash(name) // written as seen from a folder above
		} else if !found {
			a.There = otherCase(root, f.Path)
		}
		a.Made = madeByJob(root, path.Base(f.Path))
		out = append(out, a)
	}
	return out
}

// madeByJob is the line of a workflow that writes a file of that name.
func madeByJob(root, name string) plan.Evidence {
	makes := regexp.MustCompile(`(?m)^.*(?:\b(?:cp|mv|ln|tee|install)\s[^\n]*|>\s*)(?:\b|/)` + regexp.QuoteMeta(name) + `\b.*$`)
	for _, w := range workflows(GitRoot(root)) {
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				if line := makes.FindString(s.Run.Text); line != "" {
					return plan.Evidence{File: relSlash(root, filepath.Join(GitRoot(root), w.File)), Line: s.Run.Line, Text: shownCommand(strings.TrimSpace(line))}
				}
			}
		}
	}
	return plan.Evidence{}
}

// above is the first folder from root up to the git root in which the file lies.
func above(root, rel string) (dir string, found bool) {
	for dir = root; ; dir = filepath.Dir(dir) {
		if isThere(dir, rel) {
			return dir, true
		}
		if isThere(dir, ".git") || filepath.Dir(dir) == dir {
			return root, false
		}
	}
}

// otherCase is the file of that name in other letters, which some systems take for
// the same; "" for none, or several.
func otherCase(root, rel string) string {
	entries, _ := os.ReadDir(filepath.Join(root, filepath.FromSlash(path.Dir(rel))))
	name := ""
	for _, e := range entries {
		if !e.IsDir() && strings.EqualFold(e.Name(), path.Base(rel)) {
			if name != "" {
				return ""
			}
			name = path.Join(path.Dir(rel), e.Name())
		}
	}
	return name
}

// isThere is true also where it can't be told.
func isThere(dir, rel string) bool {
	_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(rel)))
	return !errors.Is(err, fs.ErrNotExist)
}

// hasSource says whether there may be more in a folder than Fly configurations and
// words about them: something else lies in it, or it belongs to a git repository.
// A fly.toml alone was most likely taken out of its project.
func hasSource(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true
	}
	for _, e := range entries {
		switch strings.ToLower(path.Ext(e.Name())) {
		case ".toml", ".md", ".txt", ".tsv", ".csv":
			if !e.IsDir() && !isManifestOf(e.Name()) {
				continue
			}
		}
		return true
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if isThere(dir, ".git") {
			return true
		}
	}
	return false
}
