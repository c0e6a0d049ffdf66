package view

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// SHA256 is the hash that a plan names a file by, in hex.
func SHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// why names what a finding's Reason is the reason of.
func why(f plan.Outcome) string {
	switch f.Outcome {
	case plan.Planned, plan.NeedsConsent:
		return f.Safety.String()
	case plan.ByHand:
		return "by hand"
	case plan.Ignored:
		return "ignored"
	default:
		return "held"
	}
}

// reason is why it is not planned, or below safe; of an ignored finding what
// ignores it.
func reason(f plan.Outcome) string {
	by := f.IgnoredBy
	if by == nil {
		return f.Reason
	}
	text := ""
	switch by.Kind {
	case plan.IgnoreComment:
		text = fmt.Sprintf("%s:%d", by.File, by.Line)
	case plan.IgnoreSettings:
		text = "enabled = false in " + by.File
	case plan.IgnoreBaseline:
		text = "known before, in " + by.File
	}
	if by.Reason != "" {
		text += ": " + by.Reason
	}
	return text
}

// keeps says how a wish that a fix takes out of fly.toml is kept.
func keeps(f plan.Outcome) string {
	if f.Settings == "" {
		return ""
	}
	return "to keep it, write in .fly-standards.toml: " + f.Settings
}

// place is file:line:column of a finding, as editors and terminals link it.
func place(f plan.Outcome) string {
	s := fmt.Sprintf("%s:%d", f.File, f.Line)
	if f.Column > 0 {
		s += fmt.Sprintf(":%d", f.Column)
	}
	return s
}

// live says what a block does on the app, as the steps have it.
func (h *human) live(b block) {
	if b.outcome() == plan.NeedsConsent {
		h.wouldRestart(b)
	}
	if b.outcome() != plan.Planned {
		return
	}
	var parts []string
	machines, secrets, proof := 0, false, false
	for _, s := range h.plan.Steps {
		switch {
		case s.Kind == plan.StepSecrets:
			if names := secretNames(s, b); len(names) > 0 {
				secrets = true
				verb := " becomes a secret first"
				if len(names) > 1 {
					verb = " become secrets first"
				}
				parts = append(parts, list(names)+verb)
			}
		case !slices.Contains(s.Rules, b.rule):
		case s.Kind == plan.StepMachine:
			machines++
			proof = proof || len(s.Machine.Proof) > 0
		case s.Kind == plan.StepClone:
			parts = append(parts, fmt.Sprintf("one machine more in %s, a twin of %s", s.Clone.Region, s.Clone.Source))
		case s.Kind == plan.StepVolume:
			parts = append(parts, volumeImpact(s))
		}
	}
	if machines > 0 {
		parts = append(parts, h.machines(machines, secrets, proof && addsCheck(b)))
	}
	if len(parts) > 0 {
		h.detail("app", strings.Join(parts, ", "), asIs)
	}
}

// wouldRestart says what consent would cost the machines.
func (h *human) wouldRestart(b block) {
	n := 0
	for _, f := range b.findings {
		n = max(n, f.Restarts) // the same machines, once, whatever the findings
	}
	if n > 0 {
		h.detail("app", "would restart "+h.which(n)+", once", asIs)
	}
}

// which says "all 3 machines".
func (h *human) which(n int) string {
	if n > 1 && n == h.plan.App.Machines {
		return "all " + count(n, "machine")
	}
	return count(n, "machine")
}

func (h *human) machines(n int, secrets, proof bool) string {
	which := h.which(n)
	switch {
	case secrets:
		return "then out of the env of " + which
	case proof && n > 1:
		return "the check on " + which + ", proven on the first"
	case proof:
		return "the check on " + which + ", proven before it counts"
	default:
		return "the same change on " + which
	}
}

func addsCheck(b block) bool {
	return slices.ContainsFunc(b.findings, func(f plan.Outcome) bool { return f.AddsCheck })
}

func secretNames(s plan.Step, b block) []string {
	var names []string
	for _, set := range s.Secrets.Set {
		if slices.ContainsFunc(b.findings, func(f plan.Outcome) bool { return f.Key == set.Key }) {
			names = append(names, set.Name)
		}
	}
	return names
}
