//go:build !unix

package atomicfile

import "io/fs"

const nonblock = 0

// keepOwner does nothing: a new file takes the folder's access list.
func keepOwner(File, fs.FileInfo) {}

// SyncDir does nothing: a folder can't be opened for syncing here.
func SyncDir(string) error { return nil }
