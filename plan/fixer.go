package plan

import "strings"

// Fixer is one standard: how to see that it is not met, and how to meet it.
type Fixer struct {
	ID       string // as users write it: "health-checks"
	Title    string // one line, no full stop
	Severity Severity
	// Doc is the text of the rule's page, in Markdown: why it matters, what the
	// platform does, how to fix it by hand, each a paragraph.
	Doc string
	// Check must be a pure function of the target: same target, same findings,
	// in the same order. It must not fail: what it can't decide it reports as a
	// finding for a person, or not at all.
	Check func(Target) []Finding
	// OwnOrder: the findings are shown in the order in which Check gives them,
	// not in that of the file.
	OwnOrder bool
	// OptIn: it speaks only when it is asked for, with --rule or enabled = true
	// in the settings. What any linter says as well need not stand in a plan.
	OptIn bool
	// MoreAsked: it says more when it is asked for.
	MoreAsked bool
	// NeedsApp: it finds things on the live app only, so that offline its
	// silence means nothing.
	NeedsApp bool
	// Together names what the rule has in common with others: where they would
	// all change fly.toml, they are shown as one block.
	Together string
}

// Rules about what is wrong with the app now, whatever the file says.
const (
	AppHealth     = "app-health"
	MachinesAgree = "machines-agree"
)

// BrokenNow says whether the finding is about something that visitors meet now:
// such findings come before all others, and before the verdict.
func (f Finding) BrokenNow() bool {
	return f.Rule == AppHealth || f.Rule == MachinesAgree && f.Severity != Info
}

// Heading is the title as the beginning of a sentence. A key keeps its small
// letter: it is written so.
func (f Fixer) Heading() string {
	first, _, _ := strings.Cut(f.Title, " ")
	if first == "" || strings.ContainsAny(first, "._") {
		return f.Title
	}
	return strings.ToUpper(f.Title[:1]) + f.Title[1:]
}
