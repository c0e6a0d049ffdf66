package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

// Repositories remembers what it found out about folders and whole repositories,
// so that a run over many fly.toml files reads each of them once, whatever their
// number. It is for one run: what changes meanwhile is not seen. The zero value is
// ready, for several goroutines too; what it gives nobody may change. Keys are
// absolute paths.
type Repositories struct {
	lists     memo[string, listed]
	roots     memo[string, string]
	ignores   memo[string, ignoreList]
	texts     sync.Map // to []byte; see text
	index     memo[string, []string]
	workflows memo[string, []plan.Workflow]
	deploys   memo[string, []flyDeploy]
	scripts   memo[string, *scripts]
	migrated  memo[string, []plan.Evidence]
	holdings  memo[string, *holdings]
	walks     memo[walkOf, *walked]
}

// memo is worked out for the first who asks for a key.
type memo[K comparable, V any] struct{ of sync.Map }

type remembered[V any] struct {
	once  sync.Once
	value V
}

func (m *memo[K, V]) get(key K, work func(K) V) V {
	r, ok := m.of.Load(key)
	if !ok {
		r, _ = m.of.LoadOrStore(key, new(remembered[V]))
	}
	one := r.(*remembered[V])
	one.once.Do(func() { one.value = work(key) })
	return one.value
}

type listed struct {
	entries []os.DirEntry
	err     error
}

// list is os.ReadDir, for which a folder that is not there is empty.
func (r *Repositories) list(dir string) ([]os.DirEntry, error) {
	l := r.lists.get(dir, func(dir string) (l listed) {
		if l.entries, l.err = os.ReadDir(dir); errors.Is(l.err, fs.ErrNotExist) {
			l.err = nil
		}
		return l
	})
	return l.entries, l.err
}

// gitRoot is the folder with .git that dir is in; "" outside of a repository.
func (r *Repositories) gitRoot(dir string) string {
	return r.roots.get(dir, func(dir string) string {
		above := filepath.Dir(dir)
		switch {
		case exists(filepath.Join(dir, ".git")):
			return dir
		case above == dir:
			return ""
		}
		return r.gitRoot(above)
	})
}

// ignored is what the .gitignore of one folder says.
func (r *Repositories) ignored(dir string) ignoreList { return r.ignores.get(dir, readIgnore) }

// tracked are the files that git keeps in the repository with this root.
func (r *Repositories) tracked(root string) []string { return r.index.get(root, tracked) }

func (r *Repositories) workflowsOf(root string) []plan.Workflow {
	return r.workflows.get(root, workflows)
}

// deploysOf are the deploys of all workflows, in order.
func (r *Repositories) deploysOf(root string) []flyDeploy {
	return r.deploys.get(root, func(root string) []flyDeploy {
		var out []flyDeploy
		for _, w := range r.workflowsOf(root) {
			for _, j := range w.Jobs {
				for _, step := range j.Steps {
					step, there := inTree(root, step)
					for _, d := range deploysOf(step) {
						d.inTree = there
						out = append(out, d)
					}
				}
			}
		}
		return out
	})
}

// maxKept is the size from which the text of a file is not kept but read again.
const maxKept = 16 << 10

// text is that of a regular file; nil for none, and for one that is too large.
func (r *Repositories) text(name string) []byte {
	if text, ok := r.texts.Load(name); ok {
		return text.([]byte)
	}
	text := regularText(name)
	if len(text) <= maxKept {
		r.texts.Store(name, text)
	}
	return text
}

func regularText(name string) []byte {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil
	}
	text, _ := readInto(nil, name)
	return text
}
