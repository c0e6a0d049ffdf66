package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// unmanaged are the machines that deploys skip. Those that serve another image
// than the machines of a deploy were mostly left over by one, and answer
// visitors beside them.
func unmanaged(t plan.Target, managed map[string][]live.Machine, skipped []live.Machine) []plan.Finding {
	var serve, rest []live.Machine
	var image string // that of the machines beside them
	for _, m := range skipped {
		beside := managed[m.Group()]
		other := len(beside) > 0 && !slices.ContainsFunc(beside, func(b live.Machine) bool { return b.Image == m.Image })
		if other && m.Started() && m.Serves() && slices.ContainsFunc(m.Config.Services(), func(s machineconfig.Service) bool { return len(s.Ports) > 0 }) {
			serve, image = append(serve, m), beside[0].Image
		} else {
			rest = append(rest, m)
		}
	}
	var out []plan.Finding
	if len(serve) > 0 {
		runs := "runs"
		if len(serve) > 1 {
			runs = "run"
		}
		f := skippedBy(serve, " and "+runs+" another image than the rest: visitors get one or the other")
		f.Severity = plan.Warning
		f.HowTo = t.OnApp("fly machine update " + serve[0].ID + " --image " + imageArg(image))
		f.Notes = []string{"deploys skip such machines; when nobody needs " + them(serve) + ": fly machine destroy --force " + idsOf(serve)}
		out = append(out, f)
	}
	if len(rest) > 0 {
		f := skippedBy(rest, ", and deploys skip "+them(rest))
		f.HowTo = "fly machine update " + rest[0].ID + " --image IMAGE, or fly machine destroy " + rest[0].ID
		out = append(out, f)
	}
	return out
}

func skippedBy(machines []live.Machine, text string) plan.Finding {
	f := aboutMachines(machines, "machine "+machines[0].ID+" was not made by fly deploy"+text)
	f.Severity = plan.Info
	for _, m := range machines {
		f.Evidence = append(f.Evidence, plan.Evidence{
			Text:    fmt.Sprintf("machine %s: %s in %s, image %s, without release metadata", m.ID, m.State, m.Region, shortImage(m.Image)),
			Machine: m.ID,
		})
	}
	if n := len(machines); n > 1 {
		f.Message = fmt.Sprintf("%d machines (%s) were not made by fly deploy%s", n, strings.Join(atMost(3, f.Machines), ", "), text)
	}
	return f
}
