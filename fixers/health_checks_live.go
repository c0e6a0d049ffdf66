package fixers

import (
	"encoding/json"
	"slices"

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
// fly.toml has one.
func checkNotLive(t plan.Target, s service) []plan.Finding {
	var changes []plan.Change
	for _, check := range deployedChecks(t, s) {
		changes = append(changes, onService(t, s, check)...)
	}
	bare := map[string]bool{} // machines without any check
	for _, m := range machinesOf(t, s.Processes) {
		have, ok := liveService(m, s)
		bare[m.ID] = ok && len(have.Checks) == 0
	}
	changes = slices.DeleteFunc(changes, func(c plan.Change) bool { return !bare[c.Machine.ID] })
	if f, ok := notOnApp("the health check of "+s.Path, placeOf(t.File, s.Path, ""), changes); ok {
		return []plan.Finding{f}
	}
	return nil
}

// tcpNotLive finds machines without the TCP check that this tool wrote. It rides
// along, as it did there.
func tcpNotLive(t plan.Target, s service) (plan.Finding, bool) {
	top, covered := coveringTop(t, s)
	if !covered || !ourTCP(t, top) {
		return plan.Finding{}, false
	}
	of := s.Processes
	if len(top.Processes) > 0 {
		of = top.Processes
	}
	var changes []plan.Change
	for _, m := range machinesOf(t, of) {
		if _, has := m.Config.Checks()[top.Name]; !has {
			changes = append(changes, tcpOn(m, s, top.Name, checkTimes(t.Settings)))
		}
	}
	return notOnApp(top.Where, placeOf(t.File, top.Where, ""), changes)
}

func tcpOn(m live.Machine, s service, name string, w times) plan.Change {
	value := asJSON(w.check(map[string]any{"type": "tcp", "port": s.InternalPort}))
	return plan.Change{Machine: &plan.MachineChange{
		ID: m.ID, RideAlong: true,
		Op: machineconfig.Op{Verb: machineconfig.VerbSet, Pointer: machineconfig.Pointer("checks", name), Value: value},
	}}
}

func httpCheckJSON(t plan.Target, found pathSource) json.RawMessage {
	c := found.times(t).check(map[string]any{"type": "http", "method": "GET", "path": found.path})
	if forcesSSL(t) {
		c["headers"] = []map[string]any{{"name": "X-Forwarded-Proto", "values": []string{"https"}}}
	}
	return asJSON(c)
}
