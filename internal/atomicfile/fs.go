package atomicfile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FS is the system calls that Write makes, each of which can fail on its own.
type FS interface {
	Lstat(path string) (fs.FileInfo, error)
	Stat(path string) (fs.FileInfo, error)
	EvalSymlinks(path string) (string, error)
	// TryOpen opens an existing file for writing and closes it unchanged.
	TryOpen(path string) error
	CreateTemp(dir, pattern string) (File, error)
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(dir string) error
}

// File is the new file while it is being written.
type File interface {
	io.WriteCloser
	Name() string
	Chown(uid, gid int) error
	Chmod(mode fs.FileMode) error
	Sync() error
}

// OS is the real file system, for a test's FS to embed.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) Lstat(path string) (fs.FileInfo, error)   { return os.Lstat(path) }
func (osFS) Stat(path string) (fs.FileInfo, error)    { return os.Stat(path) }
func (osFS) EvalSymlinks(path string) (string, error) { return filepath.EvalSymlinks(path) }
func (osFS) Rename(from, to string) error             { return os.Rename(from, to) }
func (osFS) Remove(path string) error                 { return os.Remove(path) }
func (osFS) SyncDir(dir string) error                 { return SyncDir(dir) }

func (osFS) TryOpen(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|nonblock, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

func (osFS) CreateTemp(dir, pattern string) (File, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err // not f: a nil *os.File in the interface would not be nil
	}
	return f, nil
}
