//go:build unix && !solaris && !aix

package journal

import (
	"path/filepath"
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
