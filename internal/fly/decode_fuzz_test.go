package fly

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

// Whatever the API answers: no machine, or one that has an id fit for a path
// and a version, whose config is an object or absent, and whose words are fit
// for a terminal.
func FuzzDecodeMachines(f *testing.F) {
	for _, seed := range []string{
		`[{"id": "d890001a", "state": "started", "region": "iad", "instance_id": "01H", "version": "01H", "host_status": "ok", "created_at": "2026-01-01T00:00:00Z", "image_ref": {"registry": "r", "repository": "a/b", "digest": "sha256:0"}, "config": {"env": {"A": "b"}}, "checks": [{"name": "c\u001b", "status": "passing", "updated_at": 7}], "events": [{"type": "exit", "timestamp": 1.7e12, "request": {"exit_event": {"exit_code": 1, "requested_stop": true}, "MonitorEvent": {}}}]}]`,
		`[{"id": "a", "version": "1", "config": null}]`, `[{"id": "a", "version": "1", "config": [1]}]`, `[{"id": "../b", "version": "1"}]`,
		`[{"id": "a"}]`, `[null]`, `{"error": "x"}`, `[{"id": "a", "version": "1", "events": [{"timestamp": 1e300, "request": 7}]}]`,
		`[{"id": "a", "version": "1", "config": {"metadata": 1, "services": [null], "standbys": "x", "env": {"A": 1}}}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var wire []machine
		if json.Unmarshal(raw, &wire) != nil {
			return
		}
		for _, w := range wire {
			m, err := w.live()
			if err != nil {
				continue
			}
			if !validName(m.ID) || m.Version == "" {
				t.Errorf("id %q, version %q", m.ID, m.Version)
			}
			if !m.Config.IsZero() && !strings.HasPrefix(strings.TrimSpace(string(m.Config.JSON())), "{") {
				t.Errorf("the config is %s", m.Config.JSON())
			}
			said := []string{m.Name, m.State, m.Region, m.WhyUntouchable()}
			for _, c := range m.Checks {
				said = append(said, c.Name, c.Status, c.Output)
			}
			for _, s := range said {
				if strings.ContainsFunc(s, unicode.IsControl) {
					t.Errorf("not fit for a terminal: %q", s)
				}
			}
			_, _, _ = m.Group(), m.Config.EnvValues(), m.Config.Services()
		}
	})
}
