package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

func workerGroups() plan.Fixer {
	return plan.Fixer{
		ID:       "worker-groups",
		Title:    "a worker group keeps running",
		Severity: plan.Warning,
		Doc: `Nothing starts the machines of a process group without a service: the proxy starts machines only for requests. They run because a
deploy started them, and stay up because the restart policy says so. Without [[restart]] a process that exits with code 0 is not
restarted, and the group is down until the next deploy. policy = "always" restarts it whatever the exit code.

A worker named in a service's processes gets requests that it can't answer, is stopped by autostop while it works, and fails the
service's health check.

With one machine, a failed host stops the group. A deploy creates a standby for such a group, which Fly then starts; a group that was
scaled to one machine, or cloned manually, has none. Two machines that start jobs by the clock (cron, supercronic, celery beat), or
that Fly starts on the same schedule, do each job twice.

Manual fix: [[restart]] with policy = "always" and processes = ["worker"]; processes = ["web"] in the service; fly machine clone ID
--standby-for ID.`,
		Check: checkWorkerGroups,
	}
}

func checkWorkerGroups(t plan.Target) []plan.Finding {
	var out []plan.Finding
	served := serviceGroups(t)
	var down []string // groups that nothing brings back
	for _, g := range groupNames(t.File) {
		seen, worker := worksOnly(t, g)
		switch {
		case slices.Contains(served, g) && worker && len(groupNames(t.File)) > 1:
			if f, ok := listedAsServer(t, g, seen); ok {
				out = append(out, f)
			}
		case !slices.Contains(served, g):
			if n, has := restartOf(t, g); has {
				if f, lags := restartLags(t, g, n); lags {
					out = append(out, f)
				}
			} else if mayEnd(t, g) {
				down = append(down, g)
			}
			if f, ok := noStandby(t, g); ok {
				out = append(out, f)
			}
			if f, ok := doneTwice(t, g); ok {
				out = append(out, f)
			}
		}
	}
	if len(down) > 0 {
		out = append(out, staysDown(t, down))
	}
	return append(out, sameSchedule(t)...)
}

// mayEnd says whether a group runs something that can come to an end: not a
// server, nor what was put there to run for ever. Of a file alone, without a
// command, nobody can tell.
func mayEnd(t plan.Target, group string) bool {
	command := startedBy(t, group)
	if command == "" {
		return t.App != nil && len(machinesOf(t, []string{group})) > 0 && !deploysDatabase(t)
	}
	if _, job := t.File.Get("schedule"); job { // flyctl ignores it, and it is to end
		return false
	}
	return !listens(command) && !strings.Contains(command, "tail -f") && !strings.Contains(command, "sleep inf")
}

// startedBy is the command of the group, or of its machines, or of the image that
// is built; "" where none of them tells.
func startedBy(t plan.Target, group string) string {
	command := commandOf(t.File, group)
	if command == "" {
		command = liveCommand(t, group)
	}
	if image := builtHere(t); command == "" && image != nil {
		command = image.Start.Text
	}
	return command
}

// deploysDatabase says whether the file deploys the image of a database.
func deploysDatabase(t plan.Target) bool {
	image, _ := t.Deployed().Get("build").Key("image").Str()
	name, _, _ := imageRef(image)
	return slices.Contains(databaseImages(), name)
}

// listedAsServer is a worker that a service is also for.
func listedAsServer(t plan.Target, group string, seen plan.Evidence) (plan.Finding, bool) {
	for _, s := range services(t.File) {
		if !onlyListed(t, s, group) {
			continue
		}
		f := plan.Finding{
			Message:  fmt.Sprintf("%s lists %s too, which listens on nothing: the proxy may send it requests", s.Path, group),
			At:       placeOf(t.File, s.Path+".processes", s.Path),
			Evidence: []plan.Evidence{seen},
			Notes:    []string{"name the groups that serve: processes = " + quotedList(servingOf(t, s))},
		}
		if s.stops() {
			f.Message += ", and stops it when none come"
		}
		return f, true
	}
	return plan.Finding{}, false
}

