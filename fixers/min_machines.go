package fixers

import (
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

func minMachines() plan.Fixer {
	return plan.Fixer{
		ID:       "min-machines",
		Title:    "one machine stays up for the next request",
		Severity: plan.Info,
		Doc: `With auto_stop_machines on and min_machines_running 0 or missing, all machines stop when there are no requests. The next
visitor waits while one starts: about a second after a suspend, as long as the app takes to boot after a stop.

min_machines_running = 1 keeps one up. It counts in the primary region only: machines elsewhere still stop, and without a
primary_region, or without a machine there, the key does nothing. A machine that stays up costs its full price, so the fix needs
--allow paid; an explicit 0 is its author's decision, so it needs --allow review too.

Manual fix: min_machines_running = 1 in the service.`,
		Check: checkMinMachines,
	}
}

func checkMinMachines(t plan.Target) []plan.Finding {
	var out []plan.Finding
	var lacking []service
	services := services(t.File)
	for _, s := range services {
		switch n, known := s.minMachines(); {
		case !known || !s.stops() || !isPublic(s) || misplacedFloor(t, s):
		case n > 0:
			if f, lags := lagging(t, s, s.Path+".min_machines_running", serviceSetting{pointer: "/min_machines_running", value: n}); lags {
				// The same consent as for both at once, or an apply that was cut off behind
				// the file would not be finished by the command that began it.
				f.Fix.Costs = true
				priceOfUp(t, s, n, &f)
				out = append(out, f)
			}
		case !slices.ContainsFunc(services, func(o service) bool {
			n, _ := o.minMachines()
			return (n > 0 || misplacedFloor(t, o)) && shareGroup(t, s, o)
		}):
			lacking = append(lacking, s)
		}
	}
	for len(lacking) > 0 {
		// One finding for the services of a group: they keep up one machine.
		first := lacking[0]
		same := slices.DeleteFunc(slices.Clone(lacking), func(o service) bool { return !shareGroup(t, first, o) })
		lacking = slices.DeleteFunc(lacking, func(o service) bool { return shareGroup(t, first, o) })
		out = append(out, keepOneUp(t, same))
	}
	return out
}

func keepOneUp(t plan.Target, services []service) plan.Finding {
	s := services[0]
	word, _ := s.autostop()
	f := plan.Finding{
		At:  placeOf(t.File, s.Path+".min_machines_running", s.Path),
		Fix: &plan.Fix{Safety: plan.Safe, Costs: true},
		Message: fmt.Sprintf("every machine of %s may be %s at once; the next visitor waits for one to start", s.Path,
			map[string]string{"stop": "stopped", "suspend": "suspended"}[word]),
	}
	f.Default = "min_machines_running (0: all machines may be " + map[string]string{"stop": "stopped", "suspend": "suspended"}[word] + ")"
	for _, s := range services {
		if s.Key("min_machines_running").Said() {
			f.Fix.Safety, f.Fix.Why = plan.Review, "0 was written on purpose: it scales to zero"
		}
		f.Fix.Edits = append(f.Fix.Edits, setKey(s.Path+".min_machines_running", 1))
		changes, ids := serviceChanges(t, s, serviceSetting{pointer: "/min_machines_running", value: 1})
		f.Fix.Changes = append(f.Fix.Changes, changes...)
		for _, id := range ids {
			if !slices.Contains(f.Machines, id) {
				f.Machines = append(f.Machines, id)
			}
		}
	}
	priceOfUp(t, s, 1, &f)
	return f
}

// priceOfUp says what the n machines that stay up cost, and where the key
// counts at all.
func priceOfUp(t plan.Target, s service, n int, f *plan.Finding) {
	primary := textAt(t, "primary_region")
	if primary == "" {
		f.Notes = append(f.Notes, "it counts in the primary region only, and the file names none: set primary_region too")
		return
	}
	f.Notes = append(f.Notes, "it counts in the primary region only, "+primary+": machines elsewhere still stop")
	machines := machinesOf(t, s.Processes)
	var up []string
	known := true
	for _, m := range machines {
		if m.Region == primary && len(up) < n {
			price, ok := MonthlyPrice(m.Config.Guest())
			up, known = append(up, m.ID), known && ok
			f.Fix.CostMonthly += price
		}
	}
	if !known {
		f.Fix.CostMonthly = 0
	}
	switch f.Fix.CostKnown = known && len(up) > 0; {
	case len(up) > 0:
		f.Evidence = append(f.Evidence, plan.Saw(machinesNamed(up)+" always up: "+about(f.Fix.CostMonthly, known)+", less what it is up now")...)
	case len(machines) > 0:
		f.Notes = append(f.Notes, "no machine is in "+primary+", so it would do nothing yet")
	}
}
