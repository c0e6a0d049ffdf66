package commands_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/journal"
)

// records are the paths of what is on record for the shop, oldest first.
func (s *shop) records() []string {
	s.t.Helper()
	paths, err := journal.List(filepath.Join(s.dir, "state", "fly-standards"), "shop")
	if err != nil {
		s.t.Fatal(err)
	}
	return paths
}

// Where the record of the last apply is damaged, the one before it is not
// taken back in its place.
func TestUndoWithADamagedRecord(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--rule", "auto-rollback")
	s.pass(time.Minute)
	s.must(0, "apply", "--yes", "--rule", "health-checks")
	paths := s.records()
	b, err := os.ReadFile(paths[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paths[1], []byte(strings.Replace(string(b), `{"seq":2`, `{"seq":#`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	file, writes := s.read("fly.toml"), len(s.platform.Writes())
	s.says(s.must(1, "undo", "--yes"), "what 20261102T0", "did is not known, so nothing was changed", "line 2", "`fly-standards undo ID`")
	if diff := cmp.Diff(file, s.read("fly.toml")); diff != "" || len(s.platform.Writes()) != writes {
		t.Errorf("something was changed: %s", diff)
	}
	s.says(s.must(0, "undo", "--list"), "can't be read", "20261102T090000Z")
	s.must(0, "undo", "--yes", "20261102T090000Z")
	if s.read("fly.toml") == file {
		t.Error("the one that was named is not taken back")
	}
	// A run after the damaged one is the last again.
	s.pass(time.Minute)
	s.must(0, "apply", "--yes", "--rule", "deploy-strategy")
	s.says(s.must(0, "undo", "--yes"), "Taken back.")
}
