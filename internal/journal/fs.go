package journal

import (
	"io"
	"os"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
)

// FS is the system calls that write a journal, each of which can fail on its
// own, or be the last before the power goes.
type FS interface {
	// Create makes a file to append to, for its owner alone; it must not exist.
	Create(path string) (File, error)
	SyncDir(dir string) error
}

// File is a journal while it is written.
type File interface {
	io.WriteCloser
	Name() string
	Sync() error
}

// OS is the real file system, for a simulation to build on.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) SyncDir(dir string) error { return atomicfile.SyncDir(dir) }

func (osFS) Create(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err // not f: a nil *os.File in the interface would not be nil
	}
	return f, nil
}
