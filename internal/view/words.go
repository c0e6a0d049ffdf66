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
	case plan.Planned:
		return "why " + f.Safety.String()
	case plan.Ignored:
		return "ignored by"
	default:
		return "why"
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
		text = by.File + " lists it"
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

// flags are what apply has to be given, each name once; "" when no flag does it.
func flags(all []plan.Flag) string {
	var names []string
	values := map[string][]string{}
	for _, f := range all {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
		if !slices.Contains(values[f.Name], f.Value) {
			values[f.Name] = append(values[f.Name], f.Value)
		}
	}
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = name + " " + strings.Join(values[name], ",")
	}
	return strings.Join(words, " ")
}

// Fate is what becomes of a finding, in a few words.
func Fate(f plan.Outcome) string { return fate(f) }

func fate(f plan.Outcome) string {
	if parts := unfolded([]*plan.Outcome{&f}); len(parts) > 1 {
		some := func(n int) string {
			if n == len(parts) {
				return "all of them"
			}
			return fmt.Sprintf("%d of them", n)
		}
		if text := fixable(parts, some); text != "" {
			return "apply fixes " + text
		}
	}
	switch {
	case f.Outcome == plan.Planned:
		return "apply fixes it"
	case f.NeedsFlags():
		return "apply fixes it with " + flags(f.Flags)
	case f.Outcome == plan.Conflicting:
		return "conflict"
	case f.HeldFor == plan.HeldOffline:
		return "apply fixes it when it can read the app"
	case f.Outcome == plan.HeldBack:
		return "can't be fixed now"
	case f.Outcome == plan.ByHand:
		return "manual"
	}
	return string(f.Outcome)
}
