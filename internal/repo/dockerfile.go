package repo

import (
	"os"
	"path/filepath"
	"strings"
)

// fileExists says whether a regular file lies at rel below dir.
func fileExists(dir, rel string) bool {
	info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(rel)))
	return err == nil && info.Mode().IsRegular()
}

// linkedOut: a linked folder on the way to the Dockerfile leads out of the tree. A name with ..
// is the user's own choice, and its file is read.
func linkedOut(root, name string) bool {
	if strings.HasPrefix(name, "../") {
		return false
	}
	realRoot, err := filepath.EvalSymlinks(root)
	if err != nil {
		return true
	}
	file, err := filepath.EvalSymlinks(filepath.Join(root, filepath.FromSlash(name)))
	return err != nil || !strings.HasPrefix(file, realRoot+string(filepath.Separator))
}
