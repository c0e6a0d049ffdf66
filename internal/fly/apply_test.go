package fly_test

import (
	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/fly"
)

// What package apply asks for is what the client has; neither imports the other.
var (
	_ apply.Machines = (*fly.Client)(nil)
	_ apply.Secrets  = (*fly.Client)(nil)
)
