package commands

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestInstalledFlyctl reads the version off a binary that is built as flyctl is,
// and off nothing else. The binary would fail the test if it were run.
func TestInstalledFlyctl(t *testing.T) {
	src, bin := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                       "module github.com/superfly/flyctl\n\ngo 1.26\n",
		"main.go":                      "package main\n\nimport \"github.com/superfly/flyctl/internal/buildinfo\"\n\nfunc main() { panic(buildinfo.Version()) }\n",
		"internal/buildinfo/buildi.go": "package buildinfo\n\nvar buildVersion string\n\nfunc Version() string { return buildVersion }\n",
	} {
		path := filepath.Join(src, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "flyctl"), "-ldflags", "-X github.com/superfly/flyctl/internal/buildinfo.buildVersion=2026.3.9", ".")
	build.Dir = src
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(src, "fly"), []byte("#!/bin/sh\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	on := func(path string) *Env {
		return &Env{Getenv: func(name string) (string, bool) { return path, name == "PATH" }}
	}
	got := on(src + string(filepath.ListSeparator) + bin).installedFlyctl()
	if got == nil || got.Text != "2026.3.9" || filepath.Base(got.File) != "flyctl" {
		t.Errorf("got %+v", got)
	}
	if got := on(src).installedFlyctl(); got != nil {
		t.Errorf("a script has version %+v", got)
	}
}
