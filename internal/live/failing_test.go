package live

import (
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// What counts of the results of checks that do not pass, and of which check each is.
func TestFailing(t *testing.T) {
	cfg, err := machineconfig.Parse([]byte(`{"checks":{"own":{"type":"tcp","port":9}},"services":[
		{"protocol":"tcp","internal_port":80,"checks":[{"type":"http","path":"/a"},{"type":"http","path":"/b"}]},
		{"protocol":"tcp","internal_port":81,"checks":[{"type":"http","path":"/c","grace_period":"1m","interval":"10s","timeout":"2s"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	row := func(name string) Check {
		return Check{Name: name, Status: "critical", UpdatedAt: start.Add(time.Second)}
	}
	passes, old := row("own"), row("own")
	passes.Status, old.UpdatedAt = CheckPassing, start
	for _, c := range []struct {
		name  string
		row   Check
		fails bool
		path  string // of the check that it is of; "": which one is not known
		after time.Duration
	}{
		{"the machine's own", row("own"), true, "", 35 * time.Second}, // Fly's defaults
		{"a service's", row("servicecheck-01-http-80"), true, "/b", 35 * time.Second},
		{"a service's, by what it asks", row("servicecheck-07-http-81"), true, "/c", 82 * time.Second},
		{"one of two, nobody knows which", row("servicecheck-07-http-80"), true, "", 35 * time.Second},
		{"one that Fly added", row("bg_compat"), false, "", 0},
		{"passing", passes, false, "", 0},
		{"of the version before", old, false, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Machine{State: "started", Config: cfg, Checks: []Check{c.row}, Events: []Event{{Type: "start", Timestamp: start}}}
			got := m.Failing(start)
			if len(got) > 0 != c.fails {
				t.Fatalf("failing: %v", got)
			}
			if !c.fails {
				return
			}
			if got[0].Config.Path != c.path || got[0].Known != (c.path != "" || c.row.Name == "own") {
				t.Errorf("it is of %+v, known is %v", got[0].Config, got[0].Known)
			}
			for at, want := range map[time.Duration]int{c.after - time.Second: 0, c.after: 1, -time.Second: 0, -time.Hour: 1} {
				if got := m.FailingFor(start.Add(at)); len(got) != want {
					t.Errorf("%v after the start: %v", at, got)
				}
			}
		})
	}
}

// Only what time alone does not change ends the wait for a check.
func TestHopeless(t *testing.T) {
	for output, want := range map[string]bool{
		"HTTP GET /: 404 Not Found": true, "HTTP GET /: 301 Moved Permanently": true, "HTTP GET /: 401 Unauthorized": true,
		"HTTP GET /: 408 Request Timeout": false, "HTTP GET /: 425 Too Early": false, "HTTP GET /: 429 Too Many Requests": false,
		"HTTP GET /: 500 Internal Server Error": false, "HTTP GET /: 503 Service Unavailable": false, "connection refused": false, "": false,
	} {
		if got := (FailingCheck{Row: Check{Output: output}}).Hopeless(); got != want {
			t.Errorf("%q: %v", output, got)
		}
	}
}
