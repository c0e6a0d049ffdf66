package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func conflictingServices() plan.Fixer {
	return plan.Fixer{
		ID:       "conflicting-services",
		Title:    "services and strategy don't contradict each other",
		Severity: plan.Warning,
		Doc: `http_service always means the ports 80 and 443. A [[services]] entry on one of them is deployed as well, and which of the
two answers is undefined. The same goes for two entries of [[services]] on one port. The proxy sends nothing to a service without ports; a
process group that does not exist makes the deploy fail. canary and bluegreen can't be used with volumes, and bluegreen needs a health
check. Fly's proxy starts no machine for UDP, forwards packets to the same port number that they were sent to, and accepts them only on a
dedicated IPv4 address. A shared IPv4 address takes HTTP on port 80 and TLS on port 443; other ports need a dedicated one, or IPv6. With the
app at hand, its addresses are compared with what the services publish.

A [[services]] entry that only repeats http_service is removed, from the file and from the machines, with consent. For other pairs only
you know which one is meant, so the rule shows what only one of them has.

Manual fix: keep the one that has the port, the handlers and the checks that the app needs, and delete the other.`,
		Check: checkConflictingServices,
	}
}

func checkConflictingServices(t plan.Target) []plan.Finding {
	var out []plan.Finding
	add := func(key, message string, notes ...string) {
		out = append(out, plan.Finding{Message: message, At: placeOf(t.File, key, ""), Notes: notes})
	}
	services := servicesAsWritten(t.File)
	ports := byPorts(services)
	for i, s := range services {
		for o, p := range ports.before(i) {
			if shareGroup(t, o, s) {
				out = append(out, bothOnPort(t, o, s, p))
				break // the others were told against the first as well
			}
		}
		switch {
		case len(s.Ports) > 0:
		case isStray(s, services) && (len(s.Checks) > 0 || s.Key("concurrency").Said()):
			out = append(out, strayTable(t, s, services[0]))
		case len(s.Key("ports").Items()) > 0: // config-shape speaks of them
		default:
			add(s.Path, s.Path+" has no ports: Fly's proxy sends it nothing", "add [[services.ports]], or remove the service: other apps of the organization reach this one without it")
			if len(s.Checks) > 0 { // the checks run all the same, and a private app is often written so
				out[len(out)-1].Severity = plan.Info
			}
		}
		for _, p := range s.Key("ports").Items() {
			if !slices.ContainsFunc([]string{"port", "start_port", "end_port"}, func(key string) bool { return p.Key(key).Said() }) && p.Node().Kind() == flytoml.Table {
				add(p.Path(), p.Path()+" names no port, and opens none", "add port, or start_port and end_port")
			}
		}
		start := s.Key("auto_start_machines")
		if on, _ := start.Bool(); on && s.Protocol == "udp" {
			add(start.Path(), s.Path+" has auto_start_machines on UDP: Fly's proxy starts no machine for UDP",
				"its machines that stop stay stopped; keep them running")
		}
		missingGroups(t, s.Value, add)
		if f, ok := movedUDP(t, s); ok {
			out = append(out, f)
		}
	}
	out = append(out, unreachable(t, services)...)
	for _, c := range topChecks(t.File) {
		missingGroups(t, c.Value, add)
	}
	out = append(out, portQuarrels(t, ports)...)
	out = append(out, mountQuarrels(t)...)
	for _, key := range []string{"vm", "mounts", "files", "metrics", "restart"} {
		for _, v := range t.Deployed().Meant().Get(key).Items() {
			missingGroups(t, v, add)
		}
	}
	refusedStrategy(t, add)
	return out
}

// refusedStrategy: flyctl takes canary and bluegreen for some apps only.
func refusedStrategy(t plan.Target, add func(key, message string, notes ...string)) {
	switch strategy := textAt(t, strategyKey); {
	case (strategy == "canary" || strategy == "bluegreen") && hasMounts(t):
		add(strategyKey, fmt.Sprintf("strategy = %q: flyctl refuses it for an app with volumes", strategy), `use "rolling"`)
	case strategy == "bluegreen" && !hasAnyCheck(t.File):
		add(strategyKey, `strategy = "bluegreen" needs a health check, and the file has none`)
	}
}

func overTLS(c fileCheck) bool {
	protocol, _ := c.Key("protocol").Str()
	return protocol == "https"
}

func bothOnPort(t plan.Target, a, b service, port string) plan.Finding {
	f := plan.Finding{
		Message: fmt.Sprintf("%s and %s both have port %s: which of them answers is not defined", a.Path, b.Path, port),
		At:      placeOf(t.File, b.Path, ""),
	}
	fix, only := duplicateFix(t, a, b)
	if fix == nil {
		f.Notes = []string{"keep one of them"}
		if only != "" {
			f.Notes = append(f.Notes, only)
		}
		return f
	}
	f.Fix = fix
	for _, c := range fix.Changes {
		f.Machines = append(f.Machines, c.Machine.ID)
	}
	return f
}

// missingGroups finds process groups that are named and don't exist.
func missingGroups(t plan.Target, v deployed.Value, add func(key, message string, notes ...string)) {
	have := groupNames(t.File)
	names, _ := v.Key("processes").Strs()
	for _, name := range names {
		if !slices.Contains(have, name) && !groupTold(t, v) {
			add(flytoml.Join(v.Path(), "processes"), fmt.Sprintf("%s is for the process group %q, which does not exist", v.Path(), name),
				"the groups are: "+strings.Join(have, ", "))
		}
	}
}

// groupTold says whether config-shape or deploy-blockers tells of the groups of v.
func groupTold(t plan.Target, v deployed.Value) bool {
	below := func(path string) bool { return strings.HasPrefix(path, v.Path()+".processes") }
	c := t.Deployed()
	return slices.ContainsFunc(c.Refusals(), func(r deployed.Refusal) bool { return r.Kind == deployed.NoSuchGroup && below(r.Node.Path()) }) ||
		slices.ContainsFunc(c.Failures(), func(f deployed.Failure) bool { return f.Kind == deployed.NoCheckGroup && below(f.Value.Path()) })
}
