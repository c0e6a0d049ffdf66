package view

import (
	"cmp"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

// blocks groups findings: the gravest first and, of the same gravity, what
// apply does before what is held and what a person must do. Ignored ones are
// shown last, and on request only.
func blocks(all []plan.Outcome, verbose bool) []block {
	var out []block
	for _, f := range all {
		if f.Outcome == plan.Ignored && !verbose {
			continue
		}
		i := slices.IndexFunc(out, func(b block) bool {
			return b.rule == f.Rule && b.outcome() == f.Outcome && label(b.findings[0]) == label(f)
		})
		if i < 0 {
			out = append(out, block{rule: f.Rule})
			i = len(out) - 1
		}
		out[i].findings = append(out[i].findings, f)
	}
	slices.SortStableFunc(out, func(a, b block) int {
		return cmp.Or(cmp.Compare(a.gravity(), b.gravity()), cmp.Compare(a.turn(), b.turn()))
	})
	return out
}

// gravity is that of the gravest finding, 0 for an error.
func (b block) gravity() int {
	if b.outcome() == plan.Ignored {
		return 3
	}
	worst := 2
	for _, f := range b.findings {
		switch f.Severity {
		case plan.Error:
			worst = 0
		case plan.Warning:
			worst = min(worst, 1)
		}
	}
	return worst
}

// turn is the place of a block among those of the same gravity.
func (b block) turn() int {
	return slices.Index([]plan.Disposition{plan.Planned, plan.NeedsConsent, plan.HeldBack, plan.Conflicting, plan.ByHand}, b.outcome())
}
