package commands

import (
	"os"
	"testing"

	"github.com/fly-standards/fly-standards/internal/guidance"
)

// TestOwnAgentsFile: the project's own AGENTS.md has the block of this version.
func TestOwnAgentsFile(t *testing.T) {
	const path = "../AGENTS.md"
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rules := exportedRules()
	want, err := guidance.Replace(string(have), guidance.Agents, rules, guidance.Topics(nil))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(have) {
		t.Error("AGENTS.md is of another edition: `fly-standards rules export --as agents --complete --output AGENTS.md`, or -update")
	}
}
