// Package atomicfile reads and replaces one regular file so that a reader, or
// a machine that loses power, sees the old bytes or the new ones and never a
// mixture.
//
// Limits: a replaced file is a new inode, so other hard links keep the old
// bytes, and extended attributes are not copied.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Options of Write. The zero value is what callers want.
type Options struct {
	// Mode is the mode of a file that does not exist yet; 0 means 0644. An
	// existing file keeps its own.
	Mode fs.FileMode
	// FS replaces the system calls, for tests that make one of them fail.
	FS FS
}

// A RefusedError says that the file must not or can't be replaced. Nothing was
// changed.
type RefusedError struct {
	Path   string
	Reason string
	Err    error // the system's own words, when it gave any
}

// Error implements error.
func (e *RefusedError) Error() string { return e.Path + ": " + e.Reason }

// Unwrap implements errors.Unwrap.
func (e *RefusedError) Unwrap() error { return e.Err }

// Write replaces the file at path by data: written beside it, synced, renamed
// over it, and the folder synced. Mode and, where the system lets us, owner
// stay. Of a symbolic link the target is replaced; the link stays.
//
// A file that nobody may write is refused with a *RefusedError although a
// rename would get around it: somebody made it read-only on purpose.
func Write(path string, data []byte, o Options) error {
	sys := o.FS
	if sys == nil {
		sys = osFS{}
	}
	target, err := resolve(sys, path)
	if err != nil {
		return err
	}
	mode := o.Mode
	if mode == 0 {
		mode = 0o644
	}
	old, err := sys.Stat(target)
	switch {
	case err == nil:
		if err := writable(sys, path, target, old); err != nil {
			return err
		}
		mode = old.Mode().Perm()
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	default:
		return fmt.Errorf("look at %s: %w", path, err)
	}
	return replace(sys, path, target, data, mode, old)
}

// Writable says, with Write's own errors, why Write would not replace the file
// at path, or make it; nil when nothing speaks against it. It makes a file of its
// size beside it, for which a full disk has no room, and removes that again.
func Writable(path string) error { return tryWrite(osFS{}, path) }

func tryWrite(sys FS, path string) error {
	target, err := resolve(sys, path)
	if err != nil {
		return err
	}
	size := int64(0)
	switch old, err := sys.Stat(target); {
	case err == nil:
		if err := writable(sys, path, target, old); err != nil {
			return err
		}
		if dir, err := sys.Stat(filepath.Dir(target)); err == nil && renameRefused(dir, old) {
			return &RefusedError{path, "it is somebody else's, in a folder like /tmp where only the owner may replace a file", fs.ErrPermission}
		}
		size = old.Size()
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look at %s: %w", path, err)
	}
	tmp, err := sys.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*.tmp")
	if err != nil {
		return folderRefused(path, err)
	}
	_, full := tmp.Write(make([]byte, size))
	if full != nil {
		full = folderRefused(path, full)
	}
	return errors.Join(full, tmp.Close(), sys.Remove(tmp.Name()))
}

// resolve follows symbolic links. A dangling link is refused: creating what it
// points to is nothing that a caller asked for.
func resolve(sys FS, path string) (string, error) {
	info, err := sys.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	if err != nil {
		return "", fmt.Errorf("look at %s: %w", path, err)
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return path, nil
	}
	target, err := sys.EvalSymlinks(path)
	if err != nil {
		return "", &RefusedError{path, "it is a broken symbolic link", err}
	}
	return target, nil
}

func writable(sys FS, path, target string, info fs.FileInfo) error {
	if reason := irregular(info); reason != "" {
		return &RefusedError{path, reason, nil}
	}
	if info.Mode().Perm()&0o222 == 0 {
		return &RefusedError{path, "it is read-only", fs.ErrPermission}
	}
	if err := sys.TryOpen(target); err != nil {
		return &RefusedError{path, "it can't be written" + because(err), err}
	}
	return nil
}

// irregular says what a file is when it is not a plain one.
func irregular(info fs.FileInfo) string {
	mode := info.Mode()
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "it is a folder, not a file"
	case mode&fs.ModeNamedPipe != 0:
		return "it is a pipe, not a regular file"
	case mode&fs.ModeSocket != 0:
		return "it is a socket, not a regular file"
	case mode&fs.ModeDevice != 0:
		return "it is a device, not a regular file"
	}
	return "it is not a regular file"
}

// folderRefused is why no new file can be made beside path.
func folderRefused(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &RefusedError{path, "its folder does not exist", err}
	}
	return &RefusedError{path, "its folder can't be written" + because(err), err}
}

// because is what the system said, without the path once more.
func because(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return ": " + at.Err.Error()
	}
	return ""
}

func replace(sys FS, path, target string, data []byte, mode fs.FileMode, old fs.FileInfo) (err error) {
	dir := filepath.Dir(target)
	tmp, err := sys.CreateTemp(dir, "."+filepath.Base(target)+".*.tmp")
	if err != nil {
		return folderRefused(path, err)
	}
	renamed := false
	defer func() {
		if !renamed {
			_ = sys.Remove(tmp.Name())
		}
	}()
	if err := fill(tmp, data, mode, old); err != nil {
		_ = tmp.Close()
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err // the name of the new file says nothing to anybody
		}
		return fmt.Errorf("write beside %s: %w", path, err)
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("close the new %s: %w", path, err)
	}
	if err := sys.Rename(tmp.Name(), target); err != nil {
		return fmt.Errorf("put the new %s in place: %w", path, err)
	}
	renamed = true
	if err := sys.SyncDir(dir); err != nil {
		return fmt.Errorf("sync the folder of %s: %w", path, err)
	}
	return nil
}

// fill gives the new file its bytes, owner and mode, in this order: changing
// the owner may clear mode bits.
func fill(f File, data []byte, mode fs.FileMode, old fs.FileInfo) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	if old != nil {
		keepOwner(f, old)
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	return f.Sync()
}

// size says a limit the way people do.
func size(n int64) string {
	if n > 0 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// ReadRegular reads a regular file of at most limit bytes. Pipes, folders and
// devices are refused with a *RefusedError without ever blocking on them, and
// so is a larger file.
func ReadRegular(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if reason := irregular(info); reason != "" { // opening a device may do something
		return nil, &RefusedError{path, reason, nil}
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	// Looked at again through the open file, in case the path was exchanged.
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if reason := irregular(info); reason != "" {
		return nil, &RefusedError{path, reason, nil}
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(data)) > limit {
		return nil, &RefusedError{path, "it is larger than " + size(limit), nil}
	}
	return data, nil
}
