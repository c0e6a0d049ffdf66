package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func appHealth() plan.Fixer {
	return plan.Fixer{
		ID:       "app-health",
		Title:    "the app runs",
		Severity: plan.Warning,
		Doc: `What is broken now, before anything is said about the file: health checks that fail, machines that crash or were killed for memory,
groups whose machines are all stopped with nothing to start them, floors higher than the number of machines, machines stuck between two states, and
hosts that don't answer.

A failing service check takes the machine out of routing until it passes; when all of them fail, visitors get nothing. Fly restarts a
machine whose process exits, not one whose check fails. The proxy starts stopped machines only for a service with auto_start_machines on,
over TCP; a worker without a service stays stopped until somebody, or a deploy, starts it.

It is an error when a group serves nobody, otherwise a warning. Nothing is changed: an outage needs a person, and an update in the
middle of one hides its cause. In scripts: fly-standards check --require-live --rule app-health exits 1 while something is
broken.

Manual fix: fly status, fly checks list, fly logs -i MACHINE, fly machine start MACHINE.`,
		Check:    checkAppHealth,
		OwnOrder: true,
		NeedsApp: true,
	}
}

func checkAppHealth(t plan.Target) []plan.Finding {
	if t.App == nil || t.App.Role == "postgres_cluster" {
		return nil
	}
	var out []plan.Finding
	for _, g := range runningGroups(t) {
		out = append(out, g.findings()...)
	}
	if len(out) > 0 && !slices.ContainsFunc(runningGroups(t), runningGroup.works) {
		out[0].Severity = plan.Error
	}
	out = append(out, hostsDown(t)...)
	out = append(out, stuck(t)...)
	// What takes the app down is read first.
	slices.SortStableFunc(out, func(a, b plan.Finding) int { return worst(a) - worst(b) })
	return out
}

func worst(f plan.Finding) int {
	if f.Severity == plan.Error {
		return 0
	}
	return 1
}

// called is the group as a sentence says it.
func (g runningGroup) called() string {
	if g.only {
		return "the app"
	}
	return g.name
}

func (g runningGroup) findings() []plan.Finding {
	var out []plan.Finding
	started := slices.DeleteFunc(slices.Clone(g.machines), func(m live.Machine) bool { return !m.Started() })
	works := g.works()
	out = append(out, g.failing(started, works)...)
	down, isDown := g.nothingStarts(started, works)
	if isDown {
		out = append(out, down)
	}
	out = append(out, g.crashes(isDown)...)
	if f, ok := g.cordoned(started); ok {
		out = append(out, f)
	}
	if f, ok := g.floor(); ok {
		out = append(out, f)
	}
	for i := range out {
		if g.hasService() && !works {
			out[i].Severity = plan.Error
		}
	}
	return out
}

func (g runningGroup) hasService() bool {
	return slices.ContainsFunc(g.machines, func(m live.Machine) bool {
		return slices.ContainsFunc(m.Config.Services(), func(s machineconfig.Service) bool { return len(s.Ports) > 0 })
	})
}

// nothingStarts is for a group that is down as a whole and stays so.
func (g runningGroup) nothingStarts(started []live.Machine, works bool) (plan.Finding, bool) {
	if len(started) > 0 || works {
		return plan.Finding{}, false
	}
	down := slices.DeleteFunc(slices.Clone(g.machines), func(m live.Machine) bool { return !startable(m) && m.State != "failed" })
	if len(down) == 0 {
		return plan.Finding{}, false // on their way
	}
	why := "it has no service that the proxy could start it for, and no schedule"
	if g.hasService() {
		why = "auto_start_machines is off, or the service is UDP"
		if slices.ContainsFunc(down, func(m live.Machine) bool {
			return slices.ContainsFunc(m.Config.Services(), func(s machineconfig.Service) bool { return s.Autostart != nil && !*s.Autostart })
		}) {
			why = "auto_start_machines is off"
		}
	}
	f := g.about(down, fmt.Sprintf("%s serves nobody: %s, and nothing starts %s (%s)", g.called(), g.states(down), them(down), why))
	if !g.hasService() {
		f.Message = fmt.Sprintf("%s does nothing: %s, and nothing starts %s (%s)", g.called(), g.states(down), them(down), why)
	}
	for _, m := range down {
		f.Evidence = append(f.Evidence, plan.Saw("machine "+m.ID+" in "+m.Region+" is "+m.State+lastExit(m))...)
	}
	f.HowTo = "fly machine start " + idsOf(down)
	return f, true
}

// states is "its only machine is stopped", "all 3 machines are stopped".
func (g runningGroup) states(down []live.Machine) string {
	state := down[0].State
	if slices.ContainsFunc(down, func(m live.Machine) bool { return m.State != state }) {
		state = "down"
	}
	switch len(down) {
	case 1:
		return "its only machine is " + state
	case 2:
		return "both its machines are " + state
	}
	return fmt.Sprintf("all its %d machines are %s", len(down), state)
}

func them(machines []live.Machine) string {
	if len(machines) == 1 {
		return "it"
	}
	return "them"
}

// cordoned: started machines that the proxy does not use.
func (g runningGroup) cordoned(started []live.Machine) (plan.Finding, bool) {
	out := slices.DeleteFunc(slices.Clone(started), func(m live.Machine) bool { return !m.Cordoned || m.WhyUntouchable() != "" })
	if len(out) == 0 || !g.hasService() {
		return plan.Finding{}, false
	}
	f := g.about(out, fmt.Sprintf("%s of %s %s cordoned, and Fly's proxy sends %s no requests", ofThose(len(out), len(started)), g.called(), isAre(len(out)), them(out)))
	if len(out) == len(started) {
		f.Message = fmt.Sprintf("%s gets no requests: every started machine of it is cordoned", g.called())
	}
	f.HowTo = "fly machine uncordon " + idsOf(out)
	return f, true
}

// idsOf are machines as an argument of flyctl.
func idsOf(machines []live.Machine) string {
	var ids []string
	for _, m := range machines {
		ids = append(ids, m.ID)
	}
	return strings.Join(ids, " ")
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// floor is a min_machines_running that the primary region can't meet.
func (g runningGroup) floor() (plan.Finding, bool) {
	primary := textAt(g.t, "primary_region")
	if primary == "" {
		return plan.Finding{}, false
	}
	want, there := 0, 0
	for _, m := range g.machines {
		for _, s := range m.Config.Services() {
			if s.MinMachines != nil && s.Autostop != "" && s.Autostop != "off" {
				want = max(want, *s.MinMachines)
			}
		}
		if m.Region == primary {
			there++
		}
	}
	if want <= there {
		return plan.Finding{}, false
	}
	f := g.about(nil, fmt.Sprintf("min_machines_running is %d for %s, but %s in %s, the primary region", want, g.called(), thereAre(there), primary))
	f.Evidence = plan.Saw("the proxy keeps only those up; machines elsewhere don't count")
	f.HowTo = fmt.Sprintf("fly scale count %s=%d --region %s, or a lower min_machines_running", g.name, want, primary)
	return f, true
}

func thereAre(n int) string {
	switch n {
	case 0:
		return "it has no machine"
	case 1:
		return "it has only 1 machine"
	}
	return fmt.Sprintf("it has only %d machines", n)
}

// about is a finding of the rule on machines of the group.
func (g runningGroup) about(machines []live.Machine, message string) plan.Finding {
	f := plan.Finding{Message: message}
	for _, m := range machines {
		f.Machines = append(f.Machines, m.ID)
	}
	if len(f.Machines) > 0 {
		f.At.Machine = f.Machines[0]
	}
	return f
}
