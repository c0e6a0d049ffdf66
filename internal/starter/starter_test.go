package starter

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/fly-standards/fly-standards/internal/settings"
)

// tree writes files below a new git root; a name alone is an empty file.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

type workflowYAML struct {
	On   map[string]struct{ Branches, Paths []string }
	Jobs map[string]struct {
		Needs, If, Environment string
		Concurrency            struct {
			Group  string
			Cancel bool `yaml:"cancel-in-progress"`
		}
		Steps []struct {
			Uses, Run string
			Dir       string `yaml:"working-directory"`
		}
	}
	Permissions map[string]string
}

func workflow(t *testing.T, p Project, tool Tool) (workflowYAML, File) {
	t.Helper()
	f := Workflow(p, tool)
	var w workflowYAML
	if err := yaml.Unmarshal([]byte(f.Text), &w); err != nil {
		t.Fatalf("%v in\n%s", err, f.Text)
	}
	return w, f
}

func commands(w workflowYAML, job string) (out []string) {
	for _, s := range w.Jobs[job].Steps {
		if s.Run != "" {
			out = append(out, s.Run)
		}
	}
	return out
}

func TestAWorkflowTestsThenDeploysOneAtATime(t *testing.T) {
	root := tree(t, map[string]string{".git/HEAD": "ref: refs/heads/trunk\n", "apps/api/fly.toml": "app = \"shop-api\"\n", "apps/api/go.mod": "module x\n"})
	w, f := workflow(t, Look(root, filepath.Join(root, "apps/api/fly.toml")), Tool{})
	deploy := w.Jobs["deploy"]
	if deploy.Needs != "test" || deploy.If != "github.event_name == 'push'" || deploy.Concurrency.Group != "deploy-shop-api" || deploy.Concurrency.Cancel {
		t.Errorf("deploy: %+v", deploy)
	}
	if got := w.On["push"]; !slices.Equal(got.Branches, []string{"trunk"}) || !slices.Contains(got.Paths, "apps/api/**") {
		t.Errorf("on push: %+v", got)
	}
	if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
		t.Errorf("permissions: %v", w.Permissions)
	}
	if got := commands(w, "test"); !slices.Contains(got, "go test ./...") || !strings.Contains(got[len(got)-1], "check --config fly.toml") {
		t.Errorf("test: %q", got)
	}
	if got := commands(w, "deploy"); !slices.Equal(got, []string{"flyctl deploy --remote-only"}) {
		t.Errorf("deploy: %q", got)
	}
	pinned := regexp.MustCompile(`^[^@]+@[0-9a-f]{40} # v?\d`)
	for _, line := range regexp.MustCompile(`uses: (.*)`).FindAllStringSubmatch(f.Text, -1) {
		if !pinned.MatchString(line[1]) {
			t.Errorf("not pinned: %s", line[1])
		}
	}
}

func TestTheWorkflowFitsWhatIsThere(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string // commands of the test job before the check
		notes string   // a piece of a note
	}{
		"pnpm":                {map[string]string{"package.json": `{"scripts": {"test": "vitest"}}`, "pnpm-lock.yaml": ""}, []string{corepack, "pnpm install --frozen-lockfile", "pnpm test"}, ""},
		"bun":                 {map[string]string{"package.json": `{"scripts": {"test": "bun test"}}`, "bun.lock": ""}, []string{"bun install --frozen-lockfile", "bun run test"}, ""},
		"no test in npm":      {map[string]string{"package.json": `{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}`, "package-lock.json": ""}, []string{"npm ci"}, "no test script"},
		"Django with uv":      {map[string]string{"pyproject.toml": "requires-python = \">=3.12\"", "uv.lock": "", "manage.py": ""}, []string{"pipx run uv sync --locked", "pipx run uv run python manage.py test"}, ""},
		"Flask with tests":    {map[string]string{"requirements.txt": "flask", "tests/test_app.py": ""}, []string{"pip install -r requirements.txt", "pip install pytest", "python -m pytest"}, ""},
		"Rails":               {map[string]string{"Gemfile": "gem \"rails\"", "bin/rails": ""}, []string{"bin/rails test"}, ""},
		"Phoenix":             {map[string]string{"mix.exs": ""}, []string{"mix deps.get --check-locked", "mix test"}, ""},
		"Rust":                {map[string]string{"Cargo.toml": "", "Cargo.lock": ""}, []string{"cargo test --locked"}, ""},
		"Laravel":             {map[string]string{"composer.json": "{}", "artisan": ""}, []string{"composer install --no-interaction --no-progress", "php artisan test"}, ""},
		"nothing known":       {map[string]string{"Dockerfile": ""}, nil, "no package manifest"},
		"deploys already":     {map[string]string{"go.mod": "", ".github/workflows/ship.yml": "      - run: flyctl deploy\n"}, []string{"go test ./..."}, "ship.yml deploys with flyctl already"},
		"a file without name": {map[string]string{"go.mod": "", "fly.toml": ""}, []string{"go test ./..."}, "names no app"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, ok := tt.files["fly.toml"]; !ok {
				tt.files["fly.toml"] = "app = \"shop\""
			}
			root := tree(t, tt.files)
			w, f := workflow(t, Look(root, filepath.Join(root, "fly.toml")), Tool{})
			got := commands(w, "test")
			if !slices.Equal(got[:len(got)-1], tt.want) {
				t.Errorf("%q, want %q", got[:len(got)-1], tt.want)
			}
			if !strings.Contains(strings.Join(f.Notes, "\n"), tt.notes) {
				t.Errorf("no note with %q: %q", tt.notes, f.Notes)
			}
		})
	}
}