// restartOf is the [[restart]] that a group has.
func restartOf(t plan.Target, group string) (deployed.Value, bool) {
	c := t.Deployed()
	for _, v := range c.Get("restart").Items() {
		if c.In(group, v.Key("processes")) {
			return v, true
		}
	}
	return deployed.Value{}, false
}

// staysDown are groups that nothing brings back after a clean exit.
func staysDown(t plan.Target, groups []string) plan.Finding {
	c := t.Deployed()
	restarts := c.Get("restart")
	have, ends := "has", "its process"
	if len(groups) > 1 {
		have, ends = "have", "their process"
	}
	f := plan.Finding{
		Severity: plan.Info,
		Message:  fmt.Sprintf("%s %s no service and no [[restart]]: when %s ends with exit code 0, nothing starts it again", strings.Join(groups, " and "), have, ends),
		At:       placeOf(t.File, flytoml.Join("processes", groups[0]), ""),
	}
	switch {
	case misplacedTable(t.File, "restart"): // unknown-keys takes it to where it counts
		return f
	case restarts.Node().Kind() == flytoml.Table:
		f.Notes = []string{"flyctl rejects [restart]; it is written [[restart]]"}
		return f
	}
	entries := []flytoml.Entry{{Key: "policy", Value: `"always"`}}
	if len(c.Get("processes").Keys()) > 0 {
		entries = append(entries, flytoml.Entry{Key: "processes", Value: quotedList(groups)})
	}
	f.Fix = reviewFix("a process that is meant to exit would be restarted forever", flytoml.Edit{Op: flytoml.Append, Path: "restart", Entries: entries})
	policies := 0
	for _, m := range machinesOf(t, groups) {
		if change, lacks := restartAlways(m); lacks {
			f.Machines = append(f.Machines, m.ID)
			f.Fix.Changes = append(f.Fix.Changes, change)
		} else {
			policies++
		}
	}
	if policies > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d of their machines have policy always already; a deploy of the file as it is removes it", policies))
	}
	return f
}

func restartAlways(m live.Machine) (change plan.Change, lacks bool) {
	return machineSetting(m, "/restart/policy", "always")
}

// restartLags finds machines that lack the policy that the file has: an apply
// that was cut short, or a deploy that never came.
func restartLags(t plan.Target, group string, v deployed.Value) (plan.Finding, bool) {
	if policy, _ := v.Key("policy").Str(); policy != "always" {
		return plan.Finding{}, false
	}
	var changes []plan.Change
	for _, m := range machinesOf(t, []string{group}) {
		if change, lacks := restartAlways(m); lacks {
			changes = append(changes, change)
		}
	}
	f, lags := notOnApp("[[restart]] of "+group, placeOf(t.File, v.Path(), ""), changes)
	f.Severity = plan.Info
	return f, lags
}

// noStandby is a group without a service that one host carries.
func noStandby(t plan.Target, group string) (plan.Finding, bool) {
	machines := machinesOf(t, []string{group})
	if len(machines) != 1 || hasVolumes(machines) || t.App.Role != "" {
		return plan.Finding{}, false
	}
	m := machines[0]
	if slices.ContainsFunc(t.App.Machines, func(o live.Machine) bool {
		return o.ID != m.ID && o.Group() == group || slices.Contains(o.Config.Standbys(), m.ID)
	}) {
		return plan.Finding{}, false
	}
	return plan.Finding{
		Severity: plan.Info,
		Message:  fmt.Sprintf("%s has one machine and no standby: if its host fails, %s is down until somebody acts", group, group),
		At:       plan.At{Machine: m.ID}, Machines: []string{m.ID},
		HowTo: "fly machine clone " + m.ID + " --standby-for " + m.ID,
		Notes: []string{"a stopped standby costs about $0.15 a month for each GB of its root file system (prices of " + PricesAsOf + ")"},
	}, true
}
