package journal

import (
	"errors"
	"io/fs"
	"os"
)

// Prune removes the oldest journals of an app, but never the newest keep, and
// never one without an End: that is what an unfinished apply is found by.
func Prune(root, app string, keep int) error {
	paths, err := List(root, app)
	if err != nil || len(paths) <= keep {
		return err
	}
	var failed error
	for _, path := range paths[:len(paths)-keep] {
		entries, err := Read(path)
		if err != nil || len(entries) == 0 || entries[len(entries)-1].Kind != End {
			continue // what can't be read is for a person to look at
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = err
		}
	}
	return failed
}
