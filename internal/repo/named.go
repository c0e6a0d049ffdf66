package repo

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// absent is Absent of the file on disk.
func absent(root, config string) []string {
	src, err := os.ReadFile(filepath.Join(root, config))
	if err != nil {
		return nil
	}
	file, err := flytoml.Parse(config, src)
	if err != nil {
		return nil
	}
	return Absent(root, file)
}

// Absent are the keys of the fly.toml in the folder root that name a file which
// isn't there. What flyctl looks for from the folder where it is started counts
// as there when it lies in the folder of fly.toml or in one above it, up to the
// git root. Where the source isn't there at all, as in a folder of
// configurations, nothing is known to be missing.
func Absent(root string, file *flytoml.File) []string {
	if !hasSource(root) {
		return nil
	}
	var out []string
	for _, f := range deployed.Read(file).LocalFiles() {
		if path.IsAbs(f.Path) || filepath.IsAbs(f.Path) {
			continue
		}
		dir, found := root, isThere(root, f.Path)
		for !f.FromFile && !found && !isThere(dir, ".git") && filepath.Dir(dir) != dir {
			dir = filepath.Dir(dir)
			found = isThere(dir, f.Path)
		}
		if !found {
			out = append(out, f.Value.Path())
		}
	}
	return out
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
