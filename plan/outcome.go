package plan

import "github.com/fly-standards/fly-standards/internal/flytoml"

// Disposition is what becomes of a finding.
type Disposition string

// The dispositions.
const (
	Planned      Disposition = "planned"       // apply with the same flags does it
	NeedsConsent Disposition = "needs-consent" // apply does it when --allow or --regions says so
	HeldBack     Disposition = "held"          // can't be done in this run; Held says why
	Conflicting  Disposition = "conflict"      // two fixers disagree; neither is done
	ByHand       Disposition = "manual"        // a person must decide
	Ignored      Disposition = "ignored"       // the user said so in a comment or in the settings
)

// Outcome is a finding and what becomes of it. In a plan that was read from a
// file Fix and Held are not known: what is shown of them is here.
type Outcome struct {
	Finding
	Title   string      `json:"title"`
	Safety  Safety      `json:"safety"`
	Outcome Disposition `json:"outcome"`
	URL     string      `json:"url"`
	// Together is that of its rule.
	Together string `json:"together,omitempty"`
	// Parts are the findings that this one stands for, where a list tells several
	// as one; see Folded.
	Parts []Outcome `json:"parts,omitempty"`
	// Reason says why it is not planned, or why its fix is below safe.
	Reason string `json:"reason,omitempty"`
	// HeldFor is what keeps a held finding from being carried out.
	HeldFor HeldFor `json:"held_for,omitempty"`
	// IgnoredBy is what ignores it; nil when nothing does.
	IgnoredBy *IgnoredBy `json:"ignored_by,omitempty"`
	// Edits are for display; apply carries out Steps.
	Edits []flytoml.Edit `json:"edits,omitempty"`
	// Lines are its edits of other files, for display too.
	Lines []LineEdit `json:"other_edits,omitempty"`
	// TextEdits are what its edits alone make of fly.toml, as ranges of it, for
	// editors. They are left out where the text would show a secret.
	TextEdits []flytoml.TextEdit `json:"text_edits,omitempty"`
	// Steps are the ids of the steps that carry it out.
	Steps []string `json:"steps,omitempty"`
	// AddsCheck: the fix adds a check to machines, which one machine proves
	// before the others get it.
	AddsCheck bool `json:"adds_check,omitempty"`
	// Restarts are the started machines that the fix restarts once, together
	// with every other fix of the same run; also while it waits for consent.
	Restarts    int     `json:"restarts,omitempty"`
	Costs       bool    `json:"costs,omitempty"`
	CostKnown   bool    `json:"cost_known,omitempty"`
	CostMonthly float64 `json:"cost_monthly_usd,omitempty"`
}

// NeedsFlags says whether apply would do it with more flags, and only so.
func (o Outcome) NeedsFlags() bool {
	return len(o.Flags) > 0 && (o.Outcome == NeedsConsent || o.Outcome == HeldBack)
}

// HeldFor is what keeps a fix from being carried out in this run.
type HeldFor string

// What may keep it.
const (
	HeldOffline   HeldFor = "offline"    // it needs the app, which was not looked at
	HeldNoRestart HeldFor = "no-restart" // --no-restart leaves it to the next deploy
	HeldOther     HeldFor = "other"      // Reason says it
)

// IgnoredBy is where the user said that a finding is to be ignored.
type IgnoredBy struct {
	Kind IgnoreKind `json:"kind"`
	File string     `json:"file"`
	Line int        `json:"line,omitempty"` // of the comment
	// Reason is the author's own; "" when none was given or it holds a secret.
	Reason string `json:"reason,omitempty"`
	Until  string `json:"until,omitempty"` // 2027-01-31
}

// IgnoreKind is the kind of thing that ignores a finding.
type IgnoreKind string

// The kinds.
const (
	IgnoreComment  IgnoreKind = "comment"
	IgnoreSettings IgnoreKind = "settings"
	IgnoreBaseline IgnoreKind = "baseline"
)
