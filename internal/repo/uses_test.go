package repo

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUsesFromTheGitRoot: commands of a whole repository, with the folder that
// each runs in, as they concern one fly.toml further down.
func TestUsesFromTheGitRoot(t *testing.T) {
	root := tree(t, `
-- .git/HEAD --
x
-- apps/web/fly.toml --
app = "web"
-- apps/web/fly.json --
{"app": "web-too"}
-- apps/api/fly.toml --
app = "api"
-- deploy/tenant.fly.toml --
[env]
-- ops/prod.toml --
app = "ops"
-- .github/workflows/deploy.yml --
on: push
defaults:
  run:
    working-directory: apps/web
jobs:
  tenants:
    strategy: {matrix: {app: [one, two]}}
    steps:
      - run: fly deploy -a ${{ matrix.app }} --vm-memory 1024
      - working-directory: apps/api
        run: |
          npm test
          flyctl deploy --remote-only
      - name: from a folder named below
        run: fly deploy -c ../tenant.fly.toml
        working-directory: ./deploy/x
      - run: cd ../api && fly deploy
      - run: >
          flyctl deploy
          --app far
-- .gitlab-ci.yml --
deploy:
  variables:
    FLY_APP: by-variable
  script:
    - fly deploy --config apps/web
-- apps/web/Makefile --
deploy:
	fly deploy --config ../../ops/prod.toml
-- apps/web/bin/release --
cd "$(dirname "$0")/.."
FLY_APP=pre fly deploy
-- scripts/deploy.sh --
set -e
# fly deploy -a commented
cd apps/web
fly deploy . -a "$1"
-- Procfile --
release: fly deploy apps/api -a api
-- docs/notes.sh --
echo "run fly status"
fly status -a other
`)
	r := scan(t, filepath.Join(root, "apps", "web"), Options{ConfigName: "fly.toml"})
	var got []string
	for _, u := range r.Uses {
		got = append(got, fmt.Sprintf("%s:%d app %q several %v config %s named %v own %v", u.File, u.Line, u.App, u.Several, u.Config, u.Named, u.Own))
	}
	want := []string{
		`../../.github/workflows/deploy.yml:9 app "${{matrix.app}}" several true config fly.toml named false own true`,
		`../../.github/workflows/deploy.yml:13 app "" several false config ../api/fly.toml named false own false`,
		`../../.github/workflows/deploy.yml:15 app "" several false config ../../deploy/tenant.fly.toml named true own false`,
		`../../.github/workflows/deploy.yml:17 app "" several false config ../api/fly.toml named false own false`,
		`../../.github/workflows/deploy.yml:19 app "far" several false config fly.toml named false own true`,
		`../../.gitlab-ci.yml:5 app "by-variable" several false config fly.toml named true own true`,
		`../../Procfile:1 app "api" several false config ../api/fly.toml named false own false`,
		`../../scripts/deploy.sh:4 app "$1" several true config fly.toml named false own true`,
		`Makefile:2 app "" several false config ../../ops/prod.toml named true own false`,
		`bin/release:2 app "pre" several false config fly.toml named false own true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
	got = nil
	for _, s := range r.Siblings {
		got = append(got, s.File+" "+s.App)
	}
	want = []string{"../../deploy/tenant.fly.toml ", "../../ops/prod.toml ops", "fly.json web-too"} // nothing names ../api/fly.toml
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("siblings (-want +got):\n%s", diff)
	}
}

// Odd scripts must neither stop the scan nor cost more than they are long.
func FuzzFlyCommands(f *testing.F) {
	f.Add(".github/workflows/x.yml", "- run: fly deploy -a ${{ matrix.app }}\n  working-directory: x")
	f.Add("bin/x", "cd /tmp && fly deploy \\\n -c \"$X\" #")
	f.Add("package.json", `{"scripts": {"d": "cd a; fly deploy"}}`)
	root := f.TempDir()
	if err := os.WriteFile(filepath.Join(root, "fly.toml"), nil, 0o644); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(_ *testing.T, file, text string) {
		if len(text) > 4096 {
			return
		}
		for _, c := range flyCommands(file, text) {
			c.use(root)
		}
	})
}

// TestVariablesOfScripts: a variable that a script gives one plain value is
// that value; one that a loop, an argument or two lines give can be any app.
func TestVariablesOfScripts(t *testing.T) {
	for name, tt := range map[string]struct {
		file, text, app string
		several         bool
	}{
		"make":            {"Makefile", "APP ?= shop-eu\ndeploy:\n\tfly deploy -a $(APP)\n", "shop-eu", false},
		"shell":           {"deploy.sh", "export APP=\"shop\"\nfly deploy --app=\"${APP}\"\n", "shop", false},
		"loop":            {"deploy.sh", "a=shop\nfor a in shop shop-eu; do\n  fly deploy -a \"$a\"\ndone\n", "$a", true},
		"given twice":     {"deploy.sh", "A=shop\nA=shop-eu\nfly deploy -a $A\n", "$A", true},
		"argument":        {"deploy.sh", "A=$1\nfly deploy -a $A\n", "$A", true},
		"behind a test":   {"deploy.sh", "A=shop\n[ -n \"$1\" ] && A=$1\nfly deploy -a $A\n", "$A", true},
		"read with flags": {"deploy.sh", "A=shop\nwhile read -r A; do\n  fly deploy -a $A\ndone\n", "$A", true},
		"of a flag":       {"deploy.sh", "app=shop\nfly deploy --app=$app\n", "shop", false},
		"noted only":      {"deploy.sh", "# A=shop-old\nA=shop\nfly deploy -a $A\n", "shop", false},
		"workflow":        {".github/workflows/d.yml", "env:\n  APP: shop-eu\njobs:\n  d:\n    steps:\n      - run: flyctl deploy -a ${{ env.APP }}\n", "shop-eu", false},
		"npm, one line":   {"package.json", `{"scripts": {"deploy:eu": "fly deploy -a shop-eu", "deploy": "echo"}}`, "shop-eu", false},
		"python's tasks":  {"tasks.py", "def deploy(c):\n    c.run(\"fly deploy -a shop-eu\")\n", "shop-eu", false},
	} {
		t.Run(name, func(t *testing.T) {
			found := flyCommands(tt.file, tt.text)
			if len(found) != 1 {
				t.Fatalf("found %v", found)
			}
			if u := found[0].use("."); u.App != tt.app || u.Several != tt.several || found[0].argument != "" {
				t.Errorf("got %q, several %v, from %q", u.App, u.Several, found[0].argument)
			}
		})
	}
}
