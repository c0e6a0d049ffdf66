package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func drift() plan.Fixer {
	return plan.Fixer{
		ID:       driftID,
		Title:    "deploying this file changes nothing that runs",
		Severity: plan.Info,
		NeedsApp: true,
		OwnOrder: true,
		Doc: `fly deploy makes the machines match the file. What somebody changed with fly scale, fly machine update or the dashboard is lost without
a question. This rule reports beforehand what the next deploy of this file would change: process groups, size,
commands, env entries, services, checks, mounts, metrics, statics, files, swap, how machines stop and restart, and the image when [build]
names one, and secrets that were set since the machines started. What shrinks or disappears is a warning; what a deploy fails on, an error.

It knows what a deploy leaves alone: the size of a machine when the file has no [[vm]] for its group, the number of machines,
schedules and metadata, and the restart policy when the file has none. The values of env entries and commands are compared and never
shown; of files, only the path. What another rule fixes is not drift, unless that rule is skipped or ignored: then nothing is fixed,
and the deploy changes it. Standbys, release-command machines and console machines are left out.

Only you know which side is right. Manual fix: to keep what runs, write it into the file; to get what the file says, deploy.`,
		Check: checkDrift,
	}
}

func checkDrift(t plan.Target) []plan.Finding {
	staged := stagedSecrets(t)
	now := differences(t)
	if len(now) == 0 {
		return staged
	}
	// Only what is left when the other rules had their way is drift: an apply
	// that was cut short, or a check that is proposed here and runs there, has
	// its finding already.
	left := map[[2]string]bool{}
	for _, d := range differences(afterOtherRules(t)) {
		left[[2]string{d.text, d.machine}] = true
	}
	now = slices.DeleteFunc(now, func(d difference) bool { return !left[[2]string{d.text, d.machine}] })
	return append(driftFindings(t, now), staged...)
}

// afterOtherRules is the target with every fix of the other rules made, in the
// file and on the machines, as far as they can be made one after the other. A
// fix that is ignored or left out does not happen: then the next deploy does
// what the file says.
func afterOtherRules(t plan.Target) plan.Target {
	app := *t.App
	app.Machines = slices.Clone(app.Machines)
	after := t
	after.App = &app
	var along []*plan.MachineChange // made on machines that another change restarts
	restarts := map[string]bool{}
	for _, fx := range All() {
		if fx.ID == driftID {
			continue
		}
		for _, f := range fx.Check(t) {
			if f.Fix == nil || f.Fix.Safety == plan.Manual || t.Shown != nil && !t.Shown(fx, f) {
				continue
			}
			if file, err := after.File.Apply(f.Fix.Edits...); err == nil {
				after.File = file
			}
			for _, c := range f.Fix.Changes {
				switch {
				case c.Machine == nil:
				case c.Machine.RideAlong:
					along = append(along, c.Machine)
				default:
					restarts[c.Machine.ID] = true
					change(app.Machines, c.Machine)
				}
			}
		}
	}
	for _, c := range along {
		if restarts[c.ID] {
			change(app.Machines, c)
		}
	}
	return after
}

func change(machines []live.Machine, c *plan.MachineChange) {
	for i, m := range machines {
		if m.ID != c.ID {
			continue
		}
		if cfg, _, err := machineconfig.Apply(m.Config, []machineconfig.Op{c.Op}); err == nil {
			machines[i].Config = cfg
		}
	}
}

// driftFindings has a finding for each thing that shrinks or vanishes, and
// one for all the rest of a line of the file.
func driftFindings(t plan.Target, all []difference) []plan.Finding {
	var order []string
	together := map[string][]difference{}
	for _, d := range all {
		id := d.text
		if d.rank == other {
			id = fmt.Sprint("line ", placeOf(t.File, d.key, d.table).Line)
		}
		if together[id] == nil {
			order = append(order, id)
		}
		together[id] = append(together[id], d)
	}
	var out []plan.Finding
	for _, id := range order {
		out = append(out, driftFinding(t, together[id]))
	}
	return out
}

func driftFinding(t plan.Target, same []difference) plan.Finding {
	first := same[0]
	f := plan.Finding{Message: first.text, At: placeOf(t.File, first.key, first.table)}
	switch {
	case first.rank == deployFails:
		f.Severity = plan.Error
	case first.rank < other:
		f.Severity = plan.Warning
	default:
		f.Message = "the next deploy changes " + first.text
	}
	var texts []string
	on := map[string][]string{}
	for _, d := range same {
		if !slices.Contains(texts, d.text) {
			texts = append(texts, d.text)
		}
		if d.machine != "" {
			on[d.text] = append(on[d.text], d.machine)
			f.Machines = append(f.Machines, d.machine)
		}
	}
	slices.Sort(f.Machines)
	f.Machines = slices.Compact(f.Machines)
	switch {
	case len(texts) > 1:
		f.Message = fmt.Sprintf("the next deploy changes %s; and %d more here", texts[0], len(texts)-1)
		for _, text := range texts {
			f.Evidence = append(f.Evidence, plan.Saw(strings.TrimSpace(text+" "+onMachines(on[text])))...)
		}
	case len(f.Machines) > 0:
		f.Evidence = plan.Saw(onMachines(f.Machines))
		f.Message = first.onlyOn(t, f.Machines) + f.Message
	}
	f.HowTo = first.how
	if first.keep != "" {
		f.HowTo = "to keep what runs, write " + first.keep
		if len(whyOtherApps(t, taking)) > 0 {
			f.HowTo += "; other apps may deploy this file too"
		}
	}
	return f
}

// onlyOn says which machines of the group a difference is of, when it is not of
// all that a deploy updates: there, somebody changed them one by one.
func (d difference) onlyOn(t plan.Target, ids []string) string {
	m, _ := t.App.Machine(d.machine)
	all := len(machinesOf(t, []string{m.Group()}))
	switch {
	case d.rank == deployFails || len(ids) >= all || !slices.Contains(t.Deployed().Groups(), m.Group()):
		return ""
	case len(ids) == 1:
		return "on machine " + ids[0] + " only, "
	}
	return fmt.Sprintf("on %d of %d machines, ", len(ids), all)
}

func onMachines(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return "on " + machinesNamed(ids)
}
