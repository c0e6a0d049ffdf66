package flytoml_test

import (
	"os"
	"path/filepath"
	"testing"
)

// corpus gives real fly.toml files when they are at hand; nothing depends on
// them alone.
func corpus(tb testing.TB) map[string][]byte {
	tb.Helper()
	paths, err := filepath.Glob("../../../shared/corpus/*.toml")
	if err != nil {
		tb.Fatal(err)
	}
	out := make(map[string][]byte, len(paths))
	for _, p := range paths {
		src, err := os.ReadFile(p)
		if err != nil {
			tb.Fatal(err)
		}
		out[filepath.Base(p)] = src
	}
	return out
}
