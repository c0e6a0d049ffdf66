package fixers_test

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// others are the files of the repository besides fly.toml.
func (w *world) others(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(w.dir, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (rel == ".state" || rel == ".git"):
			return filepath.SkipDir
		case d.IsDir() || rel == "fly.toml":
			return nil
		}
		b, err := os.ReadFile(path)
		all[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// otherFile reads one of them, as an undo asks for it.
func (w *world) otherFile(file string) ([]byte, bool, error) {
	b, err := apply.OthersOnDisk(w.dir, nil).Read(file)
	if os.IsNotExist(err) {
		return nil, false, nil
	}
	return b, err == nil, err
}

// gitIndex makes the folder a repository that keeps all its files: an index of
// version 2 with their names is all that is read of one.
func (w *world) gitIndex(t *testing.T) {
	t.Helper()
	var names []string
	for name := range w.others(t) {
		if !slices.Contains(w.f.flags["untracked"], name) {
			names = append(names, name)
		}
	}
	names = append(names, "fly.toml")
	slices.Sort(names)
	var b bytes.Buffer
	b.WriteString("DIRC")
	_ = binary.Write(&b, binary.BigEndian, []uint32{2, uint32(len(names))})
	for _, name := range names {
		entry := append(make([]byte, 60), byte(len(name)>>8), byte(len(name)))
		entry = append(entry, name...)
		b.Write(append(entry, make([]byte, 8-len(entry)%8)...))
	}
	w.write(t, ".git/index", b.Bytes())
	w.write(t, ".git/HEAD", []byte("ref: refs/heads/main\n"))
}

// otherWant compares the other files that an apply changed with the fixture.
func (f *fixture) otherWant(t *testing.T, p *plan.Plan, after map[string]string) {
	t.Helper()
	changed := map[string]bool{}
	for _, s := range p.Steps {
		if s.OtherFile != nil {
			changed[s.OtherFile.File] = true
			f.want(t, "repo.want/"+s.OtherFile.File, after[s.OtherFile.File])
		}
	}
	for _, file := range f.arc.Files {
		if name, ok := strings.CutPrefix(file.Name, "repo.want/"); ok && !changed[name] {
			t.Errorf("%s is wanted, and no step changes it", name)
		}
		name, ok := strings.CutPrefix(file.Name, "repo/")
		if ok && !changed[name] && after[name] != string(file.Data) {
			t.Errorf("%s was changed, and no step says so", name)
		}
	}
}
