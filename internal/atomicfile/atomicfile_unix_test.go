//go:build unix

package atomicfile_test

import (
	"errors"
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
