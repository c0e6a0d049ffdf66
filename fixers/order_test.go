package fixers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/anyorder"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// TestOrderOfRules fixes files all at once and rule by rule in random orders,
// and wants the same bytes: those of the fixtures, and of real files where
// they are at hand. `go run ./internal/cmd/corpus -orders N` takes all of them.
func TestOrderOfRules(t *testing.T) {
	sources := map[string][]byte{}
	for _, f := range fixtures(t) {
		sources[f.name], _ = f.file("fly.toml")
	}
	real, err := filepath.Glob("../../shared/corpus/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range real {
		if i%8 != 0 {
			continue
		}
		if sources[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, src := range sources {
		file, err := flytoml.Parse("fly.toml", src)
		if err != nil {
			continue // flyctl can't read it either
		}
		target := plan.Target{File: file, Offline: "test"}
		problem, err := anyorder.Check(target, fixers.All(), 2, uint64(len(src)))
		if problem != "" || err != nil {
			t.Errorf("%s: %s%v", name, problem, err)
		}
	}
}
