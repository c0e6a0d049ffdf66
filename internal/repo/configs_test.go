package repo

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfigs(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		".git/fly.toml":                       "",
		".gitignore":                          "/old\n*.local.toml\ngen/**/out/\n",
		"outside/fly.toml":                    "",
		"apps/.gitignore":                     "!fly.keep.local.toml\nscratch/\n",
		"apps/fly.toml":                       "",
		"apps/fly.staging.toml":               "",
		"apps/fly.mine.local.toml":            "",
		"apps/fly.keep.local.toml":            "",
		"apps/scratch/fly.toml":               "",
		"apps/old/fly.toml":                   "",
		"apps/.hidden/fly.toml":               "",
		"apps/node_modules/x/fly.toml":        "",
		"apps/.fly-standards.toml":            "",
		"apps/fly-standards.toml":             "",
		"apps/flyway.toml":                    "",
		"apps/tests/fixtures/fly-review.toml": "",
		"old/fly.toml":                        "",
		"gen/a/b/out/fly.toml":                "",
		"gen/a/b/fly.toml":                    "",
		"apps/todo.fly.toml":                  "",
		"apps/.fly.toml":                      "",
		"apps/ops/prod.toml":                  "",
		"apps/ops/other.toml":                 "",
		".github/workflows/d.yml":             "steps:\n  - run: fly deploy -c ops/prod.toml\n    working-directory: apps\n  - run: fly deploy -c apps/ops/none.toml\n",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	index := binary.BigEndian.AppendUint32(append([]byte("DIRC"), 0, 0, 0, 2, 0, 0, 0, 1), 0) // git keeps one of those
	index = append(append(append(index, make([]byte, 58)...), "apps/fly.mine.local.toml"...), make([]byte, 8)...)
	if err := os.WriteFile(filepath.Join(root, ".git", "index"), index, 0o644); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string][]string{
		"apps": {".hidden/fly.toml", "fly.keep.local.toml", "fly.mine.local.toml", "fly.staging.toml", "fly.toml", "old/fly.toml", "ops/prod.toml", "tests/fixtures/fly-review.toml", "todo.fly.toml"},
		"gen":  {"a/b/fly.toml"},
		".": {"apps/.hidden/fly.toml", "apps/fly.keep.local.toml", "apps/fly.mine.local.toml", "apps/fly.staging.toml", "apps/fly.toml", "apps/old/fly.toml",
			"apps/ops/prod.toml", "apps/tests/fixtures/fly-review.toml", "apps/todo.fly.toml", "gen/a/b/fly.toml", "outside/fly.toml"},
	} {
		got, err := Configs(t.Context(), filepath.Join(root, dir))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("below %s:\n%s", dir, diff)
		}
	}
}
