package commands_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file whose last line, an entry of [env], has no end can be taken back like
// any other: that something was added behind it does not make it a line of ours.
func TestUndoOfAFileThatEndsInEnv(t *testing.T) {
	for _, end := range []string{"", "\n", "\r\n"} {
		s := newShop(t, healthz)
		before := "app = \"shop\"\nprimary_region = \"iad\"\n\n[http_service]\n  internal_port = 8080\n\n[env]\n  PORT = \"8080\"\n  GREETING = \"hello, world\""
		if end == "\r\n" {
			before = strings.ReplaceAll(before, "\n", end)
		}
		before += end
		s.write("fly.toml", before)
		both := s.must(0, "apply", "--yes", "--rule", "deploy-strategy")
		if strings.Contains(both, "will not be able") {
			t.Errorf("%q: it says that there is no way back: %s", end, both)
		}
		if s.read("fly.toml") == before {
			t.Fatalf("%q: nothing was changed", end)
		}
		s.must(0, "undo", "--yes")
		if got := s.read("fly.toml"); got != before {
			t.Errorf("%q: the file is %q", end, got)
		}
		records, err := filepath.Glob(filepath.Join(s.stateDir(), "fly-standards", "*", "*.jsonl"))
		if err != nil || len(records) == 0 {
			t.Fatalf("no records: %v", err)
		}
		for _, path := range records {
			if raw, _ := os.ReadFile(path); strings.Contains(string(raw), "hello, world") {
				t.Error("a value of [env] is in the record")
			}
		}
	}
}
