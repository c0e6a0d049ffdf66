package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
)

func TestSweepTakesOnlyWhatAWriteLeft(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"fly.toml", ".fly.toml.123456.tmp", ".new.json.5.tmp", // ours
		".fly.toml.tmp", ".fly.toml.old.tmp", ".fly.toml..tmp", "fly.toml.1.tmp", ".fly.staging.toml.123.tmp", ".fly.toml.12.tmp.bak",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".fly.toml.77.tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "linked.toml")
	if err := os.Symlink(filepath.Join(dir, "fly.toml"), link); err != nil {
		t.Fatal(err)
	}
	atomicfile.Sweep(link)                           // Write writes beside the target of a link
	atomicfile.Sweep(filepath.Join(dir, "new.json")) // it was to be made
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := []string{
		".fly.staging.toml.123.tmp", ".fly.toml..tmp", ".fly.toml.12.tmp.bak", ".fly.toml.77.tmp", ".fly.toml.old.tmp", ".fly.toml.tmp",
		"fly.toml", "fly.toml.1.tmp",
	}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
}
