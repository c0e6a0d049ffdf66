package commands

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

// benched runs one command in a folder, with these variables set.
func benched(b *testing.B, dir string, vars map[string]string, args ...string) {
	b.Helper()
	env := &Env{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Dir: dir, Width: 80, GOOS: "linux", Clock: clock.Wall{},
		Getenv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
	}
	if code := Main(b.Context(), env, args); code > 1 {
		b.Fatalf("%v ends with %d", args, code)
	}
}

const smallApp = "app = \"fine-app\"\nprimary_region = \"iad\"\n\n[http_service]\n  internal_port = 8080\n"

// BenchmarkStart starts the built program, which says its version.
func BenchmarkStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "fly-standards")
	if out, err := exec.Command("go", "build", "-o", program, "..").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	for b.Loop() {
		if err := exec.Command(program, "version").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlan plans one file without the app.
func BenchmarkPlan(b *testing.B) {
	typical, err := os.ReadFile("../docs/try/fly.toml")
	if err != nil {
		b.Fatal(err)
	}
	for name, src := range map[string]string{"small": smallApp, "typical": string(typical), "2000-lines": longApp()} {
		dir := b.TempDir()
		writeFile(b, filepath.Join(dir, "fly.toml"), src)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				benched(b, dir, nil, "plan", "--offline")
			}
		})
	}
}

// BenchmarkCheckAll checks 1,000 files of one repository.
func BenchmarkCheckAll(b *testing.B) {
	dir := b.TempDir()
	for i := range 1000 {
		one := filepath.Join(dir, fmt.Sprintf("app%d", i))
		if err := os.Mkdir(one, 0o755); err != nil {
			b.Fatal(err)
		}
		writeFile(b, filepath.Join(one, "fly.toml"), strings.Replace(smallApp, "fine-app", fmt.Sprintf("fine-app-%d", i), 1))
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		benched(b, dir, nil, "check", "--all")
	}
}

// BenchmarkLivePlan plans for an app of n machines, with the platform that many
// milliseconds away.
func BenchmarkLivePlan(b *testing.B) {
	for _, machines := range []int{3, 30, 300} {
		for _, away := range []time.Duration{0, 100 * time.Millisecond} {
			b.Run(fmt.Sprintf("machines=%d/away=%s", machines, away), func(b *testing.B) {
				vars := liveVars(b, machines, away)
				dir := b.TempDir()
				writeFile(b, filepath.Join(dir, "fly.toml"), smallApp)
				for b.Loop() {
					benched(b, dir, vars, "plan")
				}
			})
		}
	}
}

// liveVars name a platform with the app, far away.
func liveVars(b *testing.B, machines int, away time.Duration) map[string]string {
	b.Helper()
	var all []string
	for i := range machines {
		all = append(all, fmt.Sprintf(`{"id": "d8900%09d", "region": "iad", "config": {"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 256}, `+
			`"services": [{"protocol": "tcp", "internal_port": 8080, "ports": [{"port": 80, "handlers": ["http"]}, {"port": 443, "handlers": ["http", "tls"]}]}]}}`, i))
	}
	scenario, err := flysim.ParseScenario([]byte(`{"app": {"name": "fine-app", "listening": [8080]}, "machines": [` + strings.Join(all, ",") + `]}`))
	if err != nil {
		b.Fatal(err)
	}
	platform := flysim.New(clock.Wall{})
	if _, err := platform.Load(scenario); err != nil {
		b.Fatal(err)
	}
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(away) // what is measured, not waited for
		platform.ServeHTTP(w, r)
	}))
	b.Cleanup(far.Close)
	return map[string]string{"FLY_API_TOKEN": "test", "FLY_API_BASE_URL": far.URL, "FLY_FLAPS_BASE_URL": far.URL, "HOME": b.TempDir()}
}