func TestAWorkspaceInstallsAtItsRoot(t *testing.T) {
	root := tree(t, map[string]string{"pnpm-lock.yaml": "", "package.json": "{}", "apps/web/package.json": `{"scripts": {"test": "vitest"}}`, "apps/web/fly.toml": "app = \"web\""})
	w, _ := workflow(t, Look(root, filepath.Join(root, "apps/web/fly.toml")), Tool{})
	for _, s := range w.Jobs["test"].Steps {
		if s.Run == "pnpm install --frozen-lockfile" && s.Dir != "." || s.Run == "pnpm test" && s.Dir != "" {
			t.Errorf("%q runs in %q", s.Run, s.Dir)
		}
	}
	if !slices.Contains(commands(w, "test"), "pnpm test") {
		t.Errorf("%q", commands(w, "test"))
	}
}

// A release names itself by commit, so that nobody can move what CI runs.
func TestAReleaseChecksWithItself(t *testing.T) {
	root := tree(t, map[string]string{"fly.toml": "app = \"shop\""})
	commit := strings.Repeat("ab", 20)
	_, f := workflow(t, Look(root, filepath.Join(root, "fly.toml")), Tool{Version: "1.2.3", Commit: commit})
	if !strings.Contains(f.Text, "uses: fly-standards/fly-standards@"+commit+" # v1.2.3\n        with:\n          config: fly.toml\n") {
		t.Error(f.Text)
	}
}

func TestDependabotKnowsTheEcosystems(t *testing.T) {
	root := tree(t, map[string]string{"api/package.json": "{}", "api/Dockerfile.prod": "", "api/uv.lock": "", "api/pyproject.toml": "", "api/fly.toml": ""})
	f := Dependabot(Look(root, filepath.Join(root, "api/fly.toml")))
	var d struct {
		Updates []struct {
			Ecosystem string `yaml:"package-ecosystem"`
			Directory string
		}
	}
	if err := yaml.Unmarshal([]byte(f.Text), &d); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range d.Updates {
		got = append(got, u.Ecosystem+" "+u.Directory)
	}
	if want := []string{"npm /api", "uv /api", "docker /api", "github-actions /"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Each commented-out line of the settings is one that the tool accepts.
func TestTheSettingsAreAccepted(t *testing.T) {
	f := Settings(Project{Dir: "."})
	text := regexp.MustCompile(`(?m)^# (\[|[a-z]+ = )`).ReplaceAllString(f.Text, "$1")
	if text == f.Text {
		t.Fatal("nothing is commented out")
	}
	got, err := settings.Parse(f.Path, []byte(text), settings.Options{Rules: []string{"health-checks", "single-machine", "concurrency"}})
	if err != nil || got.Disabled["single-machine"] == "" || got.Severity["concurrency"] != "warning" {
		t.Errorf("%+v, %v in\n%s", got, err, text)
	}
}
