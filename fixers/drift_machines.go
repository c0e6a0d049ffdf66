package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// differences are all of them, worst first, machine by machine.
func differences(t plan.Target) []difference {
	c := t.Deployed()
	if hasOtherBase(c) {
		return nil
	}
	machines := machinesOf(t, nil)
	if len(machines) == 0 {
		return nil // never deployed, or none of them is a deploy's to change
	}
	out := groupDifferences(t, machines)
	sent := map[string]deployed.Machine{}
	for _, group := range c.Groups() {
		sent[group], _ = c.Machine(group) // what it dies of is for deploy-blockers
	}
	for _, m := range machines {
		want, deployed := sent[m.Group()]
		if !deployed {
			continue
		}
		d := deploy{t: t, want: want, have: m}
		for _, found := range d.differences() {
			found.machine = m.ID
			out = append(out, found)
		}
	}
	slices.SortStableFunc(out, func(a, b difference) int { return cmp.Compare(a.rank, b.rank) })
	return out
}

// groupDifferences: a deploy destroys the machines of a group that the file
// doesn't have, and makes machines for one that has none.
func groupDifferences(t plan.Target, machines []live.Machine) []difference {
	var out []difference
	named := t.Deployed().Groups()
	var gone []string
	for _, m := range machines {
		if g := m.Group(); !slices.Contains(named, g) && !slices.Contains(gone, g) {
			gone = append(gone, g)
		}
	}
	slices.Sort(gone)
	names, is := strings.Join(gone, " and "), "no process group of that name"
	if len(gone) > 1 {
		is = "no process groups of those names"
	}
	for _, m := range machines {
		if slices.Contains(gone, m.Group()) {
			out = append(out, difference{
				rank: groupGone, key: "processes", machine: m.ID, keep: fmt.Sprintf("a command for %s under [processes]", names),
				text: fmt.Sprintf("the next deploy destroys the machines of %s: the file has %s", names, is),
			})
		}
	}
	running := map[string]bool{}
	for _, m := range t.App.Machines {
		if m.Config.IsZero() {
			return out // its host doesn't answer, so its group isn't known
		}
		running[m.Group()] = true
	}
	for _, g := range named {
		if !running[g] {
			out = append(out, difference{rank: groupIdle, key: "processes." + g, text: fmt.Sprintf("%s has no machine: the next deploy makes some", g)})
		}
	}
	return out
}

// deploy compares the two documents of one machine: the configuration that a
// deploy would send it, and the one that it has.
type deploy struct {
	t    plan.Target
	want deployed.Machine
	have live.Machine
	// fails are the checks that the machine does not pass now: nobody should want to
	// keep them.
	fails []machineconfig.Check
	out   []difference
}

func (d *deploy) differences() []difference {
	want, have := d.want.Config, d.have.Config
	for _, c := range failingChecks(d.t, d.have) {
		d.fails = append(d.fails, c.Config)
	}
	d.mounts()
	d.services()
	if want.Guest().CPUs > 0 && have.Guest().CPUs > 0 {
		d.fields(sizeFields()...)
	}
	d.env()
	d.checks()
	d.image()
	containers, _ := have.Get("/containers")
	for _, f := range runFields() {
		if containers == nil || !f.secret { // each container has a command of its own
			d.fields(f)
		}
	}
	switch a, b := policyText(want), policyText(have); {
	case a == "" || b == "":
	case a != b:
		d.fields(policyField)
	case want.Number("/restart/max_retries") > 0 && have.Number("/restart/max_retries") > 0:
		d.fields(retriesField)
	}
	d.fields(swapField, metricsField)
	d.statics()
	d.files()
	return d.out
}

// fields compares single values. What the file has and flyctl can't read is
// left out: config-shape tells of it.
func (d *deploy) fields(fields ...configField) {
	for _, f := range fields {
		v, said := d.want.Says(f.at)
		if v.Mistyped() {
			continue
		}
		diff, differs := f.compare(d.have.Group(), d.want.Config, d.have.Config, !d.want.From(f.at).Said())
		if !differs {
			continue
		}
		diff.key = f.key
		switch key, inside := strings.CutPrefix(f.key, "."); {
		case said:
			diff.key = v.Path()
		case inside:
			diff.table = d.want.From(f.at).Path()
			diff.key = flytoml.Join(diff.table, key)
		}
		d.out = append(d.out, diff)
	}
}

// say is a difference that takes away nothing.
func (d *deploy) say(key, text string, args ...any) {
	d.out = append(d.out, difference{rank: other, key: key, text: d.have.Group() + ": " + fmt.Sprintf(text, args...)})
}

// lose is one for the worse; keep says how the file would keep what runs.
func (d *deploy) lose(rank int, key, table, keep, text string, args ...any) {
	d.out = append(d.out, difference{rank: rank, key: key, table: table, keep: keep, text: "the next deploy " + fmt.Sprintf(text, args...)})
}

// services pairs the services of the file with those of the machine and
// compares each pair.
func (d *deploy) services() {
	have := d.have.Config.Services()
	for _, want := range deployedServices(d.want) {
		i := partner(want.Service, have)
		if i < 0 {
			d.say(want.path, "service %s in the file, not live", want.Key)
			continue
		}
		pair := servicePair{group: d.have.Group(), path: want.path, want: want.Service, have: have[i], fails: d.fails}
		have = slices.Delete(have, i, i+1)
		d.out = append(d.out, pair.differences()...)
	}
	for _, s := range have {
		d.lose(serviceGone, "services", "http_service", "it as [[services]]", "removes service %s from %s: live, not in the file", s.Key, d.have.Group())
	}
}

// partner is the service of have that is meant by want: the same in all, else
// the only one with its protocol and internal port, else the only one that
// shares a public port.
func partner(want machineconfig.Service, have []machineconfig.Service) int {
	tests := []func(s machineconfig.Service) bool{
		func(s machineconfig.Service) bool { return s.Key.Equal(want.Key) },
		func(s machineconfig.Service) bool { return s.Key.InternalPort == want.Key.InternalPort },
		func(s machineconfig.Service) bool { return overlap(s.Key.Ports, want.Key.Ports) },
	}
	for _, is := range tests {
		found := -1
		for i, s := range have {
			if s.Key.Protocol != want.Key.Protocol || !is(s) {
				continue
			}
			if found >= 0 {
				found = -1
				break
			}
			found = i
		}
		if found >= 0 {
			return found
		}
	}
	return -1
}
