package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

func extraRegions() plan.Fixer {
	return plan.Fixer{
		ID:       "extra-regions",
		Title:    "a service runs in more than one region",
		Severity: plan.Info,
		Doc: `A whole region can go down. fly.toml has no key for regions (except primary_region): they are a property of the machines.

A second region costs money, so one is never chosen for you: the plan shows three nearby ones and the price of one machine. Name one with
--regions, or in .fly-standards.toml as [extra-regions] regions = ["lhr"]. The new machine is a copy of a healthy one, its image pinned
by digest, and apply waits until it is healthy. Where the same apply restarts the only machine, the new one comes first.

With volumes the fix is manual: a second volume starts empty, and the two diverge. With SQLite it needs consent for the same reason. Manual fix: fly machine clone ID --region lhr.`,
		Check:    checkExtraRegions,
		NeedsApp: true,
	}
}

func checkExtraRegions(t plan.Target) []plan.Finding {
	if t.App == nil || t.App.Role == "postgres_cluster" {
		return nil
	}
	var out []plan.Finding
	for _, group := range serviceGroups(t) {
		out = append(out, regionsOfGroup(t, group)...)
	}
	return out
}

func regionsOfGroup(t plan.Target, group string) []plan.Finding {
	var machines []live.Machine
	here := map[string]bool{}
	for _, m := range machinesOf(t, []string{group}) {
		machines = append(machines, m)
		here[m.Region] = true
	}
	// One that is being made, or whose host is down, is there all the same: a
	// second clone beside it would be paid for twice.
	for _, m := range t.App.Machines {
		if m.Group() == group || m.Config.IsZero() {
			here[m.Region] = true
		}
	}
	wanted := slices.DeleteFunc(slices.Clone(t.Settings.Regions), func(r string) bool { return here[r] })
	if len(machines) == 0 || len(wanted) == 0 && len(here) > 1 || len(wanted) == 0 && len(t.Settings.Regions) > 0 {
		return nil
	}
	if _, worker := worksOnly(t, group); worker && len(wanted) == 0 {
		return nil
	}
	f := plan.Finding{
		Message: oneRegion(machines, group, here),
		At:      placeOf(t.File, "primary_region", ""),
	}
	if hasVolumes(machines) {
		f.Notes = []string{"its machines have volumes: a second volume starts empty and diverges, so only the app's own replication can add a region"}
		return []plan.Finding{f}
	}
	source := cloneSource(machines)
	if why := nothingToCopy(t, group, source); why != "" {
		f.Held = why
		return []plan.Finding{f}
	}
	price, known := MonthlyPrice(source.Config.Guest())
	if len(wanted) == 0 {
		f.Held = "adds cost; a region is never chosen for you"
		f.Fix = &plan.Fix{Safety: plan.Safe, Costs: true, CostKnown: known, CostMonthly: price}
		near := nearRegions(t, source.Region, here)
		f.Evidence = append(f.Evidence, plan.Saw(describeNear(source.Region, near)+"; "+about(price, known)+" for one")...)
		if len(t.Settings.Suggested) > 0 {
			f.Evidence = append(f.Evidence, plan.Saw("suggested in the settings: "+strings.Join(t.Settings.Suggested, ", "))...)
		}
		f.Flags = []plan.Flag{{Name: "--regions", Value: firstOr(t.Settings.Suggested, near)}}
		return []plan.Finding{f}
	}
	return cloneFindings(t, f, group, source, wanted)
}

func cloneFindings(t plan.Target, f plan.Finding, group string, source live.Machine, wanted []string) []plan.Finding {
	price, known := MonthlyPrice(source.Config.Guest())
	f.Fix = &plan.Fix{Safety: plan.Safe, Costs: true, CostKnown: known, Consented: true, CostMonthly: price * float64(len(wanted))}
	for _, code := range wanted {
		if why := noSuchRegion(t, code); why != "" {
			f.Fix, f.Held = nil, why
			f.HowTo = "regions: https://fly.io/docs/reference/regions/"
			return []plan.Finding{f}
		}
		f.Fix.Changes = append(f.Fix.Changes, plan.Change{Clone: &plan.CloneChange{Source: source.ID, Group: group, Region: code}})
	}
	f.Message = fmt.Sprintf("no machine of %s is in %s, which %s asks for", group, strings.Join(wanted, ", "), cmp.Or(t.Settings.RegionsFrom, "--regions"))
	f.Evidence = append(f.Evidence, plan.Saw("a copy of machine "+source.ID+" in "+source.Region+", "+about(price, known)+" each")...)
	if at := sqliteEvidence(t); at != "" {
		doubt(f.Fix, "the app seems to keep data in a SQLite file, which a clone would not share: "+at)
	}
	if _, worker := worksOnly(t, group); worker {
		doubt(f.Fix, group+" is a worker: a second one may do the same work twice")
	}
	return []plan.Finding{f}
}

func oneRegion(machines []live.Machine, group string, here map[string]bool) string {
	codes := []string{}
	for code := range here {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	if len(machines) == 1 {
		return fmt.Sprintf("the one machine of %s is in %s", group, codes[0])
	}
	return fmt.Sprintf("%s of %s are in %s", everyMachine(len(machines), len(machines)), group, strings.Join(codes, ", "))
}

func firstOr(list []string, near []nearRegion) string {
	if len(list) > 0 {
		return strings.Join(list, ",")
	}
	if len(near) > 0 {
		return near[0].code
	}
	return "CODE"
}
