package fixers

import (
	"maps"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// liveCheck is an HTTP check that passes on machines now.
type liveCheck struct {
	machineconfig.Check
	on []string // machine ids
}

// passingCheck is the HTTP check of the service's port that passes on a machine
// of it: the best evidence of a path that there is. Of several the one that
// most machines have.
func passingCheck(t plan.Target, s service) (liveCheck, bool) {
	var found []liveCheck
	for _, m := range machinesOf(t, s.Processes) {
		if !m.Started() {
			continue // its results are old
		}
		for _, row := range m.Checks {
			c, _, ok := m.Configured(row)
			if !ok || c.Type != "http" || c.Port != s.InternalPort || row.Status != live.CheckPassing {
				continue
			}
			i := slices.IndexFunc(found, func(f liveCheck) bool { return f.Path == c.Path && f.Method == c.Method })
			if i < 0 {
				i, found = len(found), append(found, liveCheck{Check: c})
			}
			if !slices.Contains(found[i].on, m.ID) {
				found[i].on = append(found[i].on, m.ID)
			}
		}
	}
	if len(found) == 0 {
		return liveCheck{}, false
	}
	return slices.MaxFunc(found, func(a, b liveCheck) int { return len(a.on) - len(b.on) }), true
}

// liveFix writes the check of the machines into the file as they have it. Those
// that lack it get it too.
func liveFix(t plan.Target, s service, w pathSource, key string, entries []flytoml.Entry) *plan.Fix {
	c := w.live
	fix := &plan.Fix{Safety: plan.Safe}
	wire := w.times(t).check(map[string]any{"type": "http", "port": s.InternalPort, "method": c.Method, "path": c.Path})
	entries = slices.Clone(entries)
	for i := range entries {
		if entries[i].Key == "method" {
			entries[i].Value = quote(c.Method)
		}
	}
	if c.Protocol != "http" {
		entries, wire["protocol"] = append(entries, flytoml.Entry{Key: "protocol", Value: quote(c.Protocol)}), c.Protocol
	}
	if c.TLSServerName != "" {
		entries, wire["tls_server_name"] = append(entries, flytoml.Entry{Key: "tls_server_name", Value: quote(c.TLSServerName)}), c.TLSServerName
	}
	if c.TLSSkipVerify {
		entries, wire["tls_skip_verify"] = append(entries, flytoml.Entry{Key: "tls_skip_verify", Value: "true"}), true
	}
	if len(c.Headers) > 0 {
		var words []string
		var sent []map[string]any
		for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
			words = append(words, flytoml.Join(name)+" = "+quote(strings.Join(c.Headers[name], ", ")))
			sent = append(sent, map[string]any{"name": name, "values": c.Headers[name]})
			if !slices.Contains([]string{"x-forwarded-proto", "host", "accept", "user-agent"}, strings.ToLower(name)) {
				doubt(fix, "the check on the app sends the header "+name+", which the file would show to whoever reads it")
				fix.Safety = plan.Manual
			}
		}
		entries = append(entries, flytoml.Entry{Key: "headers", Value: "{ " + strings.Join(words, ", ") + " }"})
		wire["headers"] = sent
	}
	if fix.Safety == plan.Manual {
		return fix
	}
	fix.Edits = []flytoml.Edit{{Op: flytoml.Append, Path: s.Path + "." + key, Entries: entries}}
	for _, change := range onService(t, s, asJSON(wire)) {
		if !slices.Contains(c.on, change.Machine.ID) {
			fix.Changes = append(fix.Changes, change)
		}
	}
	return fix
}
