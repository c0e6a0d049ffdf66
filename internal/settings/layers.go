package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// maxChain is how many files may extend each other, all in all. A team has
// one shared file, perhaps two.
const maxChain = 8

// abs is a path in the one form by which files are compared.
func (o Options) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(o.Dir, path)
}

// extend reads the file that this one builds upon. Its path is relative to
// this file. chain are the files that led here, this one last.
func (r *reader) extend(n flytoml.Node, chain []string) {
	to, ok := n.Str()
	switch {
	case !ok || strings.TrimSpace(to) == "":
		r.want(n, `the path of a settings file, such as "../team/%s"`, Name)
		return
	case strings.Contains(to, "://"):
		r.fail(n, "extends %q: must be the path of a file; nothing is fetched", to)
		return
	case len(chain) == maxChain:
		r.fail(n, "extends %q: that would be more than %d files, each extending the next", to, maxChain)
		return
	}
	shown := filepath.FromSlash(to)
	if !filepath.IsAbs(shown) {
		shown = filepath.Join(filepath.Dir(r.name), shown)
	}
	path := r.o.abs(shown)
	if i := slices.Index(chain, path); i >= 0 {
		r.fail(n, "extends %q, which leads back to itself", to)
		return
	}
	if r.o.Read == nil {
		r.fail(n, "extends %q: no other file can be read here", to)
		return
	}
	src, err := r.o.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.fail(n, "extends %q: there is no such file (the path is from the folder of this one)", to)
	case err != nil:
		r.fail(n, "extends %q: %v", to, err)
	default:
		err = parse(filepath.ToSlash(shown), src, r.o, r.file, append(slices.Clone(chain), path))
		if err != nil && r.err == nil {
			r.err = err
		}
	}
}

// overrides reads [files."fly.staging.toml"]: the same tables again, for one
// fly.toml. All are read, so that a mistake in one shows for every file; what
// names a path is stronger than what names a file in any folder.
func (r *reader) overrides(n flytoml.Node) {
	if n.Kind() == flytoml.Invalid {
		return
	}
	if n.Kind() != flytoml.Table {
		r.fail(n, "files must be a table")
		return
	}
	var byName, byPath []flytoml.Node
	for _, name := range n.Keys() {
		child, _ := n.Key(name)
		if !validFile(name) {
			r.fail(child, `files: %q: must be the name of a fly.toml, such as "fly.staging.toml", or its path from here, such as "web/fly.toml"`, name)
			return
		}
		scratch := &reader{name: r.name, o: r.o, file: newFile()}
		scratch.table(child, fmt.Sprintf("files.%q", name), sections(r.o.Rules))
		if scratch.err != nil && r.err == nil {
			r.err = scratch.err
		}
		switch {
		case !strings.Contains(name, "/") && name == filepath.Base(r.o.FlyToml):
			byName = append(byName, child)
		case strings.Contains(name, "/") && r.o.abs(filepath.Join(filepath.Dir(r.name), filepath.FromSlash(name))) == r.o.abs(r.o.FlyToml):
			byPath = append(byPath, child)
		}
	}
	for _, child := range slices.Concat(byName, byPath) {
		r.table(child, "", sections(r.o.Rules))
	}
}

// validFile says whether a key of [files] can name a fly.toml.
func validFile(name string) bool {
	return strings.HasSuffix(name, ".toml") && !strings.HasPrefix(name, "/") && !strings.ContainsAny(name, "\\*?")
}
