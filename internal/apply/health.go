package apply

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

const (
	passing = "passing"
	missing = "missing"
	// servicePrefix begins the names that Fly gives to service checks:
	// servicecheck-00-http-8080.
	servicePrefix = "servicecheck-"
)

// notPassing are the configured checks of a machine, those of its services and
// its own, that have not passed since. A row that is not newer tells of the
// version before: right after an update there are only such rows, or none.
func notPassing(m live.Machine, since time.Time) []CheckState {
	var out []CheckState
	want := serviceChecks(m)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		fresh := 0
		for _, row := range m.Checks {
			if serviceKey(row.Name) != key || !row.UpdatedAt.After(since) {
				continue
			}
			fresh++
			if row.Status != passing {
				out = append(out, CheckState{row.Name, row.Status})
			}
		}
		if fresh < want[key] {
			out = append(out, CheckState{key, missing})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Config.Checks())) {
		status := missing
		for _, row := range m.Checks {
			if row.Name == name && row.UpdatedAt.After(since) {
				status = row.Status
			}
		}
		if status != passing {
			out = append(out, CheckState{name, status})
		}
	}
	return out
}

// serviceChecks counts the checks of all services by "type-port", which is
// all that the name of a result tells.
func serviceChecks(m live.Machine) map[string]int {
	count := map[string]int{}
	for _, s := range m.Config.Services() {
		for _, c := range s.Checks {
			count[c.Type+"-"+strconv.Itoa(c.Port)]++
		}
	}
	return count
}

// serviceKey is "http-8080" of servicecheck-00-http-8080; "" of other names.
func serviceKey(name string) string {
	rest, ok := strings.CutPrefix(name, servicePrefix)
	if !ok {
		return ""
	}
	_, key, _ := strings.Cut(rest, "-")
	return key
}

// healthy says whether a machine is started and all its checks pass, whenever
// they last ran.
func healthy(m live.Machine) bool {
	return m.State == "started" && len(notPassing(m, time.Time{})) == 0
}

// serves says whether the group rests on a machine: a cordoned one gets no
// requests, however healthy it is. Without services that makes no difference.
func serves(m live.Machine) bool { return !m.Cordoned || len(m.Config.Services()) == 0 }

// lastEvent is the newest event of a type.
func lastEvent(m live.Machine, kind string) (live.Event, bool) {
	var last live.Event
	found := false
	for _, e := range m.Events {
		if e.Type == kind && (!found || e.Timestamp.After(last.Timestamp)) {
			last, found = e, true
		}
	}
	return last, found
}

// crashing is flyctl's own test for a crash loop: such a machine still shows
// as started most of the time. Exits before since were of another version.
func crashing(m live.Machine, since time.Time) bool {
	e, ok := lastEvent(m, "exit")
	return ok && e.Timestamp.After(since) && e.Restarting && !e.RequestedStop && e.RestartCount > 1 && e.ExitCode != 0
}

// asleep says whether a machine is down because somebody wanted it down, the
// proxy mostly, and not because it failed.
func asleep(m live.Machine) bool {
	switch m.State {
	case "suspended", "suspending":
		return true
	case "stopped", "stopping":
		e, ok := lastEvent(m, "exit")
		return ok && e.RequestedStop
	}
	return false
}

// asleepSince is asleep for a machine that got a version of ours since: the
// swap itself asks the version before to stop, which leaves the same trace. So
// ours must have been started before it was asked to stop, or the machine must
// have been down already.
func asleepSince(m live.Machine, since time.Time) bool {
	if !asleep(m) || m.State != "stopped" && m.State != "stopping" {
		return asleep(m)
	}
	exit, _ := lastEvent(m, "exit")
	start, _ := lastEvent(m, "start")
	if exit.Timestamp.After(since) {
		return start.Timestamp.After(since) && !start.Timestamp.After(exit.Timestamp)
	}
	return !start.Timestamp.After(exit.Timestamp)
}

// startedSince says whether a start is on record after since.
func startedSince(m live.Machine, since time.Time) bool {
	e, ok := lastEvent(m, "start")
	return ok && e.Timestamp.After(since)
}

// down says whether a machine rests in a state that it does not leave without
// a start.
func down(m live.Machine) bool {
	return m.State == "stopped" || m.State == "suspended" || m.State == "failed"
}
