package fixers

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// duplicateFix is the fix for an entry of [[services]] that says nothing that
// http_service doesn't say: it goes, from the file and from the machines. With
// it, why it is none, for a person to read: what only the entry says.
func duplicateFix(t plan.Target, web, other service) (*plan.Fix, string) {
	if !mayDuplicate(web, other) {
		return nil, ""
	}
	if only := notCovered(t.File, web, other); len(only) > 0 {
		return nil, "only " + other.Path + " has its " + strings.Join(only, ", ")
	}
	if all := servicesAsWritten(t.File); all[len(all)-1].Path != other.Path {
		return nil, other.Path + " only repeats http_service" // taking it would renumber those behind it
	}
	fix := reviewFix("http_service alone then answers; both may be there for a reason", removal(other.Path))
	for _, m := range machinesOf(t, other.Processes) {
		if raw, ok := liveDuplicate(t, m, web, other); ok {
			fix.Changes = append(fix.Changes, plan.Change{Machine: &plan.MachineChange{
				ID: m.ID, Op: machineconfig.Op{Verb: machineconfig.VerbTake, Pointer: "/services", Value: raw},
			}})
		}
	}
	return fix, ""
}

// liveDuplicate is the machine's service that was deployed from the other: like it
// in all that drift compares, and unlike what http_service becomes. The two may
// be found by the same key, so nothing less will do.
func liveDuplicate(t plan.Target, m live.Machine, web, other service) (json.RawMessage, bool) {
	v, _ := m.Config.Get("/services")
	list, _ := v.([]any)
	services := m.Config.Services()
	if len(list) != len(services) || len(services) < 2 {
		return nil, false
	}
	found := -1
	for i, have := range services {
		if !becomes(t, m.Group(), other, have) {
			continue
		}
		if found >= 0 || becomes(t, m.Group(), web, have) {
			return nil, false
		}
		found = i
	}
	if found < 0 {
		return nil, false
	}
	return asJSON(list[found]), true
}

// becomes says whether a deploy of s leaves the machine's service as it is.
func becomes(t plan.Target, group string, s service, have machineconfig.Service) bool {
	all := deployedServices(deployedTo(t, group))
	i := slices.IndexFunc(all, func(d deployedService) bool { return d.path == s.Path })
	if i < 0 || !all[i].Key.Equal(have.Key) {
		return false
	}
	p := servicePair{group: group, path: s.Path, want: all[i].Service, have: have}
	return len(p.differences()) == 0
}
