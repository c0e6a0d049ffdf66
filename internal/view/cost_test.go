package view

import (
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/plan"
)

func TestHumanSaysWhatConsentWouldRestart(t *testing.T) {
	p := sample()
	p.Findings = append(p.Findings, plan.Outcome{
		Finding: plan.Finding{Rule: "concurrency", Message: "no limits", Flags: plan.Allow("review")},
		Outcome: plan.NeedsConsent, Safety: plan.Review, Restarts: 3,
	})
	got := render(t, p, Options{})
	wantInOrder(t, got, "Needs consent: --allow review", "no limits (3 restarts)")
	if n := strings.Count(got, "3 restarts)"); n != 1 {
		t.Errorf("it is said %d times:\n%s", n, got)
	}
}
