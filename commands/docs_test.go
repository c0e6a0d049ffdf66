package commands

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

// Programs whose commands stand in the documents and can't be run here.
var notOurs = []string{"brew", "go", "scoop", "sha256sum", "cosign", "gh", "cp"}

var exits = regexp.MustCompile(`# exits (\d+)$`)

// Every command of ours in a console block of the README and the documents
// runs, one after the other, on the sample app; `# exits N` tells its exit
// code when it is not 0.
func TestDocumentedCommands(t *testing.T) {
	ran := 0
	for _, page := range pages(t) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			commands := consoleCommands(string(text))
			if len(commands) == 0 {
				return
			}
			env := documentedWorld(t, filepath.Base(page))
			for _, command := range commands {
				ran += runDocumented(t, env, command)
			}
		})
	}
	if ran < 30 {
		t.Errorf("only %d commands were found in the documents", ran)
	}
}

// consoleCommands are the lines after a $ in the console blocks.
func consoleCommands(text string) []string {
	var out []string
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```\n").FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			if command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ "); ok {
				out = append(out, command)
			}
		}
	}
	return out
}

// documentedWorld is the sample app of the demo, or the one in docs/try.
func documentedWorld(t *testing.T, page string) *Env {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))
	d, err := newDemo(&Env{Width: 80, GOOS: "linux", Getenv: func(string) (string, bool) { return "", false }}, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.end)
	if page != "simulated-platform.md" {
		return d.env
	}
	if err := os.RemoveAll(d.env.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(d.env.Dir, os.DirFS("../docs/try")); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../docs/try/app.json")
	if err != nil {
		t.Fatal(err)
	}
	scenario, err := flysim.ParseScenario(raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.sim.Load(scenario); err != nil {
		t.Fatal(err)
	}
	return d.env
}

// runDocumented runs one line, and gives how many commands of ours it had.
func runDocumented(t *testing.T, world *Env, line string) int {
	t.Helper()
	want := 0
	if m := exits.FindStringSubmatch(line); m != nil {
		want, _ = strconv.Atoi(m[1])
	}
	command, _, _ := strings.Cut(line, " #")
	words := strings.Fields(command)
	set := map[string]string{}
	for strings.Contains(words[0], "=") {
		name, value, _ := strings.Cut(words[0], "=")
		set[name], words = value, words[1:]
	}
	if words[0] != "fly-standards" {
		if !slices.Contains(notOurs, words[0]) {
			t.Errorf("who runs %q? Only commands of ours are run here, and those that are known not to be", line)
		}
		return 0
	}
	var stdout, stderr bytes.Buffer
	env := *world
	env.Stdin, env.Stdout, env.Stderr = strings.NewReader(""), io.Writer(&stdout), &stderr
	env.Getenv = func(name string) (string, bool) {
		if v, ok := set[name]; ok {
			return v, true
		}
		return world.Getenv(name)
	}
	words = words[1:]
	out := ""
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "<":
			b, err := os.ReadFile(env.abs(words[i+1]))
			if err != nil {
				t.Fatal(err)
			}
			env.Stdin = bytes.NewReader(b)
		case ">":
			out = words[i+1]
		default:
			continue
		}
		words = slices.Delete(words, i, i+2)
		i--
	}
	if code := Main(context.Background(), &env, words); code != want {
		t.Errorf("%s: exit code %d, want %d\n%s%s", line, code, want, &stdout, &stderr)
	}
	if out != "" && stdout.Len() == 0 {
		t.Errorf("%s: nothing to write", line)
	}
	return 1
}

// The example of ignore comments ignores what it names: a missing key is found
// at the line of its section.
func TestDocumentedIgnores(t *testing.T) {
	text, err := os.ReadFile("../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```toml\n(.*?)```\n").FindSubmatch(text)
	env := documentedWorld(t, "rules.md")
	if err := os.WriteFile(env.abs("fly.toml"), append([]byte("app = \"a\"\n"), block[1]...), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	env.Stdout = &stdout
	Main(context.Background(), env, []string{"check", "--rule", "force-https,concurrency,health-checks,unused-ignore"})
	if got := stdout.String(); got != "nothing found; 3 ignored\n" {
		t.Errorf("the ignores of the example:\n%s", got)
	}
}
