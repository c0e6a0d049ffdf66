package plan_test

import (
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/plan"
)

// To skip a rule that contradicts itself would choose neither of its fixes.
func TestARuleThatContradictsItself(t *testing.T) {
	p := build(t, plan.Target{File: parse(t, "kill_timeout = 1\n")}, plan.Options{FilePath: "fly.toml"}, says("a",
		plan.Finding{Message: "five", Fix: safe(set("kill_timeout", "5"))},
		plan.Finding{Message: "six", Fix: safe(set("kill_timeout", "6"))},
	))
	for _, f := range p.Findings {
		if f.Outcome != plan.Conflicting || strings.Contains(f.HowTo, "--skip") || f.HowTo == "" {
			t.Errorf("%s: %s, %q, %q", f.Message, f.Outcome, f.Reason, f.HowTo)
		}
	}
	if len(p.Findings) != 2 || p.Changes() {
		t.Errorf("%d findings, changes: %v", len(p.Findings), p.Changes())
	}
}
