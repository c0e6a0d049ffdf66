package fixers

import (
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func autoRollback() plan.Fixer {
	return plan.Fixer{
		ID:       "auto-rollback",
		Together: "defaults",
		Title:    "experimental.auto_rollback is on, at the place where flyctl reads it",
		Severity: plan.Info,
		Doc: `Fly's published standards ask for auto_rollback. The key is read under [experimental] only; under [deploy] it is an unknown
key, and ignored.

flyctl (to v2026.8) reads the key and does nothing with it: no code looks at it. What does roll back is this tool's own apply, which
restores every machine that does not become healthy, and strategy = "bluegreen", which keeps the old machines until the new ones are
healthy.

Manual fix: write auto_rollback = true under [experimental].`,
		Check: checkAutoRollback,
	}
}

// rollbackTruth is what the key is worth today: flyctl to v2026.8 has the
// field and no code that reads it.
const rollbackTruth = "flyctl (to v2026.8) reads this key and does nothing with it; " +
	"what does roll back is this tool's own apply, and strategy = \"bluegreen\""

func checkAutoRollback(t plan.Target) []plan.Finding {
	f := plan.Finding{Notes: []string{rollbackTruth}, Fix: &plan.Fix{Safety: plan.Safe}}
	set := flytoml.Edit{Op: flytoml.Set, Path: rollbackKey, Value: "true"}

	lost, misplaced := t.File.Get(rollbackLost)
	node, found := t.File.Get(rollbackKey)
	on, isBool := node.Bool()
	switch {
	case misplaced && !found:
		f.Message, f.At = "auto_rollback is under [deploy], where flyctl ignores it", placeOf(t.File, rollbackLost, "")
		f.Fix.Edits = []flytoml.Edit{{Op: flytoml.Move, Path: rollbackLost, To: rollbackKey}}
		if v, ok := lost.Bool(); !ok || !v {
			f.Fix.Edits = append(f.Fix.Edits, set)
			f.Fix.Safety, f.Fix.Why = plan.Review, "the misplaced key does not say true"
		}
	case misplaced:
		f.Message, f.At = "auto_rollback under [deploy] is ignored; it is under [experimental] too", placeOf(t.File, rollbackLost, "")
		f.Fix.Edits = []flytoml.Edit{removal(rollbackLost)}
	case !found:
		f.Message, f.At = "auto_rollback is not set; flyctl does not act on it yet", placeOf(t.File, rollbackKey, "experimental")
		f.Default = "auto_rollback (not set, and flyctl does nothing with it)"
		f.Fix.Edits = []flytoml.Edit{set}
	case isBool && on:
		return nil
	default:
		f.Message, f.At = "experimental.auto_rollback is not true", placeOf(t.File, rollbackKey, "")
		f.Fix.Edits = []flytoml.Edit{set}
		f.Fix.Safety, f.Fix.Why = plan.Review, "false was written on purpose"
	}
	return []plan.Finding{f}
}
