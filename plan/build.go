package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Options is what the user asked for, besides the target.
type Options struct {
	Tool      string // "fly-standards 0.1.0"
	FilePath  string // as the user knows it
	Allow     Consent
	Only      []string // rule ids; empty: all
	Skip      []string
	NoRestart bool
	// Disabled rules look, but what they find is ignored: the rule, and the
	// settings file that says so.
	Disabled map[string]string
	// Enabled are the rules that the settings switch on by name.
	Enabled map[string]bool
	// Accepted says of which findings the user has a list, to be ignored; nil
	// is no list. AcceptedIn names it.
	Accepted   func(Finding) bool
	AcceptedIn string
	// Hide takes secret values out of words; nil takes out nothing. Every text of
	// every finding goes through it, so that no rule and no view has to. What a
	// fix would write can't be changed so: a fix with a secret in it is held.
	Hide func(string) string
	// Today ends the ignore comments that are limited in time; zero ends none.
	Today time.Time
}

// Consent is what the user agreed to besides safe fixes that cost nothing.
type Consent struct{ Review, Paid bool }

// UnknownRuleError names a rule that there isn't. Near asks for those that were
// perhaps meant; "" for none.
type UnknownRuleError struct{ ID, Near string }

// Error implements error.
func (e *UnknownRuleError) Error() string {
	if e.Near == "" {
		return fmt.Sprintf("there is no rule %q; `fly-standards rules` lists them", e.ID)
	}
	return fmt.Sprintf("there is no rule %q", e.ID) + e.Near
}

// Build asks every fixer and makes one plan of what they say. The order of
// the fixers does not matter. It reads nothing and changes nothing.
func Build(t Target, fixers []Fixer, o Options) (*Plan, error) {
	chosen, err := choose(fixers, o)
	if err != nil {
		return nil, err
	}
	ignores, err := readIgnores(t, fixers, o.FilePath)
	if err != nil {
		return nil, err
	}
	before := t.Deployed()
	t.Today, t.Asked = o.Today, o.asked
	repaired, found, err := look(t, chosen, ignores, o)
	if err != nil {
		return nil, err
	}
	repaired.standAlone(found)
	all, err := lookAgain(t, chosen, ignores, o, slices.Concat(repaired.first, found))
	if err != nil {
		return nil, err
	}
	after, err := settleEdits(t.File, all)
	if err != nil {
		return nil, err
	}
	reading := deployed.Read(after)
	if len(before.Refusals()) == 0 && len(reading.Refusals()) > 0 && holdBreaking(t.File, all) {
		if after, err = settleEdits(t.File, all); err != nil {
			return nil, err
		}
	}

	p := &Plan{
		SchemaVersion: SchemaVersion,
		Tool:          o.Tool,
		App:           appRef(t),
		File:          t.fileRef(o.FilePath),
		Offline:       t.Offline,
		OfflineDetail: t.OfflineDetail,
		NoRestart:     o.NoRestart,
		LeftAlone:     leftAlone(t),
		Refused:       refused(before, reading),
		Findings:      make([]Outcome, 0, len(all)),
		Steps:         []Step{},
	}
	p.Steps = append(p.Steps, steps(t, all, after, o)...)
	p.Secrets = digests(t)
	p.Rollouts, p.Staged = rollouts(t, p.Steps), Staged(t.App, t.Stored, p.Steps)
	for _, f := range inOrder(all) {
		if !f.nothingToDo(p.Steps) {
			p.Findings = append(p.Findings, f.toOutcome(t, o, p.Steps))
		}
	}
	p.Totals = totals(t, p, after)
	return p, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// settleEdits makes the edits of all planned findings together. A finding
// whose edit the file refuses is held back, and the rest are tried again: one
// odd corner of a file must not stop the others.
func settleEdits(file *flytoml.File, all []*finding) (*flytoml.File, error) {
	for range len(all) + 1 {
		edits := mergedEdits(all)
		after, err := file.Apply(edits...)
		if err == nil {
			return after, nil
		}
		var refused *flytoml.RefusedError
		if !errors.As(err, &refused) {
			return nil, fmt.Errorf("edit %s: %w", file.Name(), err)
		}
		if !holdRefused(all, refused) {
			return nil, fmt.Errorf("edit %s: %w", file.Name(), err)
		}
	}
	return file, nil
}

func holdRefused(all []*finding, refused *flytoml.RefusedError) bool {
	held := false
	for _, f := range all {
		if f.outcome == Planned && slices.ContainsFunc(f.Fix.Edits, func(e flytoml.Edit) bool { return sameEdit(e, refused.Edit) }) {
			f.outcome, f.reason = ByHand, "fly.toml can't be edited exactly here: "+refused.Reason
			held = true
		}
	}
	return held
}

// mergedEdits are the edits of the planned findings, each once.
func mergedEdits(all []*finding) []flytoml.Edit {
	var edits []flytoml.Edit
	have := map[string]bool{}
	for _, f := range planned(all) {
		for _, e := range f.Fix.Edits {
			if key := e.Identity(); !have[key] {
				have[key] = true
				edits = append(edits, e)
			}
		}
	}
	return edits
}

func (f *finding) toOutcome(t Target, o Options, steps []Step) Outcome {
	out := Outcome{
		Finding: f.Finding, Title: f.fixer.Title, Together: f.fixer.Together, Outcome: f.outcome, URL: RuleURL(f.Rule),
		Reason: f.reason, HeldFor: f.heldFor, IgnoredBy: f.ignoredBy,
	}
	out.At = t.otherPlace(f.At).place(t.File, o.FilePath)
	if f.Fix != nil {
		out.Safety, out.Edits, out.Lines, out.AddsCheck = f.Fix.Safety, f.Fix.Edits, f.Fix.Lines, f.Fix.addsCheck()
		out.Restarts = restarts(t.App, f.Fix, o)
		if f.outcome == Planned {
			out.Steps = f.Fix.carriedOutBy(steps)
		}
		out.Costs, out.CostKnown, out.CostMonthly = f.Fix.Costs, f.Fix.CostKnown, f.Fix.CostMonthly
	}
	return out
}

// RuleURL is the page of a rule.
func RuleURL(id string) string {
	return "https://github.com/fly-standards/fly-standards/blob/main/docs/rules/" + id + ".md"
}

func leftAlone(t Target) []LeftAlone {
	if t.App == nil {
		return nil
	}
	var out []LeftAlone
	for _, m := range t.App.Machines {
		why := m.WhyUntouchable()
		if why == "" {
			why = failsAlready(t, m)
		}
		if why != "" {
			out = append(out, LeftAlone{m.ID, m.Group(), why})
		}
	}
	return out
}

func appRef(t Target) AppRef {
	ref := AppRef{Name: t.AppName}
	if t.App == nil {
		return ref
	}
	ref.Name, ref.Org, ref.Machines = t.App.Name, t.App.Org, len(t.App.Machines)
	ref.Regions, ref.Groups = map[string]int{}, map[string]int{}
	for _, m := range t.App.Machines {
		ref.Regions[m.Region]++
		ref.Groups[m.Group()]++
	}
	return ref
}
