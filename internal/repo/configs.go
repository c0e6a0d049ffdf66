package repo

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// maxConfigDirs is how many folders Configs looks into. It gives up rather
// than leave some out unsaid.
const maxConfigDirs = 50_000

// Configs are the paths, with slashes and sorted, of every Fly configuration in
// TOML in or below dir that git does not ignore: fly*.toml, *.fly.toml, and
// those that a workflow or script of the repository names with -c or --config.
// Symbolic links are not followed; git's own folder and installed packages are
// not entered. Without git all are there.
func Configs(ctx context.Context, dir string) ([]string, error) {
	return new(Repositories).Configs(ctx, dir)
}

// Configs is the function of that name, which remembers.
func (r *Repositories) Configs(ctx context.Context, dir string) ([]string, error) {
	out, err := r.configsBelow(ctx, dir)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("look for fly.toml below %s: %w", dir, err)
	}
	around := r.scriptsOf(ctx, cmp.Or(r.gitRoot(abs), abs))
	if around.err != nil {
		return nil, fmt.Errorf("look for fly.toml below %s: %w", dir, around.err)
	}
	here := relSlash(around.root, abs)
	for _, u := range around.uses {
		file := relative(here, u.Config)
		inside := u.Named && path.Ext(file) == ".toml" && !strings.HasPrefix(file, "../") && fileExists(around.root, u.Config)
		if inside && !slices.Contains(out, file) {
			out = append(out, file)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (r *Repositories) configsBelow(ctx context.Context, dir string) ([]string, error) {
	above := r.ignoresAbove(dir)
	type folder struct {
		rel     string
		ignores []ignores // from the outermost in
	}
	folders := []folder{{".", above}}
	var out []string
	for i := 0; i < len(folders); i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if i == maxConfigDirs {
			return nil, fmt.Errorf("look for fly.toml below %s: there are more than %d folders; start further down", dir, maxConfigDirs)
		}
		here := folders[i]
		abs := filepath.Join(dir, filepath.FromSlash(here.rel))
		entries, err := r.list(abs)
		if err != nil {
			return nil, fmt.Errorf("look for fly.toml below %s: %w", dir, err)
		}
		within := append(slices.Clip(here.ignores), ignores{abs, r.ignored(abs)})
		for _, entry := range entries {
			name, rel := entry.Name(), path.Join(here.rel, entry.Name())
			switch {
			case entry.IsDir():
				if name != ".git" && name != "node_modules" && (!ignoredBy(within, filepath.Join(abs, name), true) || r.keeps(filepath.Join(abs, name), true)) {
					folders = append(folders, folder{rel, within})
				}
			case entry.Type().IsRegular() && IsConfig(name) && (!ignoredBy(within, filepath.Join(abs, name), false) || r.keeps(filepath.Join(abs, name), false)):
				out = append(out, rel)
			}
		}
	}
	return out, nil
}

// keeps says whether git has a file, or one in a folder: what it has it ignores no more.
func (r *Repositories) keeps(file string, isDir bool) bool {
	root := r.gitRoot(filepath.Dir(file))
	return root != "" && has(r.tracked(root), relSlash(root, file), isDir)
}

// ignores is what the .gitignore of one folder says of what is below it.
type ignores struct {
	dir  string
	list ignoreList
}

// ignoresAbove are those of the folders between the root of the repository
// and dir, without dir's own. Outside of a repository there are none.
func (r *Repositories) ignoresAbove(dir string) []ignores {
	var out []ignores
	for at := dir; ; at = filepath.Dir(at) {
		if at != dir {
			out = append(out, ignores{at, r.ignored(at)})
		}
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			slices.Reverse(out)
			return out
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// ignoredBy asks the lists from the outermost in; the last one that has an
// opinion decides, as in git.
func ignoredBy(all []ignores, file string, isDir bool) bool {
	ignored := false
	for _, in := range all {
		if rel, err := filepath.Rel(in.dir, file); err == nil {
			ignored = in.list.matchFrom(ignored, filepath.ToSlash(rel), isDir)
		}
	}
	return ignored
}
