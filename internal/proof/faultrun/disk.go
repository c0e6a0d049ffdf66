package faultrun

import (
	"errors"
	"io/fs"
	"os"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
)

// disk is the real file system on which each call that changes something can
// fail, or be the last thing that the process did or began.
type disk struct{ w *world }

// call is before and after a system call. Do is not called when the call
// fails, and never by a dead process.
func (d disk) call(what string, do func() error) error { return d.class("disk", what, do) }

// journal is call for the record of the run.
func (d disk) journal(what string, do func() error) error { return d.class("journal", what, do) }

func (d disk) class(class, what string, do func() error) error {
	p := d.w.proc
	if p == nil || p.dead {
		return fs.ErrClosed
	}
	now := d.w.strikesDisk(class, what)
	if now.killBefore {
		p.end(now)
	}
	if now.full {
		p.recordFull = p.recordFull || class == "journal"
		return errFull
	}
	err := do()
	if class == "disk" { // the journal's calls leave fly.toml alone
		d.w.known = false
	}
	d.w.kept("after the system call " + what)
	d.w.checkOther("after the system call " + what)
	if now.killAfter {
		p.end(now)
	}
	return err
}

func (d disk) Lstat(path string) (fs.FileInfo, error)   { return atomicfile.OS().Lstat(path) }
func (d disk) Stat(path string) (fs.FileInfo, error)    { return atomicfile.OS().Stat(path) }
func (d disk) EvalSymlinks(path string) (string, error) { return atomicfile.OS().EvalSymlinks(path) }
func (d disk) TryOpen(path string) error {
	return d.call("open", func() error { return atomicfile.OS().TryOpen(path) })
}
func (d disk) Rename(from, to string) error {
	return d.call("rename", func() error {
		old, err := os.ReadFile(to)
		if errors.Is(err, fs.ErrNotExist) { // one of the other files is made
			old, err = nil, nil
		}
		if err == nil {
			err = atomicfile.OS().Rename(from, to)
		}
		if err == nil {
			d.w.proc.unsynced.rename(from, to, old)
		}
		return err
	})
}
func (d disk) Remove(path string) error {
	return d.call("remove", func() error {
		old, err := os.ReadFile(path)
		if err == nil {
			err = atomicfile.OS().Remove(path)
		}
		if err == nil && path == d.w.otherPath() {
			d.w.proc.unsynced.renamed[path] = old // may be there again after a loss of power
		}
		delete(d.w.proc.unsynced.bytes, path)
		return err
	})
}
func (d disk) SyncDir(string) error {
	return d.call("sync folder", func() error { d.w.proc.unsynced.folderSynced(); return nil })
}

func (d disk) CreateTemp(dir, pattern string) (f atomicfile.File, err error) {
	err = d.call("create", func() error {
		f, err = atomicfile.OS().CreateTemp(dir, pattern)
		return err
	})
	if err != nil {
		return nil, err
	}
	return file{f, d}, nil
}

// file is the new file while it is written.
type file struct {
	atomicfile.File
	d disk
}

// Write may be cut in the middle by a full disk or the end of the process.
func (f file) Write(b []byte) (n int, err error) {
	for _, part := range [][]byte{b[:len(b)/2], b[len(b)/2:]} {
		err = f.d.call("write", func() error {
			m, err := f.File.Write(part)
			f.d.w.proc.unsynced.wrote(f.Name(), m)
			n += m
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (f file) Chmod(mode fs.FileMode) error {
	return f.d.call("chmod", func() error { return f.File.Chmod(mode) })
}
func (f file) Sync() error {
	return f.d.call("sync", func() error { f.d.w.proc.unsynced.synced(f.Name()); return nil })
}
func (f file) Close() error {
	defer func() {
		if r := recover(); r != nil {
			_ = f.File.Close() // the system closes the files of a dead process
			panic(r)
		}
	}()
	return f.d.call("close", f.File.Close)
}
