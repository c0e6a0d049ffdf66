package plan_test

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// What a fix restarts is said before anybody agrees to it.
func TestRestartsAreKnownBeforeConsent(t *testing.T) {
	target := plan.Target{File: parse(t, "app = \"x\"\n"), App: &live.App{Name: "x", Machines: []live.Machine{
		machine(t, "m1", "app", "started"), machine(t, "m2", "app", "started"), machine(t, "m3", "app", "stopped"),
	}}}
	fix := &plan.Fix{Safety: plan.Review, Why: "w", Changes: []plan.Change{
		onMachine("m1", "/a", "1", false), onMachine("m1", "/b", "1", false), onMachine("m2", "/a", "1", true), onMachine("m3", "/a", "1", false),
	}}
	for _, tt := range []struct {
		o       plan.Options
		outcome plan.Disposition
		want    int
	}{
		{plan.Options{}, plan.NeedsConsent, 1},
		{plan.Options{Allow: plan.Consent{Review: true}}, plan.Planned, 1},
		{plan.Options{NoRestart: true}, plan.NeedsConsent, 0},
	} {
		f := build(t, target, tt.o, says("a", plan.Finding{Message: "m", Fix: fix})).Findings[0]
		if f.Outcome != tt.outcome || f.Restarts != tt.want {
			t.Errorf("%+v: %s with %d restarts, want %s with %d", tt.o, f.Outcome, f.Restarts, tt.outcome, tt.want)
		}
	}
}
