package apply

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

func parse(t *testing.T, text string) machineconfig.Config {
	t.Helper()
	c, err := machineconfig.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestChoose(t *testing.T) {
	up := func(id, region string) live.Machine { return live.Machine{ID: id, Region: region, State: "started"} }
	booting := func(id, region string) live.Machine { return live.Machine{ID: id, Region: region, State: "starting"} }
	cases := []struct {
		name       string
		all        []live.Machine
		candidates int // the first of all
		f          floorNow
		first      bool
		want       []string
	}{
		{"first goes alone", []live.Machine{up("a", "x"), up("b", "x"), up("c", "x"), up("d", "x")}, 4, floorNow{started: 4, healthy: 4, atOnce: 2, floor: 2}, true, []string{"a"}},
		{"at most so many", []live.Machine{up("a", "x"), up("b", "x"), up("c", "x"), up("d", "x")}, 4, floorNow{started: 4, healthy: 4, atOnce: 2, floor: 2}, false, []string{"a", "b"}},
		{"fewer when one is down", []live.Machine{up("a", "x"), up("b", "x"), up("c", "x"), booting("d", "x")}, 4, floorNow{started: 4, healthy: 3, atOnce: 2, floor: 2}, false, []string{"a"}},
		{"none at the floor", []live.Machine{up("a", "x"), up("b", "x"), booting("c", "x")}, 3, floorNow{started: 3, healthy: 2, atOnce: 1, floor: 2}, false, nil},
		{"an unhealthy one is left", []live.Machine{booting("a", "x"), up("b", "x"), up("c", "x"), up("d", "x")}, 4, floorNow{started: 4, healthy: 3, atOnce: 2, floor: 2}, false, []string{"b"}},
		{"a lone one is taken as it is", []live.Machine{booting("a", "x")}, 1, floorNow{started: 1, atOnce: 1}, true, []string{"a"}},
		{"never a whole region", []live.Machine{up("a", "x"), up("b", "x"), up("c", "y"), up("d", "y")}, 4, floorNow{started: 4, healthy: 4, atOnce: 3, floor: 1}, false, []string{"a", "c"}},
		{"one region only", []live.Machine{up("a", "x"), up("b", "x")}, 2, floorNow{started: 2, healthy: 2, atOnce: 2}, false, []string{"a", "b"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, m := range choose(c.all[:c.candidates], c.all, c.f, c.first) {
				got = append(got, m.ID)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNotPassing(t *testing.T) {
	update := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	before, after := update.Add(-time.Second), update.Add(time.Second)
	const cfg = `{"services":[{"internal_port":8080,"checks":[{"type":"http","path":"/"},{"type":"http","path":"/b"},{"type":"tcp","port":9090}]}],
		"checks":{"alive":{"type":"tcp","port":8080}}}`
	row := func(name, status string, at time.Time) live.Check {
		return live.Check{Name: name, Status: status, UpdatedAt: at}
	}
	all := []live.Check{
		row("servicecheck-00-http-8080", passing, after), row("servicecheck-01-http-8080", passing, after),
		row("servicecheck-02-tcp-9090", passing, after), row("alive", passing, after),
	}
	with := func(i int, c live.Check) []live.Check {
		out := append([]live.Check(nil), all...)
		out[i] = c
		return out
	}
	cases := []struct {
		name string
		rows []live.Check
		want []CheckState
	}{
		{"all pass", all, nil},
		{"no rows yet", nil, []CheckState{{"http-8080", missing}, {"tcp-9090", missing}, {"alive", missing}}},
		{"a row of the version before", with(0, row("servicecheck-00-http-8080", passing, before)), []CheckState{{"http-8080", missing}}},
		{"a row of the very instant", with(3, row("alive", passing, update)), []CheckState{{"alive", missing}}},
		{"warning is not passing", with(2, row("servicecheck-02-tcp-9090", "warning", after)), []CheckState{{"servicecheck-02-tcp-9090", "warning"}}},
		{"top-level critical", with(3, row("alive", "critical", after)), []CheckState{{"alive", "critical"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := live.Machine{Config: parse(t, cfg), Checks: c.rows}
			if diff := cmp.Diff(c.want, notPassing(m, update)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCrashingAndAsleep(t *testing.T) {
	update := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	exit := func(e live.Event) []live.Event {
		e.Type = "exit"
		if e.Timestamp.IsZero() {
			e.Timestamp = update.Add(time.Second)
		}
		return []live.Event{e, {Type: "exit", Timestamp: update.Add(-time.Minute), RequestedStop: true}}
	}
	cases := []struct {
		name             string
		state            string
		events           []live.Event
		crashing, asleep bool
	}{
		{"crash loop", "started", exit(live.Event{ExitCode: 1, Restarting: true, RestartCount: 2}), true, false},
		{"one crash", "started", exit(live.Event{ExitCode: 1, Restarting: true, RestartCount: 1}), false, false},
		{"old crash loop", "started", exit(live.Event{ExitCode: 1, Restarting: true, RestartCount: 5, Timestamp: update.Add(-time.Second)}), false, false},
		{"stopped by the proxy", "stopped", exit(live.Event{RequestedStop: true}), false, true},
		{"stopped by itself", "stopped", exit(live.Event{ExitCode: 0}), false, false},
		{"suspended", "suspended", nil, false, true},
		{"failed", "failed", nil, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := live.Machine{State: c.state, Events: c.events}
			if got := crashing(m, update); got != c.crashing {
				t.Errorf("crashing is %v", got)
			}
			if got := asleep(m); got != c.asleep {
				t.Errorf("asleep is %v", got)
			}
		})
	}
}

// The swap itself asks the old version to stop: that alone does not mean that
// the new one was put to sleep.
func TestAsleepSince(t *testing.T) {
	update := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	at := func(kind string, s int, requested bool) live.Event {
		return live.Event{Type: kind, Timestamp: update.Add(time.Duration(s) * time.Second), RequestedStop: requested}
	}
	cases := []struct {
		name   string
		state  string
		events []live.Event
		want   bool
	}{
		{"started, then stopped by the proxy", "stopped", []live.Event{at("exit", 9, true), at("start", 2, false), at("exit", 1, true), at("start", -60, false)}, true},
		{"stopped before the update came", "stopped", []live.Event{at("exit", -1, true), at("start", -60, false)}, true},
		{"the swap's stop only", "stopped", []live.Event{at("exit", 1, true), at("start", -60, false)}, false},
		{"an old stop, long before the last start", "stopped", []live.Event{at("start", -60, false), at("exit", -90, true)}, false},
		{"crashed", "stopped", []live.Event{at("exit", 3, false), at("start", 2, false), at("exit", 1, true)}, false},
		{"suspended", "suspended", nil, true},
		{"started", "started", []live.Event{at("exit", -1, true)}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := asleepSince(live.Machine{State: c.state, Events: c.events}, update); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
