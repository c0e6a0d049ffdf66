package fixers

import (
	"encoding/json"
	"slices"
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

// hasOtherBase says whether a machine_config is the base of every machine: it may
// be in another file, and then nothing can be said of what a deploy sends.
func hasOtherBase(c *deployed.Config) bool {
	return c.Get("machine_config").Said() || c.Get("experimental.machine_config").Said()
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

// deployedChecks are the service's checks as fly deploy sends them; none while
// flyctl refuses one of them.
func deployedChecks(t plan.Target, s service) []json.RawMessage {
	if slices.ContainsFunc(s.Checks, func(c fileCheck) bool { return c.Mistyped() }) {
		return nil
	}
	var out []json.RawMessage
	for _, group := range groupsServed(t.File, s.Processes) {
		m := deployedTo(t, group)
		i := slices.IndexFunc(deployedServices(m), func(d deployedService) bool { return d.path == s.Path })
		if i < 0 {
			continue
		}
		for _, c := range m.Config.ServiceChecks(i) {
			out = append(out, asJSON(c))
		}
		return out
	}
	return nil
}
