package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/commands"
)

var date = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func files(t *testing.T) map[string][]byte {
	t.Helper()
	out, err := generate(commands.Root(), date)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameCommitSameBytes(t *testing.T) {
	first, second := files(t), files(t)
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs from one run to the next", name)
		}
	}
}

func TestAPageForEachCommand(t *testing.T) {
	got := files(t)
	for _, cmd := range commands.Root().Commands() {
		if !cmd.IsAvailableCommand() { // help
			continue
		}
		packed := got["man/fly-standards-"+cmd.Name()+".1.gz"]
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Errorf("%s: %v", cmd.Name(), err)
			continue
		}
		if !z.ModTime.IsZero() || z.Name != "" {
			t.Errorf("%s: the compressed page has the name %q and the time %s", cmd.Name(), z.Name, z.ModTime)
		}
		page, err := io.ReadAll(z)
		if err != nil || !strings.Contains(string(page), cmd.Short) || !strings.Contains(string(page), `"Nov 2026"`) {
			t.Errorf("%s: the page lacks its one line or its date (%v):\n%.300s", cmd.Name(), err, page)
		}
	}
}

// What the release takes up is what is made here: a name in .goreleaser.yaml
// that nothing writes would make a cask whose link points nowhere.
func TestReleaseNamesWhatThereIs(t *testing.T) {
	got := files(t)
	release, err := os.ReadFile("../../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\.release/((?:completions|man)/\S+)`).FindAllStringSubmatch(string(release), -1)
	named = append(named, regexp.MustCompile(`(?m)^ +(?:bash|zsh|fish): (completions/\S+)$`).FindAllStringSubmatch(string(release), -1)...)
	if len(named) < 6 {
		t.Fatalf(".goreleaser.yaml names %d of these files", len(named))
	}
	names := slices.Collect(maps.Keys(got))
	for _, n := range named {
		if !slices.ContainsFunc(names, func(name string) bool { ok, _ := filepath.Match(n[1], name); return ok }) {
			t.Errorf(".goreleaser.yaml names %s; there are %v", n[1], names)
		}
	}
}
