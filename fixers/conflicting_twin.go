package fixers

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// fileServices are the services that rules speak about: all but an entry that
// only repeats http_service, which conflicting-services takes away.
func fileServices(f *flytoml.File) []service {
	all := allServices(f)
	if len(all) < 2 || !isTwin(all[0], all[len(all)-1]) {
		return all
	}
	if twin := all[len(all)-1]; len(notCovered(f, all[0], twin)) == 0 {
		return all[:len(all)-1]
	}
	return all
}

// inTwin says whether path is in the entry that fileServices leaves out.
func inTwin(f *flytoml.File, path string) bool {
	all := allServices(f)
	return len(fileServices(f)) < len(all) && strings.HasPrefix(path, all[len(all)-1].Path+".")
}

func isTwin(web, twin service) bool {
	return web.HTTPService && !twin.HTTPService && twin.Protocol == "tcp" && len(twin.Ports) > 0
}

// twinFix is the fix for an entry of [[services]] that says nothing that
// http_service doesn't say: it goes, from the file and from the machines. With
// it, why it is none, for a person to read: what only the entry says.
func twinFix(t plan.Target, web, twin service) (*plan.Fix, string) {
	if !isTwin(web, twin) {
		return nil, ""
	}
	if only := notCovered(t.File, web, twin); len(only) > 0 {
		return nil, "only " + twin.Path + " has its " + strings.Join(only, ", ")
	}
	if all := allServices(t.File); all[len(all)-1].Path != twin.Path {
		return nil, twin.Path + " says nothing that http_service doesn't say" // taking it would renumber those behind it
	}
	fix := &plan.Fix{
		Safety: plan.Review, Why: "http_service alone answers then; whoever wrote both may have wanted something",
		Edits: []flytoml.Edit{{Op: flytoml.Remove, Path: twin.Path}},
	}
	for _, m := range machinesOf(t, twin.Processes) {
		if raw, ok := liveTwin(m, web, twin); ok {
			fix.Changes = append(fix.Changes, plan.Change{Machine: &plan.MachineChange{
				ID: m.ID, Op: machineconfig.Op{Verb: machineconfig.VerbTake, Pointer: "/services", Value: raw},
			}})
		}
	}
	return fix, ""
}

// notCovered are the keys with which the twin says something of its own.
func notCovered(f *flytoml.File, web, twin service) []string {
	var only []string
	if !slices.Equal(groupsOf(f, web.Processes), groupsOf(f, twin.Processes)) || len(twin.Processes) == 0 && len(groups(f)) > 1 {
		only = append(only, "processes")
	}
	for _, key := range twin.Node.Keys() {
		n, _ := twin.Node.Key(key)
		have, _ := web.Node.Key(key)
		same := false
		switch key {
		case "protocol", "processes", "script_checks":
			same = true
		case "internal_port":
			same = twin.InternalPort == web.InternalPort
		case "ports":
			same = portsCovered(web, twin)
		case "tcp_checks", "http_checks":
			same = len(n.Items()) == 0 || checksCovered(web, twin)
		case "concurrency", "auto_stop_machines", "auto_start_machines", "min_machines_running":
			same = reflect.DeepEqual(have.Value(), n.Value())
		}
		if !same {
			only = append(only, key)
		}
	}
	return only
}

// portsCovered: http_service is 80 with the handler http, and 443 with http and
// tls.
func portsCovered(web, twin service) bool {
	list, _ := twin.Node.Key("ports")
	for _, n := range list.Items() {
		i := slices.IndexFunc(web.Ports, func(p port) bool { return firstPort(p.Name) == portNumber(n, "port") })
		if i < 0 || !slices.Equal(sorted(strs(n, "handlers")), sorted(web.Ports[i].Handlers)) {
			return false
		}
		for _, key := range n.Keys() {
			have, _ := web.Node.Key(key)
			said, _ := n.Key(key)
			on, isBool := said.Bool()
			haveOn, _ := have.Bool()
			switch {
			case key == "port" || key == "handlers":
			case key == "force_https" && isBool && (!on || haveOn):
			default:
				return false
			}
		}
	}
	return true
}

// checksCovered: every path that the twin's checks ask is asked by one of
// http_service, and a TCP check asks less than any.
func checksCovered(web, twin service) bool {
	for _, c := range twin.Checks {
		asks := func(o fileCheck) bool { return c.Type == "tcp" || o.Path == c.Path }
		if !slices.ContainsFunc(web.Checks, asks) {
			return false
		}
	}
	return true
}

// liveTwin is the machine's service that was deployed from the twin: like it
// in all that drift compares, and unlike what http_service becomes. The two may
// be found by the same key, so nothing less will do.
func liveTwin(m live.Machine, web, twin service) (json.RawMessage, bool) {
	v, _ := m.Config.Get("/services")
	list, _ := v.([]any)
	services := m.Config.Services()
	if len(list) != len(services) || len(services) < 2 {
		return nil, false
	}
	found := -1
	for i, have := range services {
		if !becomes(twin, have) {
			continue
		}
		if found >= 0 || becomes(web, have) {
			return nil, false
		}
		found = i
	}
	if found < 0 {
		return nil, false
	}
	return jsonOf(list[found]), true
}

// becomes says whether a deploy of s leaves the machine's service as it is.
func becomes(s service, have machineconfig.Service) bool {
	want, err := s.deployed()
	if err != nil || !want.Key.Equal(have.Key) {
		return false
	}
	p := pair{file: s, want: want, have: have}
	p.compare()
	return len(p.out) == 0
}
