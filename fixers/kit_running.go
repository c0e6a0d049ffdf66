package fixers

import (
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// runningGroup is a process group as it is on the app.
type runningGroup struct {
	t        plan.Target
	name     string
	only     bool           // the app has no other group
	machines []live.Machine // those that are there to run it: standbys only when they do, none on a schedule
}

// runningGroups are the groups of the app that are meant to be up.
func runningGroups(t plan.Target) []runningGroup {
	byName := map[string]*runningGroup{}
	var names []string
	for _, m := range t.App.Machines {
		if !meantToRun(m) {
			continue
		}
		g := byName[m.Group()]
		if g == nil {
			g = &runningGroup{t: t, name: m.Group()}
			byName[g.name] = g
			names = append(names, g.name)
		}
		g.machines = append(g.machines, m)
	}
	slices.Sort(names)
	out := make([]runningGroup, len(names))
	for i, name := range names {
		out[i] = *byName[name]
		out[i].only = len(names) == 1
	}
	return out
}

// meantToRun: not a machine that is down by design, as a standby is until it is
// needed, or about which nothing can be told.
func meantToRun(m live.Machine) bool {
	return !m.Config.IsZero() && m.Config.Schedule() == "" && !m.Config.AutoDestroy() && (len(m.Config.Standbys()) == 0 || m.Started()) &&
		!strings.HasPrefix(m.Group(), "fly_app_") && m.State != "destroying" && m.State != "destroyed"
}

// called is the group as a sentence says it.
func (g runningGroup) called() string {
	if g.only {
		return "the app"
	}
	return g.name
}

// share is n of all machines of the group in words: "2 of 3 machines of web".
func (g runningGroup) share(n, all int) string {
	text := everyMachine(n, all)
	if all == 1 {
		text = "the one machine"
	}
	if g.only {
		return text
	}
	return text + " of " + g.name
}

// these is share of all its machines; a single one is named.
func (g runningGroup) these(machines []live.Machine) string {
	if len(machines) > 1 {
		return g.share(len(machines), len(g.machines))
	}
	if g.only {
		return "machine " + machines[0].ID
	}
	return "machine " + machines[0].ID + " of " + g.name
}

// works says whether visitors of the group get an answer, as far as checks
// tell; for a group without services: whether something of it runs.
func (g runningGroup) works() bool {
	return slices.ContainsFunc(g.machines, func(m live.Machine) bool {
		switch {
		case m.Started():
			return takesRequests(g.t, m)
		case startable(m) && startedByProxy(m) && !g.onlyListed():
			last := fallOf(g.t, m).last // one that crashed a moment ago does so again
			return last.Timestamp.IsZero() || g.t.App.ReadAt.Sub(last.Timestamp) >= recently
		}
		return false
	})
}

// takesRequests: started, not cordoned, on a host that answers, and no service
// check of it fails.
func takesRequests(t plan.Target, m live.Machine) bool {
	if !m.Started() || m.Unreadable() || !m.Serves() {
		return false
	}
	return !slices.ContainsFunc(failingChecks(t, m), func(c failingCheck) bool { return c.Service })
}

// onlyListed: the group works only, and a service of the file is for it by mistake.
func (g runningGroup) onlyListed() bool {
	return slices.ContainsFunc(services(g.t.File), func(s service) bool { return onlyListed(g.t, s, g.name) })
}

// startable says whether nothing but a start is missing.
func startable(m live.Machine) bool {
	return m.State == "stopped" || m.State == "suspended" || m.State == "created"
}

// startedByProxy says whether a request would start the machine.
func startedByProxy(m live.Machine) bool {
	for _, s := range m.Config.Services() {
		if s.Key.Protocol == "tcp" && len(s.Ports) > 0 && (s.Autostart == nil || *s.Autostart) {
			return true
		}
	}
	return false
}

// lastChange is when something last happened to the machine.
func lastChange(m live.Machine) time.Time {
	if len(m.Events) > 0 && m.Events[0].Timestamp.After(m.UpdatedAt) {
		return m.Events[0].Timestamp
	}
	return m.UpdatedAt
}
