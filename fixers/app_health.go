package fixers

import (
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func appHealth() plan.Fixer {
	return plan.Fixer{
		ID:       plan.AppHealth,
		Title:    "the app runs",
		Severity: plan.Warning,
		Doc: `What is broken now, before anything is said about the file: health checks that fail, machines that crash, were killed for memory or
did not start, apps without a machine, groups whose machines are all stopped with nothing to start them, floors higher than the number of machines, machines stuck
between two states, standbys of machines that are gone, runs on a schedule that failed, and hosts that don't answer.

A failing service check takes the machine out of routing until it passes; when all of them fail, visitors get nothing. Fly restarts a
machine whose process exits, ten times by default, not one whose check fails. The proxy starts stopped machines only for a service with
auto_start_machines on, over TCP; a worker without a service stays stopped until somebody, or a deploy, starts it.

It is an error when nothing serves, otherwise a warning. Nothing is changed: an outage needs a person, and an update in the
middle of one hides its cause. The plan's last line is the command to run first. In scripts: fly-standards check --require-live
--rule app-health exits 1 while something is broken.

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
	if f, gone := allGone(t); gone {
		return []plan.Finding{f}
	}
	var out, partly []plan.Finding
	works := false
	for _, g := range runningGroups(t) { // a group that is down comes first
		if g.works() {
			works, partly = true, append(partly, g.findings()...)
		} else {
			out = append(out, g.findings()...)
		}
	}
	out = append(out, strayStandbys(t)...)
	out = append(append(out, hostsDown(t, works)...), partly...)
	if len(out) > 0 && !works {
		out[0].Severity = plan.Error
	}
	out = append(out, failedRuns(t)...)
	for i := range out {
		out[i].HowTo = t.OnApp(out[i].HowTo)
	}
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

func (g runningGroup) findings() []plan.Finding {
	started := slices.DeleteFunc(slices.Clone(g.machines), func(m live.Machine) bool { return !m.Started() })
	works := g.works()
	out := g.failing(started, works)
	if f, ok := g.down(started, works); ok {
		out = append(out, f)
	} else {
		out = append(out, g.fallen()...)
	}
	out = append(out, g.stuck(started, works)...)
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
	return !g.onlyListed() && slices.ContainsFunc(g.machines, func(m live.Machine) bool {
		return slices.ContainsFunc(m.Config.Services(), func(s machineconfig.Service) bool { return len(s.Ports) > 0 })
	})
}

// down is for a group that is down as a whole and stays so.
func (g runningGroup) down(started []live.Machine, works bool) (plan.Finding, bool) {
	if len(started) > 0 || works {
		return plan.Finding{}, false
	}
	down := slices.DeleteFunc(slices.Clone(g.machines), func(m live.Machine) bool { return !startable(m) && fallOf(g.t, m).kind == "" })
	if len(down) == 0 {
		return plan.Finding{}, false // on their way
	}
	all := "all its " + fmt.Sprintf("%d machines", len(down))
	switch len(down) {
	case 1:
		all = "its only machine"
	case 2:
		all = "both its machines"
	}
	fall := fallOf(g.t, down[0])
	for _, m := range down {
		if f := fallOf(g.t, m); f.kind != fall.kind || f.code != fall.code {
			fall.kind = "" // one cause does not tell all of it
		}
	}
	f := aboutMachines(down, "")
	if fall.kind != "" {
		f.Message = fmt.Sprintf("%s is down: %s %s", g.called(), all, fall.said(down))
		f.HowTo, f.Notes = g.help(fall, down)
	} else {
		f.Message = fmt.Sprintf("%s is down: %s %s, and %s", g.called(), all, stateOf(down), g.whyNothingStarts(down))
		f.HowTo = "fly machine start " + idsOf(down)
		if g.onlyListed() {
			f.Notes = []string{"then take " + g.name + " out of the service's processes, or the proxy stops it again"}
		}
	}
	for _, m := range down {
		f.Evidence = append(f.Evidence, plan.Evidence{Text: "machine " + m.ID + " in " + m.Region + " is " + m.State + lastExit(m), Machine: m.ID})
	}
	return f, true
}

func (g runningGroup) whyNothingStarts(down []live.Machine) string {
	nothing := "nothing starts " + them(down) + " "
	switch {
	case g.onlyListed():
		return "only a request would start " + them(down) + ", though " + g.name + " listens on nothing"
	case !g.hasService() && slices.ContainsFunc(down, func(m live.Machine) bool { return len(m.Config.Services()) > 0 }):
		return nothing + "(its service has no ports)"
	case !g.hasService():
		return nothing + "(it has no service and no schedule)"
	case slices.ContainsFunc(down, func(m live.Machine) bool {
		return slices.ContainsFunc(m.Config.Services(), func(s machineconfig.Service) bool { return s.Autostart != nil && !*s.Autostart })
	}):
		return nothing + "(auto_start_machines is off)"
	}
	return nothing + "(auto_start_machines is off, or the service is UDP)"
}

// stateOf is "is stopped" or "are down".
func stateOf(machines []live.Machine) string {
	state := machines[0].State
	if slices.ContainsFunc(machines, func(m live.Machine) bool { return m.State != state }) {
		state = "down"
	}
	return isAre(len(machines)) + " " + state
}

// abandoned is when a machine that a deploy made is none that it is still busy
// with: it waits five minutes for each by default.
const abandoned = 30 * time.Minute

// cordoned: started machines that the proxy does not use.
func (g runningGroup) cordoned(started []live.Machine) (plan.Finding, bool) {
	out := slices.DeleteFunc(slices.Clone(started), func(m live.Machine) bool { return !m.Cordoned || m.WhyUntouchable() != "" })
	if len(out) == 0 || !g.hasService() {
		return plan.Finding{}, false
	}
	f := aboutMachines(out, fmt.Sprintf("%s %s cordoned, and Fly's proxy sends %s no requests", g.these(out), isAre(len(out)), them(out)))
	if len(out) == len(started) {
		f.Message = fmt.Sprintf("%s gets no requests: %s %s cordoned", g.called(), everyMachine(len(out), len(out)), isAre(len(out)))
	}
	f.HowTo = "fly machine uncordon " + idsOf(out)
	rest := slices.DeleteFunc(without(started, out), func(m live.Machine) bool { return !takesRequests(g.t, m) })
	leftOver := func(m live.Machine) bool { // not one that a deploy is about to use
		return g.t.App.ReadAt.Sub(lastChange(m)) >= abandoned && !slices.ContainsFunc(rest, func(o live.Machine) bool { return o.Image == m.Image })
	}
	if len(rest) > 0 && !hasVolumes(out) && !slices.ContainsFunc(out, func(m live.Machine) bool { return !leftOver(m) }) {
		f.Evidence = plan.Saw(shortImage(out[0].Image)+": "+fewOf(out), shortImage(rest[0].Image)+", which visitors get: "+fewOf(rest))
		f.HowTo = "" // which of the two a person decides
		f.Notes = []string{
			"a deploy that did not finish leaves such machines; when nobody needs " + them(out) + ": fly machine destroy --force " + idsOf(out),
			"to send " + them(out) + " requests all the same: fly machine uncordon " + idsOf(out),
		}
	}
	return f, true
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
	f := aboutMachines(nil, fmt.Sprintf("min_machines_running is %d for %s, but %s in %s, the primary region", want, g.called(), thereAre(there), primary))
	f.Evidence = plan.Saw("the proxy keeps only those up; machines elsewhere don't count")
	f.HowTo = fmt.Sprintf("fly scale count %s=%d --region %s", g.name, want, primary)
	f.Notes = []string{"or lower min_machines_running: more machines cost more"}
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
