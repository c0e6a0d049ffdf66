package fixers

import (
	"strconv"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// deployedTo is the configuration that a deploy gives to machines of the group.
func deployedTo(t plan.Target, group string) deployed.Machine {
	m, _ := t.Deployed().Machine(group) // what it dies of is for deploy-blockers
	return m
}

// deployedService is what a deploy makes of a service of the file.
type deployedService struct {
	path string // http_service, services[0]
	machineconfig.Service
}

func deployedServices(m deployed.Machine) []deployedService {
	var out []deployedService
	for i, s := range m.Config.Services() {
		out = append(out, deployedService{m.From(machineconfig.Pointer("services", strconv.Itoa(i))).Path(), s})
	}
	return out
}
