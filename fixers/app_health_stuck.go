package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// allGone is for an app that was deployed once and has no machine: Fly calls one
// that never was "pending" (Machines API, August 2026).
func allGone(t plan.Target) (plan.Finding, bool) {
	if len(t.App.Machines) > 0 || t.App.Status != "deployed" && t.App.Status != "suspended" {
		return plan.Finding{}, false
	}
	return plan.Finding{
		Severity: plan.Error,
		Message:  "the app is down: it has no machines",
		Evidence: plan.Saw("Fly lists the app as " + t.App.Status),
		HowTo:    t.OnApp("fly deploy"),
	}, true
}

// hostsDown are machines whose host does not answer: Fly shows no config of
// them, and nothing can be done to them. A deploy puts others in their place,
// and refuses that where a volume is on the host (flyctl, August 2026).
func hostsDown(t plan.Target, works bool) []plan.Finding {
	f := plan.Finding{HowTo: "fly incidents hosts list"}
	var down []live.Machine
	for _, m := range t.App.Machines {
		if m.HostStatus != "" && m.HostStatus != "ok" {
			down = append(down, m)
			f.Machines = append(f.Machines, m.ID)
			f.Evidence = append(f.Evidence, plan.Evidence{Text: "machine " + m.ID + " in " + m.Region + ": host " + m.HostStatus, Machine: m.ID})
		}
	}
	switch n := len(down); {
	case n == 0:
		return nil
	case n == len(t.App.Machines) && n > 1:
		f.Message = fmt.Sprintf("the app is down: the hosts of %s do not answer", everyMachine(n, n))
	case n > 1:
		f.Message = fmt.Sprintf("the hosts of %d machines do not answer", n)
	case !works:
		f.Message = "the app is down: the host of machine " + f.Machines[0] + " does not answer"
	default:
		f.Message = "the host of machine " + f.Machines[0] + " does not answer"
	}
	f.Notes = []string{"if it lasts: fly deploy replaces " + them(down)}
	if i := slices.IndexFunc(t.App.Volumes, func(v live.Volume) bool { return slices.Contains(f.Machines, v.AttachedMachine) }); i >= 0 {
		v := t.App.Volumes[i]
		f.Notes = []string{fmt.Sprintf("volume %s is on that host too: if it lasts, restore a snapshot (fly volumes snapshots list %s)", v.ID, v.ID)}
	}
	f.At.Machine = f.Machines[0]
	return []plan.Finding{f}
}

// stuck are machines between two states for too long, those in the same one
// together.
func (g runningGroup) stuck(started []live.Machine, works bool) []plan.Finding {
	passing := []string{"creating", "starting", "stopping", "restarting", "suspending", "updating", "replacing", "destroying"}
	in := map[string][]live.Machine{}
	for _, m := range g.t.App.Machines {
		if m.Group() == g.name && slices.Contains(passing, m.State) && !lastChange(m).IsZero() && g.t.App.ReadAt.Sub(lastChange(m)) >= stuckAfter {
			in[m.State] = append(in[m.State], m)
		}
	}
	var out []plan.Finding
	for _, state := range passing {
		on := in[state]
		if len(on) == 0 {
			continue
		}
		whole := g // with those that are not meant to run, or not any more
		whole.machines = append(without(g.machines, on), on...)
		minutes := int(g.t.App.ReadAt.Sub(lastChange(on[0])).Minutes())
		f := aboutMachines(on, fmt.Sprintf("%s %s stuck: %s for %d minutes", whole.these(on), isAre(len(on)), state, minutes))
		if len(started) == 0 && !works && len(on) == len(whole.machines) {
			f.Message = fmt.Sprintf("%s is down: %s %s stuck, %s for %d minutes", g.called(), everyMachine(len(on), len(on)), isAre(len(on)), state, minutes)
		}
		for _, m := range on {
			f.Evidence = append(f.Evidence, plan.Evidence{Text: "machine " + m.ID + " in " + m.Region + ": " + state + since(lastChange(m)), Machine: m.ID})
		}
		f.HowTo = "fly machine status " + on[0].ID
		f.Notes = []string{"when it does not move: " + g.anew(on[0])}
		out = append(out, f)
	}
	return out
}

// anew is how a machine that can't be helped is replaced: fly deploy makes none
// where the group has others, and fly scale count takes standbys for some of them.
func (g runningGroup) anew(m live.Machine) string {
	text := "fly machine destroy --force " + m.ID
	if m.State == "destroying" {
		return text
	}
	there := 0
	for _, x := range g.t.App.Machines {
		if x.Group() == g.name && x.Region == m.Region && x.State != "destroying" && x.State != "destroyed" {
			there++
		}
	}
	return text + fmt.Sprintf(", then fly scale count %s=%d --region %s", g.name, there, m.Region)
}

// strayStandbys wait for the failure of machines that are gone: nothing starts
// them ever.
func strayStandbys(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, m := range t.App.Machines {
		of := m.Config.Standbys()
		if len(of) == 0 || m.Started() || slices.ContainsFunc(of, func(id string) bool { _, ok := t.App.Machine(id); return ok }) {
			continue
		}
		f := plan.Finding{
			Message:  fmt.Sprintf("machine %s is a standby for %s, which is gone: nothing starts it", m.ID, strings.Join(of, ", ")),
			At:       plan.At{Machine: m.ID},
			Machines: []string{m.ID},
			HowTo:    "fly machine update " + m.ID + " --standby-for ''",
			Notes:    []string{"then fly machine start " + m.ID},
		}
		if !slices.ContainsFunc(t.App.Machines, func(x live.Machine) bool { return x.Group() == m.Group() && len(x.Config.Standbys()) == 0 }) {
			f.Message = fmt.Sprintf("%s is down: all that it has is a standby for %s, which is gone", m.Group(), strings.Join(of, ", "))
		}
		out = append(out, f)
	}
	return out
}

// failedRuns are machines on a schedule whose last run was no success.
func failedRuns(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, m := range t.App.Machines {
		f := fallOf(t, m)
		if m.Config.Schedule() == "" || f.kind != killed && f.kind != crashed {
			continue
		}
		out = append(out, plan.Finding{
			Message:  fmt.Sprintf("the last %s run of machine %s failed: %s", m.Config.Schedule(), m.ID, exitCode(f.code)),
			At:       plan.At{Machine: m.ID},
			Machines: []string{m.ID},
			Evidence: []plan.Evidence{f.seen(m)},
			HowTo:    "fly logs -i " + m.ID,
		})
	}
	return out
}
