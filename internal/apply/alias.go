package apply

import (
	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// What callers of Run meet of one machine's life.
type (
	// UnhealthyError is a machine that is not healthy after its update.
	UnhealthyError = onemachine.UnhealthyError
	// MovedError is a machine that somebody else changed meanwhile.
	MovedError = onemachine.MovedError
	// LostError is a machine of which nobody can tell how it is.
	LostError = onemachine.LostError
	// Phase is what a machine is waited for.
	Phase = onemachine.Phase
)

// The phases; see onemachine.
const (
	WaitLease  = onemachine.WaitLease
	WaitFloor  = onemachine.WaitFloor
	WaitFree   = onemachine.WaitFree
	WaitState  = onemachine.WaitState
	WaitStart  = onemachine.WaitStart
	WaitStop   = onemachine.WaitStop
	WaitSmoke  = onemachine.WaitSmoke
	WaitChecks = onemachine.WaitChecks
)

// Reason is an error's text without the machine that it is about, for where that
// is named already.
func Reason(err error) string { return onemachine.Reason(err) }

// MinWait is the least that Options.WaitTimeout makes sense for.
const MinWait = onemachine.MinWait

// IsProbe is onemachine's: an op about a check that is there for a proof only.
func IsProbe(op machineconfig.Op) bool { return onemachine.IsProbe(op) }
