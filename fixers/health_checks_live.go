package fixers

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// onService adds the check to the service on every machine that has exactly
// one such service.
func onService(t plan.Target, s service, check json.RawMessage) []plan.Change {
	var out []plan.Change
	for _, m := range machinesOf(t, s.Processes) {
		have, ok := liveService(m, s)
		if !ok {
			continue
		}
		key := have.Key
		out = append(out, plan.Change{Machine: &plan.MachineChange{
			ID: m.ID, Proof: true,
			Op: machineconfig.Op{Verb: machineconfig.VerbAppend, Service: &key, Pointer: "/checks", Value: check},
		}})
	}
	return out
}

// liveNotes says which machines take the check at their next deploy only.
func liveNotes(t plan.Target, s service, f *plan.Finding) {
	for _, m := range machinesOf(t, s.Processes) {
		if _, ok := liveService(m, s); ok {
			f.Machines = append(f.Machines, m.ID)
		} else {
			f.Notes = append(f.Notes, "machine "+m.ID+" runs no service like this one; it gets the check with its next deploy")
		}
	}
}

// checkNotLive finds machines whose service has no check at all though
// fly.toml has one: a deploy that never came, or an apply that was cut short.
func checkNotLive(t plan.Target, s service) []plan.Finding {
	checks := deployedChecks(t, s)
	if len(checks) == 0 {
		return nil
	}
	f := plan.Finding{At: placeOf(t.File, s.Path, ""), Fix: &plan.Fix{Safety: plan.Safe}}
	for _, m := range machinesOf(t, s.Processes) {
		have, ok := liveService(m, s)
		if !ok || len(have.Checks) > 0 {
			continue
		}
		f.Machines = append(f.Machines, m.ID)
		key := have.Key
		for _, c := range checks {
			f.Fix.Changes = append(f.Fix.Changes, plan.Change{Machine: &plan.MachineChange{
				ID: m.ID, Proof: true,
				Op: machineconfig.Op{Verb: machineconfig.VerbAppend, Service: &key, Pointer: "/checks", Value: c},
			}})
		}
	}
	if len(f.Machines) == 0 {
		return nil
	}
	f.Message = fmt.Sprintf("the health check of %s is in the file, but not on the app", s.Path)
	f.Evidence = plan.Saw("no check on machine " + strings.Join(f.Machines, ", "))
	return []plan.Finding{f}
}

// tcpNotLive finds machines without the TCP check that this tool wrote: an
// apply that was cut short. It rides along, as it did there.
func tcpNotLive(t plan.Target, s service) (plan.Finding, bool) {
	top, covered := coveringTop(t, s)
	if !covered || !ourTCP(t, top) {
		return plan.Finding{}, false
	}
	f := plan.Finding{
		Message: top.Where + " is in the file, but not on the app", At: placeOf(t.File, top.Where, ""), Fix: &plan.Fix{Safety: plan.Safe},
	}
	of := s.Processes
	if len(top.Processes) > 0 {
		of = top.Processes
	}
	for _, m := range machinesOf(t, of) {
		if _, has := m.Config.Checks()[top.Name]; !has {
			f.Machines = append(f.Machines, m.ID)
			f.Fix.Changes = append(f.Fix.Changes, tcpOn(m, s, top.Name, checkTimes(t.Settings)))
		}
	}
	return f, len(f.Machines) > 0
}

func tcpOn(m live.Machine, s service, name string, w times) plan.Change {
	value := asJSON(map[string]any{
		"type": "tcp", "port": s.InternalPort, "interval": w.interval, "timeout": w.timeout, "grace_period": w.grace,
	})
	return plan.Change{Machine: &plan.MachineChange{
		ID: m.ID, RideAlong: true,
		Op: machineconfig.Op{Verb: machineconfig.VerbSet, Pointer: machineconfig.Pointer("checks", name), Value: value},
	}}
}

func httpCheckJSON(t plan.Target, s service, found pathSource) json.RawMessage {
	w := found.times(t)
	c := map[string]any{
		"type": "http", "method": "GET", "path": found.path,
		"interval": w.interval, "timeout": w.timeout, "grace_period": w.grace,
	}
	if forcesSSL(t) {
		c["headers"] = []map[string]any{{"name": "X-Forwarded-Proto", "values": []string{"https"}}}
	}
	return asJSON(c)
}
