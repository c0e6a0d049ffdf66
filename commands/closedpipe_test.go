package commands

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
)

// closedPipe is a stdout that nobody reads any more.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// `check | head` has the code of the check, not that of an error; a plan that
// nobody could read is not carried out.
func TestClosedPipe(t *testing.T) {
	for command, want := range map[string]int{
		"check": 1, "check --format sarif": 1, "plan --offline": 0, "plan --offline --detailed-exitcode": 2, "rules": 0, "version": 0, "undo --list": 0,
		"apply --offline --yes": 1,
	} {
		t.Run(command, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "fly.toml")
			const text = "app = \"a\"\n[http_service]\n  internal_port = 8080\n"
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			var stderr strings.Builder
			code := Main(t.Context(), &Env{
				Stdin: strings.NewReader(""), Stdout: closedPipe{}, Stderr: io.Writer(&stderr), Dir: dir, Home: dir, GOOS: "linux",
				Clock: clock.NewVirtual(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)), Getenv: func(string) (string, bool) { return "", false },
			}, strings.Fields(command))
			if code != want {
				t.Errorf("exit code %d, want %d; stderr: %s", code, want, &stderr)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != text {
				t.Errorf("fly.toml was changed: %v", err)
			}
			if says := strings.Contains(stderr.String(), "could not be shown"); says != strings.HasPrefix(command, "apply") {
				t.Errorf("stderr: %q", &stderr)
			}
		})
	}
}
