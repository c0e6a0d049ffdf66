package anyorder_test

import (
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/proof/anyorder"
	"github.com/fly-standards/fly-standards/plan"
)

// sets is a rule that sets key while the keys in unless are missing.
func sets(key string, unless ...string) plan.Fixer {
	return plan.Fixer{ID: "sets-" + key, Severity: plan.Warning, Check: func(t plan.Target) []plan.Finding {
		for _, k := range append(unless, key) {
			if _, there := t.File.Get(k); there {
				return nil
			}
		}
		return []plan.Finding{{Message: key + " is missing", Fix: &plan.Fix{
			Safety: plan.Safe, Edits: []flytoml.Edit{{Op: flytoml.Set, Path: key, Value: "1"}},
		}}}
	}}
}

func TestCheck(t *testing.T) {
	file, err := flytoml.Parse("fly.toml", []byte("app = \"x\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	target := plan.Target{File: file, Offline: "test"}
	problem, err := anyorder.Check(target, []plan.Fixer{sets("one"), sets("two")}, 5, 1)
	if problem != "" || err != nil {
		t.Errorf("rules that don't meet: %q, %v", problem, err)
	}
	problem, err = anyorder.Check(target, []plan.Fixer{sets("one"), sets("two", "one")}, 5, 1)
	if err != nil || !strings.Contains(problem, "-two = 1") {
		t.Errorf("a rule that another one hides: %q, %v", problem, err)
	}
}
