//go:build !unix

package atomicfile

import "io/fs"

const nonblock = 0

// keepOwner does nothing: a new file takes the folder's access list.
func keepOwner(File, fs.FileInfo) {}

// renameRefused: there are no sticky folders.
func renameRefused(_, _ fs.FileInfo) bool { return false }

// SyncDir does nothing: a folder can't be opened for syncing here.
func SyncDir(string) error { return nil }
