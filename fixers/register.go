// Package fixers has the standards, one file each. A fixer looks at a
// plan.Target and says what it would change; it does no I/O and asks nobody.
package fixers

import (
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

// All are the standards, sorted by id. Nobody may change the list.
func All() []plan.Fixer {
	listOnce.Do(func() { list = standards() })
	return list
}

var (
	listOnce sync.Once
	list     []plan.Fixer
)

func standards() []plan.Fixer {
	return []plan.Fixer{
		appHealth(),
		autoRollback(),
		autostart(),
		buildConflict(),
		certificates(),
		concurrency(),
		configShape(),
		conflictingServices(),
		dependencyUpdates(),
		deployBlockers(),
		deployStrategy(),
		deployWorkflow(),
		dockerfileBase(),
		dockerfileSecrets(),
		dockerfileStages(),
		dockerfileUser(),
		dockerignore(),
		drift(),
		editorconfig(),
		envFile(),
		envSecrets(),
		environments(),
		ephemeralData(),
		extraRegions(),
		flycast(),
		flyctlVersion(),
		forceHTTPS(),
		gitignore(),
		guidanceFile(),
		healthChecks(),
		idleCost(),
		imagePin(),
		internalPort(),
		limits(),
		lockfile(),
		machinesAgree(),
		metrics(),
		minMachines(),
		primaryRegion(),
		privatePorts(),
		processCommand(),
		releaseCommand(),
		securityScan(),
		singleMachine(),
		singleVolume(),
		staticsPath(),
		unknownKeys(),
		unusedIgnore(),
		vmMemory(),
		volumeSnapshots(),
		workerGroups(),
	}
}
