package plan

import (
	"time"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// Repair takes back what an earlier run left on a machine that was never seen
// to be healthy with it: the putting back was refused, or the run was cut off.
// It comes before everything else and for itself alone: a machine that is
// unhealthy proves nothing, and no healthy one is missed while it restarts.
type Repair struct {
	Ops []machineconfig.Op `json:"ops"`
	// Since is when the machine got what is taken back. It may become healthy
	// by itself for as long as an apply waits for a machine; zero: no longer.
	Since time.Time `json:"since,omitzero"`
	// Start it when it is down: it was started before.
	Start bool `json:"start,omitempty"`
	// AtRest: also when the machine is not started: it has a check that was
	// never proven, and would not get any request with it.
	AtRest bool `json:"at_rest,omitempty"`
}
