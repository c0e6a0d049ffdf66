//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// nonblock keeps an open from waiting for the other end of a pipe that took
// the file's place.
const nonblock = syscall.O_NONBLOCK

// keepOwner is best effort: only root may give a file away, and a file in a
// group that the user has left can't be given back to it.
func keepOwner(f File, old fs.FileInfo) {
	if st, ok := old.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(st.Uid), int(st.Gid))
	}
}

// renameRefused says whether the system will not let us put another file in the
// place of old: in a sticky folder only the owner of the file, or of the folder,
// may.
func renameRefused(dir, old fs.FileInfo) bool {
	d, okDir := dir.Sys().(*syscall.Stat_t)
	f, okFile := old.Sys().(*syscall.Stat_t)
	return okDir && okFile && dir.Mode()&fs.ModeSticky != 0 && stickyRefuses(euid(), int(d.Uid), int(f.Uid))
}

// euid is a variable for a test, which may run as root.
var euid = os.Geteuid

func stickyRefuses(me, dir, file int) bool { return me != 0 && me != dir && me != file }

// SyncDir makes a rename or a new name in dir last. Some file systems can't
// sync a folder and say EINVAL or ENOTSUP; there the rename is as lasting as
// it gets.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
