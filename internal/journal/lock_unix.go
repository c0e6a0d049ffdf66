//go:build unix && !solaris && !aix

package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFile opens and locks a file; closing it unlocks it.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	switch {
	case err == nil, errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOSYS):
		return f, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = errHeld
	}
	_ = f.Close()
	return nil, err
}

// unlockFile gives the lock back although a child process that is being
// started holds the open file for a moment longer.
func unlockFile(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// private says what is wrong with a folder of records, or the one that it is in,
// that others could have prepared: an undo and a repair do what stands there.
func private(dir string) error {
	for _, path := range []string{filepath.Dir(dir), dir} {
		info, err := os.Lstat(path)
		if err != nil {
			continue // it is not there yet; the caller tells of anything else
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if ok && othersCan(os.Geteuid(), int(st.Uid), info.Mode()) {
			return fmt.Errorf("%s belongs to somebody else, or others may write there, so nothing in it is believed; remove it, or name another place by XDG_STATE_HOME", path)
		}
	}
	return nil
}

func othersCan(me, owner int, mode os.FileMode) bool {
	return me != 0 && owner != me && owner != 0 || mode&os.ModeSymlink == 0 && mode.Perm()&0o002 != 0
}
