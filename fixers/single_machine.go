package fixers

import (
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

func singleMachine() plan.Fixer {
	return plan.Fixer{
		ID:       "single-machine",
		Title:    "a public service has more than one machine",
		Severity: plan.Info,
		Doc: `With one machine, requests fail during every deploy, every restart and every failure of its host. With two, a rolling deploy takes one
at a time.

The fix adds a clone in the primary region, image pinned by digest, and waits until it is healthy. Where the same apply restarts the only
machine, the clone comes first, so that there is no gap. It costs as much as the first while it is up, so it needs --allow paid. With auto_stop_machines the second is stopped while one is enough. An app that keeps data in its
own memory or in a SQLite file would show two different states: with SQLite seen, the fix needs consent for that too. Machines with
volumes are left alone; see single-volume.

Manual fix: fly scale count 2.`,
		Check: checkSingleMachine,
	}
}

func checkSingleMachine(t plan.Target) []plan.Finding {
	if t.App == nil || t.App.Role == "postgres_cluster" {
		return nil
	}
	var out []plan.Finding
	var done []string
	for _, s := range services(t.File) {
		for _, group := range groupsServed(t.File, s.Processes) {
			if !isPublic(s) || slices.Contains(done, group) || onlyListed(t, s, group) {
				continue
			}
			done = append(done, group)
			if f, ok := secondMachine(t, s, group); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

func secondMachine(t plan.Target, s service, group string) (plan.Finding, bool) {
	machines := machinesOf(t, []string{group})
	if len(machines) != 1 || hasVolumes(machines) || inGroup(t, group) > 1 {
		return plan.Finding{}, false
	}
	m := machines[0]
	if slices.ContainsFunc(t.Settings.Regions, func(r string) bool { return r != m.Region && regionProblem(t, r) == "" }) {
		return plan.Finding{}, false // extra-regions adds the second one
	}
	region := m.Region
	if code := textAt(t, "primary_region"); code != "" && regionProblem(t, code) == "" {
		region = code
	}
	price, known := MonthlyPrice(m.Config.Guest())
	f := plan.Finding{
		Message:  fmt.Sprintf("%s has one machine: requests fail during every deploy", group),
		At:       placeOf(t.File, s.Path, ""),
		Evidence: plan.Saw(fmt.Sprintf("only machine %s in %s; a copy in %s: %s", m.ID, m.Region, region, about(price, known))),
		Machines: []string{m.ID},
		Fix: &plan.Fix{
			Safety: plan.Safe, Costs: true, CostKnown: known, CostMonthly: price,
			Changes: []plan.Change{{Clone: &plan.CloneChange{Source: m.ID, Group: group, Region: region}}},
		},
	}
	if why := nothingToCopy(t, group, m); why != "" {
		f.Held, f.Fix = why, nil
		return f, true
	}
	if at := sqliteEvidence(t); at != "" {
		f.Fix.Safety = plan.Review
		f.Fix.Why = "the app seems to keep data in a SQLite file, which a clone would not share: " + at
	}
	return f, true
}
