//go:build unix && !solaris && !aix

package journal

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A child process that is being started has a copy of every open file for a
// moment: the lock is given back all the same.
func TestUnlockedThoughACopyIsOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	f, err := lockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dup, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(dup) //nolint:errcheck // nothing was written
	unlockFile(f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := lockFile(path)
	if err != nil {
		t.Fatalf("the lock is held by a copy: %v", err)
	}
	_ = again.Close()
}

// What others could have put there, or into the folder around it, is neither read nor
// added to.
func TestFolderThatOthersMayWrite(t *testing.T) {
	for _, open := range []string{".", "a"} {
		root := t.TempDir()
		if err := os.Mkdir(Dir(root, "a"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(root, open), 0o777); err != nil {
			t.Fatal(err)
		}
		_, errList := List(root, "a")
		_, errLock := Lock(root, "a", Holder{})
		for _, err := range []error{errList, errLock} {
			if err == nil || !strings.Contains(err.Error(), "others may write there") {
				t.Errorf("%s: got %v", open, err)
			}
		}
	}
	for _, c := range []struct {
		me, owner int
		mode      os.FileMode
		want      bool
	}{{1000, 1000, 0o700, false}, {1000, 1001, 0o700, true}, {1000, 0, 0o755, false}, {0, 1001, 0o700, false}, {0, 1001, 0o777, true}, {1000, 1000, 0o777, true}} {
		if got := othersCan(c.me, c.owner, c.mode); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
