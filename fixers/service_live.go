package fixers

import (
	"encoding/json"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// setting is one value that a machine's service, or one port of it, is to have.
type setting struct {
	port    string // "80"; "" for the service itself
	pointer string
	value   any
}

// serviceChanges are the changes that give the settings to the service on every
// machine that has exactly one such service and lacks one of them, and the ids
// of those machines. A machine without the service gets it with a deploy.
func serviceChanges(t plan.Target, s service, settings ...setting) (changes []plan.Change, ids []string) {
	for _, m := range machinesOf(t, s.Processes) {
		have, ok := liveService(m, s)
		if !ok {
			continue
		}
		lacks := false
		for _, want := range settings {
			key := have.Key
			op := machineconfig.Op{Verb: machineconfig.VerbSet, Service: &key, Port: want.port, Pointer: want.pointer, Value: jsonOf(want.value)}
			if _, changed, err := machineconfig.Apply(m.Config, []machineconfig.Op{op}); err != nil || !changed {
				continue
			}
			lacks = true
			changes = append(changes, plan.Change{Machine: &plan.MachineChange{ID: m.ID, Op: op}})
		}
		if lacks {
			ids = append(ids, m.ID)
		}
	}
	return changes, ids
}

// notLive finds machines that lack what the file says of a service already: a
// deploy that never came, or an apply that was cut short.
func notLive(t plan.Target, s service, key string, settings ...setting) (plan.Finding, bool) {
	changes, ids := serviceChanges(t, s, settings...)
	if len(changes) == 0 {
		return plan.Finding{}, false
	}
	return plan.Finding{
		Message:  key + " is in the file as it should be, but not on the app",
		At:       at(t.File, key, s.Path),
		Evidence: []string{"otherwise on machine " + strings.Join(ids, ", ")},
		Machines: ids,
		Fix:      &plan.Fix{Safety: plan.Safe, Changes: changes},
	}, true
}

// autostop is off, stop or suspend, as flyctl reads auto_stop_machines (true is
// stop, false and no key are off), or as it will read what config-shape makes
// of it; ok is false for anything else.
func (s service) autostop() (word string, ok bool) {
	n, found := s.Node.Key("auto_stop_machines")
	if !found {
		return "off", true
	}
	if b, isBool := n.Bool(); isBool {
		if b {
			return "stop", true
		}
		return "off", true
	}
	switch v, _ := n.Str(); strings.ToLower(v) {
	case "off", "stop", "suspend":
		return strings.ToLower(v), true
	case "on", "true", "yes":
		return "stop", true
	case "false", "no":
		return "off", true
	}
	return "", false
}

// stops says whether idle machines of the service are stopped or suspended.
func (s service) stops() bool {
	word, ok := s.autostop()
	return ok && word != "off"
}

// set is the edit that makes the value at path what it is to be.
func set(path string, value any) flytoml.Edit {
	b, err := json.Marshal(value)
	if err != nil { // strings, numbers and booleans only
		panic("fixers: " + err.Error())
	}
	return flytoml.Edit{Op: flytoml.Set, Path: path, Value: string(b)}
}

// addresses says what is known of the app's addresses: whether they were read,
// whether one is public, and whether one is private (Flycast).
func addresses(t plan.Target) (known, public, private bool) {
	if t.App == nil {
		return false, false, false
	}
	if _, unread := t.App.Unread["ip addresses"]; unread {
		return false, false, false
	}
	for _, ip := range t.App.IPs {
		public = public || !ip.Private
		private = private || ip.Private
	}
	return true, public, private
}
