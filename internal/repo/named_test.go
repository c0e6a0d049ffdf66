package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// TestAbsent: a file that fly.toml names is missing where the source is there,
// and not known to be in a folder of configurations alone.
func TestAbsent(t *testing.T) {
	for name, c := range map[string]struct{ files, want []string }{
		"configurations alone":     {[]string{"fly.staging.toml", "notes.md"}, nil},
		"beside source":            {[]string{"main.go"}, []string{"build.dockerfile", "files[0].local_path"}},
		"beside a manifest":        {[]string{"requirements.txt"}, []string{"build.dockerfile", "files[0].local_path"}},
		"in a repository":          {[]string{".git/HEAD"}, []string{"build.dockerfile", "files[0].local_path"}},
		"one of them is there":     {[]string{"Dockerfile.web"}, []string{"files[0].local_path"}},
		"both of them are there":   {[]string{"Dockerfile.web", "app.conf"}, nil},
		"another Dockerfile there": {[]string{"Dockerfile"}, []string{"build.dockerfile", "files[0].local_path"}},
		"in other letters":         {[]string{"dockerfile.web", "app.conf"}, []string{"build.dockerfile: dockerfile.web"}},
		"as seen from the root":    {[]string{"../.git/HEAD", "../Dockerfile.web", "../app.conf"}, []string{"build.dockerfile: ../Dockerfile.web"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "app")
			write := func(file, text string) {
				file = filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			toml := "[build]\ndockerfile = 'Dockerfile.web'\n[[files]]\nguest_path = '/etc/app.conf'\nlocal_path = 'app.conf'\n"
			file, err := flytoml.Parse("fly.toml", []byte(toml))
			if err != nil {
				t.Fatal(err)
			}
			write("fly.toml", toml)
			for _, f := range c.files {
				write(f, "x\n")
			}
			var got []string
			for _, a := range Absent(dir, file) {
				got = append(got, strings.TrimSuffix(a.Key+": "+a.There, ": "))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
