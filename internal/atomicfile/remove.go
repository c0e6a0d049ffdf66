package atomicfile

import (
	"fmt"
	"path/filepath"
)

// Remove takes a regular file away and syncs its folder. What is no regular
// file is refused with a *RefusedError; a symbolic link is none.
func Remove(path string, o Options) error {
	sys := o.FS
	if sys == nil {
		sys = osFS{}
	}
	info, err := sys.Lstat(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	if reason := irregular(info); reason != "" {
		return &RefusedError{path, reason, nil}
	}
	if err := sys.Remove(path); err != nil {
		return fmt.Errorf("remove %s: %w", path, err)
	}
	if err := sys.SyncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("sync the folder of %s: %w", path, err)
	}
	return nil
}
