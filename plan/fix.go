package plan

import (
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// Fix is what would meet the standard, symbolically: no byte offsets, no
// requests. Package apply carries it out.
type Fix struct {
	Safety  Safety
	Why     string // the reason for the level; required below Safe
	Edits   []flytoml.Edit
	Changes []Change
	Lines   []LineEdit // of other files of the repository
	// CostMonthly is what the fix adds, in USD a month; CostKnown false with
	// Costs true means it costs something nobody here knows the price of.
	Costs       bool
	CostKnown   bool
	CostMonthly float64
	// Consented: the user named this cost (--regions, the settings file).
	Consented bool
}

// ownFix is a copy of the fix that the finding has from now on: that of the rule
// is never changed.
func (f *Finding) ownFix() *Fix {
	fix := *f.Fix
	f.Fix = &fix
	return f.Fix
}

// Change is one change to the live app; exactly one field is set.
type Change struct {
	Machine *MachineChange
	Secret  *SecretChange
	Clone   *CloneChange
	Volume  *VolumeChange
}

// addsCheck says whether the fix adds a check that has to pass on one machine
// before another one gets it.
func (f *Fix) addsCheck() bool {
	return slices.ContainsFunc(f.Changes, func(c Change) bool { return c.Machine != nil && c.Machine.Proof })
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

// CloneChange adds one machine, a clone of Source, in Region.
type CloneChange struct {
	Source string
	Group  string
	Region string
}
