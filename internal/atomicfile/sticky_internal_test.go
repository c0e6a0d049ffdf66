//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// That a rename will be refused must be known before anything rests on it.
func TestStickyRefuses(t *testing.T) {
	for _, c := range []struct {
		me, dir, file int
		want          bool
	}{
		{1000, 0, 1001, true}, {1000, 0, 1000, false}, {1000, 1000, 1001, false}, {0, 5, 6, false},
	} {
		if got := stickyRefuses(c.me, c.dir, c.file); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

func TestWritableInAStickyFolder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "fly.toml")
	if err := errors.Join(os.WriteFile(path, nil, 0o666), os.Chmod(dir, 0o777|fs.ModeSticky)); err != nil {
		t.Fatal(err)
	}
	var refused *RefusedError
	for me, want := range map[int]bool{0: false, os.Geteuid() + 1: true} {
		euid = func() int { return me }
		if err := Writable(path); errors.As(err, &refused) != want {
			t.Errorf("user %d: %v", me, err)
		}
	}
	euid = os.Geteuid
}

// Some file systems can't sync a folder; that is no failure of a write.
func TestSyncDirWhereItCant(t *testing.T) {
	if d, err := os.Open("/proc"); err == nil {
		if err := errors.Join(d.Sync(), d.Close()); !errors.Is(err, syscall.EINVAL) {
			return // here it can
		}
		if err := SyncDir("/proc"); err != nil {
			t.Error(err)
		}
	}
	if err := SyncDir(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
