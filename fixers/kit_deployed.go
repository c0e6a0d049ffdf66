package fixers

import (
	"strconv"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/secret"
	"github.com/fly-standards/fly-standards/plan"
)

// deployedTo is the configuration that a deploy gives to machines of the group.
func deployedTo(t plan.Target, group string) deployed.Machine {
	m, _ := t.Deployed().Machine(group) // what it dies of is for deploy-blockers
	return m
}

// deployedService is a service of the file, and what a deploy makes of it.
type deployedService struct {
	file service
	machineconfig.Service
}

// deployedServices are what a deploy writes to machines of the group.
func deployedServices(t plan.Target, group string) []deployedService {
	var out []deployedService
	m := deployedTo(t, group)
	for i, s := range m.Config.Services() {
		path := m.From(jsonPointer("services", strconv.Itoa(i))).Path()
		out = append(out, deployedService{service{Path: path, HTTPService: path == "http_service"}, s})
	}
	return out
}

// envText is one env entry as a deploy writes it.
type envText struct {
	key   string // where the file says so
	value secret.Value
}

// deployedEnv are the env entries that a deploy takes from the file.
func deployedEnv(t plan.Target, group string) map[string]envText {
	out := map[string]envText{}
	m := deployedTo(t, group)
	for _, name := range m.Config.EnvNames() {
		from := m.From(jsonPointer("env", name))
		value, _ := m.Config.EnvValue(name)
		if name != "FLY_PROCESS_GROUP" {
			out[name] = envText{from.Path(), value}
		}
	}
	return out
}
