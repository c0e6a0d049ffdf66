package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// full has room for names and for nothing else.
type full struct{ osFS }

func (f full) CreateTemp(dir, pattern string) (File, error) {
	file, err := f.osFS.CreateTemp(dir, pattern)
	return noRoom{file}, err
}

type noRoom struct{ File }

func (noRoom) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	return 0, &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
}

// That a full disk has no room for the file must be known before anything rests on it.
func TestWritableOnAFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fly.toml")
	if err := os.WriteFile(path, []byte("app = 'x'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var refused *RefusedError
	if err := tryWrite(full{}, path); !errors.As(err, &refused) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	if err := tryWrite(osFS{}, path); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}
