package secretscan

import (
	"flag"
	"os"
	"testing"

	"github.com/zricethezav/gitleaks/v8/config"
)

var update = flag.Bool("update", false, "write the rules of the gitleaks module that go.mod names into this package")

// TestGitleaksRulesAreThoseOfTheModule: the rules are a copy, so that the tool
// doesn't link gitleaks itself; a new version of the module in go.mod brings
// new ones with -update.
func TestGitleaksRulesAreThoseOfTheModule(t *testing.T) {
	if *update {
		if err := os.WriteFile("gitleaks/rules.toml", []byte(config.DefaultConfig), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if gitleaksRules != config.DefaultConfig {
		t.Error("gitleaks/rules.toml is not the one of the module in go.mod: go test ./internal/secretscan -run Gitleaks -update")
	}
}
