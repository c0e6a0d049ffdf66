package plan

import (
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

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
	// NeedsApp: it finds things on the live app only, so that offline its
	// silence means nothing.
	NeedsApp bool
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

// Severity is how much a finding matters.
type Severity string

// The severities, gravest first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Safety is how much a fix may change of what the app does. The order counts,
// and the zero value is the careful one: a forgotten field applies nothing.
type Safety int

// The levels.
const (
	Manual Safety = iota // a person must decide
	Review               // behaviour changes, or the evidence is not conclusive
	Safe                 // a working app means the same afterwards, and the evidence is in hand
)

// KeepsWish begins the note of a fix that takes a wish out of fly.toml: the
// lines of the settings that keep it. It is said again when that is done.
const KeepsWish = "to keep the wish, write in .fly-standards.toml: "

// Finding is one place where a standard is not met.
type Finding struct {
	Rule     string   // set by Build
	Severity Severity // set by Build from the fixer when empty
	Message  string   // what is wrong here, quoting the value (never a secret)
	At       At
	Evidence []string // what was seen and where
	Machines []string // ids of the machines it is about
	Fix      *Fix     // nil: a person must decide
	// Held says why the fix can't be carried out in this run though it is
	// known ("no token"), HowTo the command or flag that would. A finding with
	// Held has outcome held, whatever its Fix.
	Held  string
	HowTo string
	// Notes are what a person must know or do besides ("rotate it").
	Notes []string
}

// At is where a finding is: a place in fly.toml, or a machine.
type At struct {
	Key     string // path in fly.toml, "env.DATABASE_URL"; "" when none
	Line    int    // 1-based; 0 when the finding is not about a line
	Column  int
	Machine string
}

// Fix is what would meet the standard, symbolically: no byte offsets, no
// requests. Package apply carries it out.
type Fix struct {
	Safety  Safety
	Why     string // the reason for the level; required below Safe
	Edits   []flytoml.Edit
	Changes []Change
	// CostMonthly is what the fix adds, in USD a month; CostKnown false with
	// Costs true means it costs something nobody here knows the price of.
	Costs       bool
	CostKnown   bool
	CostMonthly float64
	// Consented: the user named this cost (--regions, the settings file).
	Consented bool
}

// Change is one change to the live app; exactly one field is set.
type Change struct {
	Machine *MachineChange
	Secret  *SecretChange
	Clone   *CloneChange
	Volume  *VolumeChange
}

// MachineChange patches the configuration of one machine.
type MachineChange struct {
	ID string
	Op machineconfig.Op
	// Proof: the op adds a service check, which must pass on one machine
	// before another one gets it.
	Proof bool
	// Seen: the check of a proof was seen to pass from outside already, so that
	// a lone machine need not prove it in a restart of its own.
	Seen bool
	// RideAlong: worth doing when the machine restarts anyway, never a reason
	// to restart it.
	RideAlong bool
}

// SecretChange sets an app secret from a value in fly.toml. The value itself
// stays in the file until it is sent: no plan holds it.
type SecretChange struct {
	Name string
	From string // path in fly.toml
}

// CloneChange adds one machine, a twin of Source, in Region.
type CloneChange struct {
	Source string
	Group  string
	Region string
}
