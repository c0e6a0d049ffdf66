// Command picture makes the pictures of the README, docs/plan-light.svg and
// docs/plan-dark.svg, of what the real program prints:
//
//	go run ./internal/cmd/picture
//
// It builds the program, runs its demo in colour, and draws the plan. What the
// picture leaves out is marked. The test of the documents writes the same with
// -update, and fails when the program prints something else.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/fly-standards/fly-standards/internal/picture"
)

func main() {
	if err := run("docs"); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	printed, err := demo()
	if err != nil {
		return err
	}
	lines, err := picture.Cut(printed)
	if err != nil {
		return err
	}
	for name, colors := range picture.Themes() {
		if err := os.WriteFile(filepath.Join(dir, "plan-"+name+".svg"), picture.Draw(lines, colors), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// demo is what the program prints, in colour, at 80 columns.
func demo() (string, error) {
	dir, err := os.MkdirTemp("", "picture-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "fly-standards")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build fly-standards: %w", err)
	}
	cmd := exec.Command(program, "demo", "--quiet")
	cmd.Env = []string{"CLICOLOR_FORCE=1", "HOME=" + dir, "TMPDIR=" + dir}
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("run the demo: %w", err)
	}
	return string(out), nil
}
