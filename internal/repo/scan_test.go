package repo

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/fly-standards/fly-standards/plan"
)

// tree writes a txtar text as files and gives the folder.
func tree(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(text)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func scan(t testing.TB, dir string, opts Options) *plan.Repo {
	t.Helper()
	opts.Dir = dir
	r, err := Scan(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// shape is a route as one line: framework, path, marks, place.
func shape(r plan.Route) string {
	line := r.Framework + " " + r.Path
	names := map[plan.DoubtKind]string{plan.DoubtMount: "prefixed", plan.DoubtGuard: "guarded", plan.DoubtBuilt: "unsure"}
	for _, d := range r.Doubts {
		line += " " + cmp.Or(names[d.Kind], string(d.Kind))
	}
	return fmt.Sprintf("%s %s:%02d", line, r.File, r.Line)
}

// Each file testdata/routes/*.txt is a table. A case is "=== name", the routes
// that are wanted ("none" for none), and the files of its tree as txtar. The checks
// of its fly.toml ask / and /home.
func TestRoutes(t *testing.T) {
	files, err := filepath.Glob("testdata/routes/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no route tables", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(data), "\n=== ")[1:] {
			title, body, _ := strings.Cut(part, "\n")
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txt")+"/"+title, func(t *testing.T) {
				archive := txtar.Parse([]byte(body))
				want := strings.TrimSpace(string(archive.Comment))
				var got []string
				r := scan(t, tree(t, body), Options{Asked: []string{"/", "/home"}})
				for _, one := range r.Routes {
					got = append(got, shape(one))
				}
				for _, one := range r.Redirects {
					got = append(got, "redirect: "+shape(one))
				}
				if len(got) == 0 {
					got = []string{"none"}
				}
				if diff := gocmp.Diff(want, strings.Join(got, "\n")); diff != "" {
					t.Errorf("routes (-want +got):\n%s", diff)
				}
			})
		}
	}
}
