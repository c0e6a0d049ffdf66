package live

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

func parseConfig(t *testing.T, text string) machineconfig.Config {
	t.Helper()
	c, err := machineconfig.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestHealth(t *testing.T) {
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	const cfg = `{"checks":{"alive":{"type":"tcp","port":8080}}}`
	row := func(name, status string) []Check { return []Check{{Name: name, Status: status, UpdatedAt: now}} }
	exit := func(requested bool) []Event { return []Event{{Type: "exit", Timestamp: now, RequestedStop: requested}} }
	for _, tt := range []struct {
		name  string
		m     Machine
		since time.Time
		want  Health
	}{
		{name: "passing", m: Machine{State: "started", Checks: row("alive", "passing")}, want: Healthy},
		{name: "a row that is no check of its config", m: Machine{State: "started", Checks: append(row("bg_deployments_compat", "critical"), row("alive", "passing")...)}, want: Healthy},
		{name: "critical", m: Machine{State: "started", Checks: row("alive", "critical")}, want: Unhealthy},
		{name: "warning", m: Machine{State: "started", Checks: row("alive", "warning")}, want: Unhealthy},
		{name: "no result yet", m: Machine{State: "started"}, want: Pending},
		{name: "only a result of before", m: Machine{State: "started", Checks: row("alive", "passing")}, since: now, want: Pending},
		{name: "starting", m: Machine{State: "starting", Checks: row("alive", "passing")}, want: Pending},
		{name: "replacing", m: Machine{State: "replacing"}, want: Pending},
		{name: "crashing since", m: Machine{State: "started", Checks: row("alive", "passing"),
			Events: []Event{{Type: "exit", Timestamp: now, Restarting: true, RestartCount: 2, ExitCode: 1}}}, since: now.Add(-time.Second), want: Unhealthy},
		{name: "crashed once upon a time", m: Machine{State: "started", Checks: row("alive", "passing"),
			Events: []Event{{Type: "exit", Timestamp: now, Restarting: true, RestartCount: 2, ExitCode: 1}}}, want: Healthy},
		{name: "stopped by the proxy", m: Machine{State: "stopped", Events: exit(true)}, want: AtRest},
		{name: "suspended", m: Machine{State: "suspended"}, want: AtRest},
		{name: "never started", m: Machine{State: "created"}, want: AtRest},
		{name: "stopped by itself", m: Machine{State: "stopped", Events: exit(false)}, want: Unhealthy},
		{name: "failed", m: Machine{State: "failed"}, want: Unhealthy},
		{name: "stopped, and nothing tells why", m: Machine{State: "stopped"}, want: HealthUnknown},
		{name: "host away", m: Machine{State: "started", HostStatus: "unreachable", Checks: row("alive", "passing")}, want: HealthUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.m.Config = parseConfig(t, cfg)
			if got := tt.m.HealthSince(tt.since); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := (Machine{State: "started"}).Health(); got != HealthUnknown {
		t.Errorf("without a config: got %q", got)
	}
}

func TestNotPassing(t *testing.T) {
	update := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	before, after := update.Add(-time.Second), update.Add(time.Second)
	const cfg = `{"services":[{"internal_port":8080,"checks":[{"type":"http","path":"/"},{"type":"http","path":"/b"},{"type":"tcp","port":9090}]}],
		"checks":{"alive":{"type":"tcp","port":8080}}}`
	row := func(name, status string, at time.Time) Check {
		return Check{Name: name, Status: status, UpdatedAt: at}
	}
	all := []Check{
		row("servicecheck-00-http-8080", CheckPassing, after), row("servicecheck-01-http-8080", CheckPassing, after),
		row("servicecheck-02-tcp-9090", CheckPassing, after), row("alive", CheckPassing, after),
	}
	with := func(i int, c Check) []Check {
		out := append([]Check(nil), all...)
		out[i] = c
		return out
	}
	cases := []struct {
		name string
		rows []Check
		want []CheckState
	}{
		{"all pass", all, nil},
		{"no rows yet", nil, []CheckState{{"http-8080", CheckMissing}, {"tcp-9090", CheckMissing}, {"alive", CheckMissing}}},
		{"a row of the version before", with(0, row("servicecheck-00-http-8080", CheckPassing, before)), []CheckState{{"http-8080", CheckMissing}}},
		{"a row of the very instant", with(3, row("alive", CheckPassing, update)), []CheckState{{"alive", CheckMissing}}},
		{"warning is not passing", with(2, row("servicecheck-02-tcp-9090", "warning", after)), []CheckState{{"servicecheck-02-tcp-9090", "warning"}}},
		{"top-level critical", with(3, row("alive", "critical", after)), []CheckState{{"alive", "critical"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := Machine{Config: parseConfig(t, cfg), Checks: c.rows}
			if diff := cmp.Diff(c.want, m.NotPassing(update)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCrashingAndAtRest(t *testing.T) {
	update := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	exit := func(e Event) []Event {
		e.Type = "exit"
		if e.Timestamp.IsZero() {
			e.Timestamp = update.Add(time.Second)
		}
		return []Event{e, {Type: "exit", Timestamp: update.Add(-time.Minute), RequestedStop: true}}
	}
	cases := []struct {
		name             string
		state            string
		events           []Event
		crashing, atRest bool
	}{
		{"crash loop", "started", exit(Event{ExitCode: 1, Restarting: true, RestartCount: 2}), true, false},
		{"one crash", "started", exit(Event{ExitCode: 1, Restarting: true, RestartCount: 1}), false, false},
		{"old crash loop", "started", exit(Event{ExitCode: 1, Restarting: true, RestartCount: 5, Timestamp: update.Add(-time.Second)}), false, false},
		{"crashed for good", "stopped", exit(Event{ExitCode: 1, RestartCount: 2}), false, false},
		{"restarted because somebody asked", "started", exit(Event{ExitCode: 1, Restarting: true, RestartCount: 2, RequestedStop: true}), false, false},
		{"stopped by the proxy", "stopped", exit(Event{RequestedStop: true}), false, true},
		{"stopped by itself", "stopped", exit(Event{ExitCode: 0}), false, false},
		{"suspended", "suspended", nil, false, true},
		{"failed", "failed", nil, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := Machine{State: c.state, Events: c.events}
			if got := m.Crashing(update); got != c.crashing {
				t.Errorf("crashing is %v", got)
			}
			if got := m.AtRest(); got != c.atRest {
				t.Errorf("atRest is %v", got)
			}
		})
	}
}

// The swap itself asks the old version to stop: that alone does not mean that
// the new one was put to sleep.
func TestAtRestSince(t *testing.T) {
	update := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	at := func(kind string, s int, requested bool) Event {
		return Event{Type: kind, Timestamp: update.Add(time.Duration(s) * time.Second), RequestedStop: requested}
	}
	cases := []struct {
		name   string
		state  string
		events []Event
		want   bool
	}{
		{"started, then stopped by the proxy", "stopped", []Event{at("exit", 9, true), at("start", 2, false), at("exit", 1, true), at("start", -60, false)}, true},
		{"stopped before the update came", "stopped", []Event{at("exit", -1, true), at("start", -60, false)}, true},
		{"the swap's stop only", "stopped", []Event{at("exit", 1, true), at("start", -60, false)}, false},
		{"an old stop, long before the last start", "stopped", []Event{at("start", -60, false), at("exit", -90, true)}, false},
		{"crashed", "stopped", []Event{at("exit", 3, false), at("start", 2, false), at("exit", 1, true)}, false},
		{"suspended", "suspended", nil, true},
		{"started", "started", []Event{at("exit", -1, true)}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := (Machine{State: c.state, Events: c.events}).AtRestSince(update); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
