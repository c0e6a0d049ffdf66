//go:build !windows && (!unix || solaris || aix)

package journal

import "os"

// lockFile only opens the file: there are no locks here that end with the
// process, and one that a crash leaves behind would be worse than none.
func lockFile(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) }

// unlockFile is not needed here: closing the file does it.
func unlockFile(*os.File) {}

// private: folders of a user's own are private here by themselves.
func private(string) error { return nil }
