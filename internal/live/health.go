package live

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Health is how a machine does, by what the API told of it at one time.
type Health string

// The healths. Only Healthy is enough to rest anything on: for a floor, or as
// proof of a change, all others are the same. Pending and Unknown are no
// evidence against a machine either.
const (
	Healthy       Health = "healthy"   // started, and every check that it is configured with passes
	Pending       Health = "pending"   // starting, or started with checks that have no result yet
	Unhealthy     Health = "unhealthy" // a check does not pass, it keeps crashing, or it went down by itself
	AtRest        Health = "off"       // not started, and that was asked for: by the proxy mostly, or by a person
	HealthUnknown Health = "unknown"   // its host does not answer, the API gave no config, or nothing tells why it is down
)

// Health judges the machine by its state, its events and the last results of
// its checks, however old those are.
func (m Machine) Health() Health { return m.HealthSince(time.Time{}) }

// HealthSince is Health of the version that the machine was given at since:
// results and exits of before are those of another version.
func (m Machine) HealthSince(since time.Time) Health {
	switch {
	case m.Unreadable():
		return HealthUnknown
	case !m.Started():
		return m.healthDown()
	case !since.IsZero() && m.Crashing(since): // without a time it may have got over it long ago
		return Unhealthy
	}
	health := Healthy
	if m.State != "started" {
		health = Pending
	}
	for _, c := range m.NotPassing(since) {
		if c.Status != CheckMissing {
			return Unhealthy
		}
		health = Pending
	}
	return health
}

func (m Machine) healthDown() Health {
	_, exited := m.LastEvent("exit")
	switch {
	case m.AtRest(), m.State == "created": // created: it never ran, and waits for somebody to start it
		return AtRest
	case m.State == "failed", m.Down() && exited:
		return Unhealthy
	case m.Down():
		return HealthUnknown
	}
	return Pending
}

// Unreadable says whether what the API shows of the machine may be old: its
// host does not answer, or there is no config.
func (m Machine) Unreadable() bool {
	return m.HostStatus != "" && m.HostStatus != "ok" || m.Config.IsZero()
}

// What a check of a machine can be, beside warning and critical.
const (
	CheckPassing = "passing"
	CheckMissing = "missing" // no result that counts
)

// CheckState is a health check that does not pass.
type CheckState struct {
	Name   string `json:"name"`   // "http-8080" for a service check that has no row yet
	Status string `json:"status"` // warning, critical; missing: no result that counts
}

// servicePrefix begins the names that Fly gives to service checks:
// servicecheck-00-http-8080 (platform reference, section 3).
const servicePrefix = "servicecheck-"

// NotPassing are the checks that the machine is configured with, those of its
// services and its own, and that have not passed since. A row that is not newer
// tells of the version before: right after an update there are only such rows,
// or none. Rows of checks that are not configured (Fly adds some of its own) do
// not count.
func (m Machine) NotPassing(since time.Time) []CheckState {
	var out []CheckState
	want := m.serviceChecks()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		fresh := 0
		for _, row := range m.Checks {
			if serviceKey(row.Name) != key || !row.UpdatedAt.After(since) {
				continue
			}
			fresh++
			if row.Status != CheckPassing {
				out = append(out, CheckState{row.Name, row.Status})
			}
		}
		if fresh < want[key] {
			out = append(out, CheckState{key, CheckMissing})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Config.Checks())) {
		status := CheckMissing
		for _, row := range m.Checks {
			if row.Name == name && row.UpdatedAt.After(since) {
				status = row.Status
			}
		}
		if status != CheckPassing {
			out = append(out, CheckState{name, status})
		}
	}
	return out
}

// serviceChecks counts the checks of all services by "type-port", which is
// all that the name of a result tells.
func (m Machine) serviceChecks() map[string]int {
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

// Serves says whether a group rests on the machine: a cordoned one gets no
// requests, however healthy it is. Without services that makes no difference.
func (m Machine) Serves() bool { return !m.Cordoned || len(m.Config.Services()) == 0 }

// LastEvent is the newest event of a type.
func (m Machine) LastEvent(kind string) (Event, bool) {
	var last Event
	found := false
	for _, e := range m.Events {
		if e.Type == kind && (!found || e.Timestamp.After(last.Timestamp)) {
			last, found = e, true
		}
	}
	return last, found
}

// Crashing is flyctl's own test for a crash loop: such a machine still shows
// as started most of the time. Exits before since were of another version.
func (m Machine) Crashing(since time.Time) bool {
	e, ok := m.LastEvent("exit")
	return ok && e.Timestamp.After(since) && e.Restarting && !e.RequestedStop && e.RestartCount > 1 && e.ExitCode != 0
}

// Down says whether the machine rests in a state that it does not leave without
// a start.
func (m Machine) Down() bool {
	return m.State == "stopped" || m.State == "suspended" || m.State == "failed"
}

// AtRest says whether the machine is down, or on its way, because somebody
// wanted it down, the proxy mostly, and not because it failed.
func (m Machine) AtRest() bool {
	switch m.State {
	case "suspended", "suspending":
		return true
	case "stopped", "stopping":
		e, ok := m.LastEvent("exit")
		return ok && e.RequestedStop
	}
	return false
}

// AtRestSince is AtRest for a machine that got a new version at since: the
// swap itself asks the version before to stop, which leaves the same trace. So
// the new one must have been started before it was asked to stop, or the
// machine must have been down already.
func (m Machine) AtRestSince(since time.Time) bool {
	if !m.AtRest() || m.State != "stopped" && m.State != "stopping" {
		return m.AtRest()
	}
	exit, _ := m.LastEvent("exit")
	start, _ := m.LastEvent("start")
	if exit.Timestamp.After(since) {
		return start.Timestamp.After(since) && !start.Timestamp.After(exit.Timestamp)
	}
	return !start.Timestamp.After(exit.Timestamp)
}

// StartedSince says whether a start is on record after since.
func (m Machine) StartedSince(since time.Time) bool {
	e, ok := m.LastEvent("start")
	return ok && e.Timestamp.After(since)
}

// LastStart is when the machine last started, as its events tell; its last
// update when they tell of no start.
func (m Machine) LastStart() time.Time {
	if e, ok := m.LastEvent("start"); ok {
		return e.Timestamp
	}
	return m.UpdatedAt
}
