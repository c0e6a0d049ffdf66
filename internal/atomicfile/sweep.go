package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sweep removes what a Write of path left beside it that was killed half-way.
// It must not run while another process may be writing path. What can't be
// removed stays: it is in nobody's way.
func Sweep(path string) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) { // it was to be made
		if target, err = filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			target = filepath.Join(target, filepath.Base(path))
		}
	}
	if err != nil {
		return
	}
	dir, base := filepath.Split(target)
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return
	}
	for _, e := range entries {
		middle, ok := strings.CutPrefix(e.Name(), "."+base+".")
		number, ok2 := strings.CutSuffix(middle, ".tmp")
		// os.CreateTemp puts digits where the star is, and nothing else.
		if ok && ok2 && number != "" && strings.Trim(number, "0123456789") == "" && e.Type().IsRegular() {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
