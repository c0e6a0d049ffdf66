package plan

import (
	"slices"
	"strconv"
	"strings"
)

// Folded are the findings as a list tells them: what the file leaves at its
// default is one finding, whatever number of rules speaks of it, since one look
// answers them all. Its Parts are the findings that it stands for. Nothing else
// is folded, and what is ignored stays alone. The plan keeps them apart: each has
// a fix and a safety of its own.
func Folded(all []Outcome) []Outcome {
	n := 0
	for i := range all {
		if all[i].foldable() {
			n++
		}
	}
	if n < 2 {
		return all
	}
	parts := make([]Outcome, 0, n)
	for _, f := range all {
		if f.foldable() {
			parts = append(parts, f)
		}
	}
	out := make([]Outcome, 0, len(all)-n+1)
	for _, f := range all {
		switch {
		case !f.foldable():
			out = append(out, f)
		case f.Rule == parts[0].Rule && f.Key == parts[0].Key:
			out = append(out, fold(parts))
		}
	}
	return out
}

func (o *Outcome) foldable() bool {
	return o.Default != "" && o.Severity == Info && o.Outcome != Ignored && len(o.Parts) == 0
}

// fold is one finding for several, with the fate of the one that most is done
// about, and the edits of those that apply carries out with the same flags.
func fold(parts []Outcome) Outcome {
	fates := []Disposition{Planned, NeedsConsent, HeldBack, Conflicting, ByHand}
	lead := slices.MinFunc(parts, func(a, b Outcome) int {
		return slices.Index(fates, a.Outcome) - slices.Index(fates, b.Outcome)
	})
	one := Outcome{
		Finding: Finding{Rule: lead.Rule, Severity: Info, At: At{File: lead.File}, Flags: lead.Flags},
		Title:   lead.Title, Safety: lead.Safety, Outcome: lead.Outcome, Reason: lead.Reason, HeldFor: lead.HeldFor, URL: lead.URL, Parts: parts,
	}
	var said []string
	for _, p := range parts {
		if !slices.Contains(said, p.Default) {
			said = append(said, p.Default)
		}
		if p.Outcome == Planned {
			one.Edits = append(one.Edits, p.Edits...)
			for _, s := range p.Steps {
				if !slices.Contains(one.Steps, s) {
					one.Steps = append(one.Steps, s)
				}
			}
		}
	}
	one.Message = strconv.Itoa(len(said)) + " settings are at the default: " + strings.Join(said, ", ")
	if len(said) == 1 {
		one.Message = "at the default: " + said[0]
	}
	return one
}

// Rules are the rules that a finding is of: one, or those of its parts.
func (o Outcome) Rules() []string {
	if len(o.Parts) == 0 {
		return []string{o.Rule}
	}
	var out []string
	for _, p := range o.Parts {
		if !slices.Contains(out, p.Rule) {
			out = append(out, p.Rule)
		}
	}
	return out
}
