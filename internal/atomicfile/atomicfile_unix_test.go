//go:build unix

package atomicfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
)

// A pipe without a writer would block an ordinary open for ever.
func TestPipeIsRefusedWithoutBlocking(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fly.toml")
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
	var refused *atomicfile.RefusedError
	if _, err := atomicfile.ReadRegular(path, 100); !errors.As(err, &refused) {
		t.Errorf("read: got %v", err)
	}
	if err := atomicfile.Write(path, []byte("x"), atomicfile.Options{}); !errors.As(err, &refused) {
		t.Errorf("write: got %v", err)
	}
}

// owned notes whom the new file is given to.
type owned struct {
	atomicfile.FS
	to *[2]int
}

type ownedFile struct {
	atomicfile.File
	to *[2]int
}

func (o owned) CreateTemp(dir, pattern string) (atomicfile.File, error) {
	f, err := o.FS.CreateTemp(dir, pattern)
	return ownedFile{f, o.to}, err
}

func (f ownedFile) Chown(uid, gid int) error {
	*f.to = [2]int{uid, gid}
	return f.File.Chown(uid, gid)
}

func TestWriteKeepsTheOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fly.toml")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	to := [2]int{-1, -1}
	if err := atomicfile.Write(path, []byte("new"), atomicfile.Options{FS: owned{atomicfile.OS(), &to}}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	st := info.Sys().(*syscall.Stat_t)
	if want := [2]int{int(st.Uid), int(st.Gid)}; to != want {
		t.Errorf("the new file went to %v, want %v", to, want)
	}
}
