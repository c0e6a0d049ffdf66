package plan

import (
	"cmp"
	"errors"
	"slices"

	"github.com/fly-standards/fly-standards/internal/near"
)

// finding is a Finding on its way to an Outcome.
type finding struct {
	Finding
	fixer     Fixer
	outcome   Disposition
	reason    string
	heldFor   HeldFor
	ignoredBy *IgnoredBy
	done      bool // its fix would change nothing
}

// KnownRule gives an *UnknownRuleError when there is no rule with the id.
func KnownRule(id string, fixers []Fixer) error {
	if slices.ContainsFunc(fixers, func(f Fixer) bool { return f.ID == id }) {
		return nil
	}
	ids := make([]string, len(fixers))
	for i, f := range fixers {
		ids[i] = f.ID
	}
	return &UnknownRuleError{ID: id, Near: near.Hint(id, ids)}
}

// ErrNoRules is a choice of rules that leaves none.
var ErrNoRules = errors.New("--rule and --skip leave no rule to check")

// CheckRules says whether a choice of rules can be meant: an *UnknownRuleError
// for a name that no rule has, ErrNoRules for a choice that leaves none.
func CheckRules(fixers []Fixer, only, skip []string) error {
	for _, id := range slices.Concat(only, skip) {
		if err := KnownRule(id, fixers); err != nil {
			return err
		}
	}
	if len(only)+len(skip) > 0 && !slices.ContainsFunc(fixers, func(f Fixer) bool { return isChosen(f.ID, only, skip) }) {
		return ErrNoRules
	}
	return nil
}

func isChosen(id string, only, skip []string) bool {
	return (len(only) == 0 || slices.Contains(only, id)) && !slices.Contains(skip, id)
}

// choose filters the fixers by --rule and --skip and sorts them by id.
func choose(fixers []Fixer, o Options) ([]Fixer, error) {
	if err := CheckRules(fixers, o.Only, o.Skip); err != nil {
		return nil, err
	}
	chosen := make([]Fixer, 0, len(fixers))
	for _, f := range fixers {
		if f.OptIn && !o.asked(f.ID) {
			continue
		}
		if isChosen(f.ID, o.Only, o.Skip) {
			chosen = append(chosen, f)
		}
	}
	slices.SortFunc(chosen, func(a, b Fixer) int { return cmp.Compare(a.ID, b.ID) })
	return chosen, nil
}

// asked says whether a rule was named, by --rule or in the settings.
func (o Options) asked(rule string) bool { return slices.Contains(o.Only, rule) || o.Enabled[rule] }

// collect runs the fixers and decides, for each finding alone, what becomes
// of it.
func collect(t Target, fixers []Fixer, ignores []*ignore, o Options) []*finding {
	var all []*finding
	add := func(fx Fixer, found []Finding) {
		for _, f := range found {
			if n := judge(t, fx, f, ignores, o); !n.done {
				all = append(all, n)
			}
		}
	}
	for _, fx := range fixers {
		add(fx, fx.Check(t))
	}
	all = inOrder(all)
	// Only now is it known which ignores did something.
	if i := slices.IndexFunc(fixers, func(fx Fixer) bool { return fx.ID == UnusedIgnore }); i >= 0 {
		add(fixers[i], unusedIgnores(t, fixers, all, ignores, o))
	}
	return all
}

// inOrder are the findings rule by rule, those of a rule as they stand in the file.
func inOrder(all []*finding) []*finding {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *finding) int {
		if a.Rule != b.Rule || a.fixer.OwnOrder {
			return cmp.Compare(a.Rule, b.Rule)
		}
		return cmp.Compare(a.Line, b.Line)
	})
	return all
}

// judge decides about one finding.
func judge(t Target, fx Fixer, f Finding, ignores []*ignore, o Options) *finding {
	f.Rule = fx.ID
	if f.Severity == "" {
		f.Severity = fx.Severity
	}
	f.remember(t)
	f.leaveFailing(t)
	done := f.dropDone(t)
	f.needsLook(t, o)
	n := &finding{Finding: t.repaired.asItIs(f).hide(o.Hide), fixer: fx, done: done}
	n.decide(t, o)
	if n.outcome == Planned && !t.repaired.secretsStand(n.Fix) {
		n.outcome, n.reason, n.heldFor = HeldBack, Shape+" rewrites the value first; the next plan stores it", HeldOther
	}
	if n.outcome == Planned && fx.ID != Shape && onMistyped(n.Fix, t.Deployed()) {
		n.outcome, n.reason, n.heldFor = HeldBack, "flyctl can't read the value there; "+Shape+" comes first", HeldOther
	}
	n.ignoreWhere(ignores, o)
	return n
}

// goesOn says whether the fix is carried out, now, with consent, or with the
// next deploy.
func (f *finding) goesOn() bool {
	return !f.done && (f.outcome == Planned || f.outcome == NeedsConsent || f.heldFor == HeldNoRestart)
}

func (f *finding) decide(t Target, o Options) {
	fix := f.Fix
	switch {
	case f.Held != "":
		f.outcome, f.reason, f.heldFor = HeldBack, f.Held, HeldOther
		if t.App == nil {
			f.heldFor = HeldOffline
		}
	case fix == nil:
		f.outcome = ByHand
	case fix.Safety == Manual:
		f.outcome, f.reason = ByHand, fix.Why
	case fix.Costs && !fix.Consented && !o.Allow.Paid:
		f.outcome, f.reason = NeedsConsent, cmp.Or(fix.Why, "adds cost")
		f.needs(allowPaid(fix, o))
	case fix.Safety < Safe && !o.Allow.Review:
		f.outcome, f.reason = NeedsConsent, fix.Why
		f.needs(Allow("review"))
	case o.NoRestart && len(fix.Edits)+len(fix.Lines) == 0 && !setsSecret(fix) && !setsVolume(fix):
		f.outcome, f.reason, f.heldFor = HeldBack, "--no-restart leaves the machines to their next deploy", HeldNoRestart
	default:
		f.outcome, f.reason = Planned, fix.Why
	}
}

// needs names the flags that are missing, unless the rule named its own.
func (f *finding) needs(flags []Flag) {
	if len(f.Flags) == 0 {
		f.Flags = flags
	}
}

// allowPaid are the flags that a fix that costs still needs.
func allowPaid(fix *Fix, o Options) []Flag {
	if fix.Safety < Safe && !o.Allow.Review {
		return Allow("review", "paid")
	}
	return Allow("paid")
}

func setsSecret(fix *Fix) bool {
	return slices.ContainsFunc(fix.Changes, func(c Change) bool { return c.Secret != nil })
}
