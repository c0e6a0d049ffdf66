package view

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// An alert of code scanning stays the same one when the lines above it move, and
// when another finding of its line or of the file is fixed.
func TestLineHashStays(t *testing.T) {
	hash := func(text string, line int, before ...string) string {
		f, err := flytoml.Parse("fly.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p, seen := Part{File: f, Plan: &plan.Plan{File: plan.FileRef{Path: "fly.toml"}}}, map[string]int{}
		at := plan.At{File: "fly.toml", Line: line}
		for _, rule := range before {
			p.lineHash(plan.Outcome{Finding: plan.Finding{Rule: rule, At: at}}, seen)
		}
		return p.lineHash(plan.Outcome{Finding: plan.Finding{Rule: "limits", At: at}}, seen)
	}
	first := hash("a = 1\n[b]\n", 2)
	if moved := hash("# c\n\na = 1\n[b]\n", 4); moved != first {
		t.Errorf("moved: %s, before %s", moved, first)
	}
	if after := hash("a = 1\n[b]\n", 2, "autostart"); after != first {
		t.Errorf("after another rule: %s, alone %s", after, first)
	}
	if second := hash("a = 1\n[b]\n", 2, "limits"); second == first {
		t.Errorf("two of one rule have one hash, %s", first)
	}
}
