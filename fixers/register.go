// Package fixers has the standards, one file each. A fixer looks at a
// plan.Target and says what it would change; it does no I/O and asks nobody.
package fixers

import "github.com/fly-standards/fly-standards/plan"

// All are the standards, sorted by id.
func All() []plan.Fixer {
	return []plan.Fixer{
		appHealth(),
		autoRollback(),
		autostart(),
		buildConflict(),
		certificates(),
		concurrency(),
		configShape(),
		conflictingServices(),
		deployBlockers(),
		deployStrategy(),
		drift(),
		envSecrets(),
		environments(),
		ephemeralData(),
		extraRegions(),
		flycast(),
		forceHTTPS(),
		healthChecks(),
		idleCost(),
		imagePin(),
		internalPort(),
		limits(),
		machinesAgree(),
		metrics(),
		minMachines(),
		primaryRegion(),
		privatePorts(),
		processCommand(),
		releaseCommand(),
		singleMachine(),
		singleVolume(),
		unknownKeys(),
		unusedIgnore(),
		vmMemory(),
		volumeSnapshots(),
		workerGroups(),
	}
}
