package live

import (
	"time"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// Update replaces a machine's whole configuration.
type Update struct {
	Nonce          string // of our lease
	Config         machineconfig.Config
	Region         string
	CurrentVersion string // refused (Conflict) when the machine has another
	MinSecrets     uint64 // 0: none
	SkipLaunch     bool   // for machines that are not started only
}

// Create makes a machine.
type Create struct {
	Name       string
	Region     string
	Config     machineconfig.Config
	MinSecrets uint64
	LeaseTTL   time.Duration // 0: no lease
	SkipLaunch bool
}
