package fixers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fly-standards/fly-standards/plan"
)

// TestHealthPaths plans small trees with a path that is served, that is served
// under a condition, or that only looks so: offline, and with two machines that
// answer what the tree does. want.txt beside each says what is right: a path,
// "/path is not safe", "not /path" or "no HTTP check".
func TestHealthPaths(t *testing.T) {
	wants, err := filepath.Glob("../../shared/cases/health-paths/*/want.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range wants {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSpace(string(raw))
		app := "machines: 2x app in iad\n"
		if served, _, _ := strings.Cut(want, " "); strings.HasPrefix(want, "/") && !strings.Contains(want, "not safe") {
			app += "serves: " + served + "\n"
		}
		for _, app := range []string{"", app} {
			f := treeFixture(t, filepath.Dir(path), app)
			var proposed string
			var safety plan.Safety
			for _, o := range f.planned(t, f.rule) {
				for _, e := range o.Edits {
					for _, entry := range e.Entries {
						if entry.Key == "path" {
							proposed, safety = strings.Trim(entry.Value, `"`), o.Safety
						}
					}
				}
			}
			if !rightPath(want, proposed, safety, app != "") {
				t.Errorf("%s: want %s; with machines: %v, %q is proposed as %s", f.name, want, app != "", proposed, safety)
			}
		}
	}
}

func rightPath(want, proposed string, safety plan.Safety, live bool) bool {
	path, _, _ := strings.Cut(want, " ")
	switch {
	case path == "no" || path == "not":
		return proposed == ""
	case strings.Contains(want, "is not safe"):
		return proposed == "" || proposed == path && safety != plan.Safe
	}
	return proposed == path && (safety == plan.Safe) == live
}

// treeFixture is a folder as a fixture; app is its live app, "" offline.
func treeFixture(t *testing.T, dir, app string) *fixture {
	t.Helper()
	f := &fixture{name: filepath.Base(dir), rule: "health-checks", arc: &txtar.Archive{}}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "want.txt" {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator)))
		if name != "fly.toml" {
			name = "repo/" + name
		}
		data, err := os.ReadFile(path)
		f.arc.Files = append(f.arc.Files, txtar.File{Name: name, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f.set("app", app)
	return f
}
