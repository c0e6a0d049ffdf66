package fixers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/proof/anyorder"
	"github.com/fly-standards/fly-standards/plan"
)

// TestOrderOfRules fixes the fixtures, with their apps and repositories, all
// at once and rule by rule in random orders, and wants the same bytes.
func TestOrderOfRules(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			anyOrder(t, f.target(t), 4)
		})
	}
}

// TestOrderOfRulesOnRealFiles takes some real files where they are at hand;
// `go run ./internal/proof/cmd/corpus -orders N` takes all of them.
func TestOrderOfRulesOnRealFiles(t *testing.T) {
	paths, err := filepath.Glob("../../shared/corpus/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range paths {
		if i%8 != 0 {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := flytoml.Parse("fly.toml", src)
		if err != nil {
			continue // flyctl can't read it either
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			anyOrder(t, plan.Target{File: file, Offline: "test"}, 2)
		})
	}
}

func anyOrder(t *testing.T, target plan.Target, orders int) {
	t.Helper()
	problem, err := anyorder.Check(target, fixers.All(), orders, uint64(len(target.File.Bytes())))
	if err != nil {
		t.Fatal(err)
	}
	if problem != "" {
		t.Error(problem)
	}
}
