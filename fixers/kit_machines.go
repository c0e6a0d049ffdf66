package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// machinesOf are the machines that a service with these `processes` is
// deployed to and that may be changed. Nil processes: all groups.
func machinesOf(t plan.Target, processes []string) []live.Machine {
	if t.App == nil || t.App.Role == "postgres_cluster" {
		return nil
	}
	names := groupsServed(t.File, processes)
	var out []live.Machine
	for _, m := range t.App.Machines {
		if m.WhyUntouchable() == "" && (overlap(names, []string{m.Group()}) || processes == nil) {
			out = append(out, m)
		}
	}
	return out
}

// without are the machines that are not among the others.
func without(machines, others []live.Machine) []live.Machine {
	return slices.DeleteFunc(slices.Clone(machines), func(m live.Machine) bool {
		return slices.ContainsFunc(others, func(o live.Machine) bool { return o.ID == m.ID })
	})
}

// liveService is the one service of the machine that means the same as s.
func liveService(m live.Machine, s service) (machineconfig.Service, bool) {
	var match []machineconfig.Service
	for _, have := range m.Config.Services() {
		if have.Key.Equal(s.liveKey()) {
			match = append(match, have)
		}
	}
	if len(match) != 1 {
		return machineconfig.Service{}, false
	}
	return match[0], true
}

// serviceSetting is one value that a machine's service, or one port of it, is to have.
type serviceSetting struct {
	port    string // "80"; "" for the service itself
	pointer string
	value   any
}

// serviceChanges are the changes that give the settings to the service on every
// machine that has exactly one such service and lacks one of them, and the ids
// of those machines. A machine without the service gets it with a deploy.
func serviceChanges(t plan.Target, s service, settings ...serviceSetting) (changes []plan.Change, ids []string) {
	for _, m := range machinesOf(t, s.Processes) {
		have, ok := liveService(m, s)
		if !ok {
			continue
		}
		lacks := false
		for _, want := range settings {
			key := have.Key
			op := machineconfig.Op{Verb: machineconfig.VerbSet, Service: &key, Port: want.port, Pointer: want.pointer, Value: asJSON(want.value)}
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

// machineSetting gives a value to a machine; ok is false when it has it already.
// Not below /env, /containers or /processes: their values are in no record, so
// that an undo could not bring them back (TestFixturesUndone).
func machineSetting(m live.Machine, pointer string, value any) (c plan.Change, ok bool) {
	op := machineconfig.Op{Verb: machineconfig.VerbSet, Pointer: pointer, Value: asJSON(value)}
	_, changed, err := machineconfig.Apply(m.Config, []machineconfig.Op{op})
	return plan.Change{Machine: &plan.MachineChange{ID: m.ID, Op: op}}, err == nil && changed
}

// lagging finds machines that lack what the file says of a service already.
func lagging(t plan.Target, s service, key string, settings ...serviceSetting) (plan.Finding, bool) {
	changes, _ := serviceChanges(t, s, settings...)
	return notOnApp(key, placeOf(t.File, key, s.Path), changes)
}

// machinesNamed is "machine a" or "machines a, b".
func machinesNamed(ids []string) string {
	if len(ids) == 1 {
		return "machine " + ids[0]
	}
	return "machines " + strings.Join(ids, ", ")
}

// notOnApp is the finding about what the file says already and machines lack: a
// deploy that never came, or an apply that was cut short. The changes give it to
// them; none: they all have it.
func notOnApp(what string, at plan.At, changes []plan.Change) (plan.Finding, bool) {
	ids := machinesChanged(changes)
	return plan.Finding{
		Message:  what + " is right in the file, but not yet on the app",
		At:       at,
		Evidence: plan.Saw("differs on " + machinesNamed(ids)),
		Machines: ids,
		Fix:      &plan.Fix{Safety: plan.Safe, Changes: changes},
	}, len(ids) > 0
}

// machinesChanged are the ids of the machines that the changes are about.
func machinesChanged(changes []plan.Change) []string {
	var ids []string
	for _, c := range changes {
		if c.Machine != nil && !slices.Contains(ids, c.Machine.ID) {
			ids = append(ids, c.Machine.ID)
		}
	}
	return ids
}

func hasMounts(t plan.Target) bool {
	return len(t.Deployed().Get("mounts").Items()) > 0 || t.App != nil && hasVolumes(t.App.Machines)
}

func hasVolumes(machines []live.Machine) bool {
	return slices.ContainsFunc(machines, func(m live.Machine) bool { return len(m.Config.Mounts()) > 0 })
}

// inGroup counts all machines of a group, those left alone too.
func inGroup(t plan.Target, group string) int {
	n := 0
	for _, m := range t.App.Machines {
		if m.Group() == group {
			n++
		}
	}
	return n
}

// cloneSource is the machine to clone: a started one before a
// stopped one, a healthy one before one that is not, then by id. Last is one
// that went down by itself: apply does not copy it.
func cloneSource(machines []live.Machine) live.Machine {
	rank := func(m live.Machine) int {
		switch {
		case !m.Started() && m.Health() == live.Unhealthy:
			return 3
		case !m.Started():
			return 2
		case m.Health() != live.Healthy:
			return 1
		}
		return 0
	}
	return slices.MinFunc(machines, func(a, b live.Machine) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ID, b.ID))
	})
}

// nothingToCopy says why no machine of a group can be copied, so that the copy
// would work; "" when one can.
func nothingToCopy(t plan.Target, group string, source live.Machine) string {
	if h := source.Health(); h == live.Unhealthy || source.Started() && h != live.Healthy {
		return "no machine of " + group + " is healthy, so there is none to copy"
	}
	for _, g := range runningGroups(t) {
		// One that is down as a whole is no matter: its copy is started, and stays
		// only when it is healthy.
		if g.name == group && slices.ContainsFunc(g.machines, live.Machine.Started) && !g.works() {
			return "nothing of " + group + " runs now, so there is nothing healthy to copy"
		}
	}
	return ""
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

// everyMachine says n of all machines in words: "both machines".
func everyMachine(n, all int) string {
	switch {
	case all == 1:
		return "its one machine"
	case n == all && n == 2:
		return "both machines"
	case n == all:
		return fmt.Sprintf("all %d machines", n)
	}
	return fmt.Sprintf("%d of %d machines", n, all)
}

// aboutMachines is a finding about machines.
func aboutMachines(machines []live.Machine, message string) plan.Finding {
	f := plan.Finding{Message: message}
	for _, m := range machines {
		f.Machines = append(f.Machines, m.ID)
	}
	if len(machines) > 0 {
		f.At.Machine = machines[0].ID
	}
	return f
}

func them(machines []live.Machine) string {
	if len(machines) == 1 {
		return "it"
	}
	return "them"
}

// idsOf are machines as an argument of flyctl, at most ten.
func idsOf(machines []live.Machine) string {
	var ids []string
	for _, m := range machines[:min(10, len(machines))] {
		ids = append(ids, m.ID)
	}
	return strings.Join(ids, " ")
}
