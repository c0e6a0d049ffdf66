package fixers

import (
	"slices"
	"strconv"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func metrics() plan.Fixer {
	return plan.Fixer{
		ID:       "metrics",
		Title:    "metrics that the app serves are collected",
		Severity: plan.Info,
		Doc: `Fly collects Prometheus metrics from every machine every 15 seconds when fly.toml says where, and shows them in your organization's
Grafana (fly-metrics.net) beside its own. Without [metrics] nobody sees what the app counts.

The rule looks for a route called /metrics, or a client library's own server, in code that mentions Prometheus. The collector asks from
inside the private network without a password, so a route behind a login or a token is left alone: somebody else reads it.

A [metrics] block does not open the route to the Internet. A route on the app's public port is open already: move it to a separate
port if its numbers are private.

Manual fix: [metrics] with port and path; [[metrics]] with processes where several process groups differ.`,
		Check: checkMetrics,
	}
}

func checkMetrics(t plan.Target) []plan.Finding {
	if entries := t.Deployed().Meant().Get("metrics"); entries.Said() || misplacedTable(t.File, "metrics") {
		return metricsNotLive(t, entries.Items())
	}
	if t.Repo == nil || t.Repo.Metrics == nil || t.Repo.Metrics.Guarded {
		return nil
	}
	m := t.Repo.Metrics
	f := plan.Finding{
		Message:  "the app serves metrics at " + m.Path + ", and nothing collects them",
		At:       plan.At{Key: "metrics"},
		Evidence: []plan.Evidence{m.Evidence},
	}
	port, group, why := metricsPort(t, m)
	switch {
	case m.Prefixed:
		f.Notes = []string{"its router is mounted elsewhere, so the full path is not known"}
	case why != "":
		f.Notes = []string{why}
	default:
		f.Fix = metricsFix(t, port, m.Path, group)
		f.Machines = machinesChanged(f.Fix.Changes)
	}
	return []plan.Finding{f}
}

// metricsPort is the port to ask, and the process groups to ask it of where
// the app has several.
func metricsPort(t plan.Target, m *plan.Metrics) (port int, processes []string, why string) {
	var ports []int
	for _, s := range services(t.File) {
		if s.InternalPort != 0 && !slices.Contains(ports, s.InternalPort) {
			ports, processes = append(ports, s.InternalPort), s.Processes
		}
	}
	if port = m.Port; port == 0 && len(ports) == 1 {
		port = ports[0]
	}
	switch {
	case m.OwnServer:
		return 0, nil, "a separate server seems to serve it, on an unknown port"
	case port == 0:
		return 0, nil, "it is unclear which port it is on: the file has " + count(len(ports), "service port")
	case len(groupNames(t.File)) < 2:
		return port, nil, ""
	case len(ports) == 1 && len(processes) > 0:
		return port, processes, ""
	}
	return 0, nil, "it is unclear which process group serves it"
}

func metricsFix(t plan.Target, port int, path string, processes []string) *plan.Fix {
	entries := []flytoml.Entry{{Key: "port", Value: strconv.Itoa(port)}, {Key: "path", Value: quote(path)}}
	edit := flytoml.Edit{Op: flytoml.AddTable, Path: "metrics", Entries: entries}
	if len(processes) > 0 {
		edit.Op = flytoml.Append
		edit.Entries = append(entries, flytoml.Entry{Key: "processes", Value: quotedList(processes)})
	}
	return &plan.Fix{
		Safety: plan.Review, Why: "metrics are collected every 15 seconds, from a port that the code only suggests",
		Edits: []flytoml.Edit{edit}, Changes: metricsChanges(t, port, path, processes),
	}
}

// metricsChanges give every machine of the groups the same.
func metricsChanges(t plan.Target, port int, path string, processes []string) []plan.Change {
	var out []plan.Change
	for _, m := range machinesOf(t, processes) {
		if c, lacks := machineSetting(m, "/metrics/port", port); lacks {
			out = append(out, c)
		}
		if c, lacks := machineSetting(m, "/metrics/path", path); lacks {
			out = append(out, c)
		}
	}
	return out
}

// metricsNotLive finds machines without what the file has: a deploy that never
// came, or an apply that was cut short. One entry for a group is what a
// machine can have.
func metricsNotLive(t plan.Target, entries []deployed.Value) []plan.Finding {
	var out []plan.Finding
	asked := map[string]bool{}
	for _, v := range entries {
		port := portAt(v.Key("port"))
		processes, known := t.Deployed().Meant().GroupsOf(v.Key("processes"))
		path, ok := v.Key("path").Str()
		for _, g := range processes {
			ok = ok && !asked[g]
			asked[g] = true
		}
		if port == 0 || !ok || !known || v.Path() == "experimental" {
			continue
		}
		if f, ok := notOnApp(v.Path(), placeOf(t.File, v.Path(), ""), metricsChanges(t, port, path, processes)); ok {
			f.Fix.Safety, f.Fix.Why = plan.Review, "metrics are collected every 15 seconds"
			out = append(out, f)
		}
	}
	return out
}
