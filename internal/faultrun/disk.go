package faultrun

import (
	"io/fs"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
)

// disk is the real file system on which each call that changes something can
// fail, or be the last thing that the process did or began.
type disk struct{ w *world }

// call is before and after a system call. Do is not called when the call
// fails, and never by a dead process.
func (d disk) call(what string, do func() error) error {
	p := d.w.proc
	if p == nil || p.dead {
		return fs.ErrClosed
	}
	p.fsCalls++
	now := d.w.strikesDisk(p.fsCalls, what)
	if now.killBefore {
		p.kill()
	}
	if now.full {
		return errFull
	}
	err := do()
	d.w.known = false
	d.w.kept("after the system call " + what)
	if now.killAfter {
		p.kill()
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
	return d.call("rename", func() error { return atomicfile.OS().Rename(from, to) })
}
func (d disk) Remove(path string) error {
	return d.call("remove", func() error { return atomicfile.OS().Remove(path) })
}
func (d disk) SyncDir(dir string) error {
	return d.call("sync folder", func() error { return nil })
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
	err = f.d.call("write half", func() error { n, err = f.File.Write(b[:len(b)/2]); return err })
	if err != nil {
		return n, err
	}
	m := 0
	err = f.d.call("write", func() error { m, err = f.File.Write(b[len(b)/2:]); return err })
	return n + m, err
}

func (f file) Chmod(mode fs.FileMode) error {
	return f.d.call("chmod", func() error { return f.File.Chmod(mode) })
}
func (f file) Sync() error { return f.d.call("sync", func() error { return nil }) }
func (f file) Close() error {
	defer func() {
		if r := recover(); r != nil {
			_ = f.File.Close() // the system closes the files of a dead process
			panic(r)
		}
	}()
	return f.d.call("close", f.File.Close)
}
