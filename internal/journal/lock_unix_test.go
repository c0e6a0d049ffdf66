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

// What others could have put there is neither read nor added to.
func TestFolderThatOthersMayWrite(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(Dir(root, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(Dir(root, "a"), 0o777); err != nil {
		t.Fatal(err)
	}
	_, errList := List(root, "a")
	_, errLock := Lock(root, "a", Holder{})
	for _, err := range []error{errList, errLock} {
		if err == nil || !strings.Contains(err.Error(), "others may write there") {
			t.Errorf("got %v", err)
		}
	}
}
