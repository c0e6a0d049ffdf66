package live

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

func TestWhyUntouchable(t *testing.T) {
	const managed = `"fly_platform_version":"v2"`
	for _, tt := range []struct {
		name   string
		config string // "": none
		change func(*Machine)
		want   string // part of the reason; "" for none
	}{
		{name: "ordinary", config: `{"metadata":{` + managed + `}}`},
		{name: "stopped", config: `{"metadata":{` + managed + `}}`, change: func(m *Machine) { m.State = "stopped" }},
		{name: "host down", config: `{"metadata":{` + managed + `}}`, change: func(m *Machine) { m.HostStatus = "unreachable" }, want: "host is unreachable"},
		{name: "no config", want: "no config"},
		{name: "postgres", config: `{"metadata":{` + managed + `,"fly-managed-postgres":"true"}}`, want: "Postgres"},
		{name: "unmanaged", config: `{"metadata":{}}`, want: "not managed"},
		{name: "canary", config: `{"metadata":{` + managed + `,"fly_canary":"true"}}`, want: "deploy"},
		{name: "release command", config: `{"metadata":{` + managed + `,"fly_process_group":"fly_app_release_command"}}`, want: "single command"},
		{name: "console", config: `{"metadata":{` + managed + `,"fly_process_group":"fly_app_console"}}`, want: "single command"},
		{name: "standby", config: `{"standbys":["x"],"metadata":{` + managed + `}}`, want: "standby"},
		{name: "auto destroy", config: `{"auto_destroy":true,"metadata":{` + managed + `}}`, want: "destroys itself"},
		{name: "schedule", config: `{"schedule":"hourly","metadata":{` + managed + `}}`, want: "schedule"},
		{name: "no digest", config: `{"metadata":{` + managed + `}}`, change: func(m *Machine) { m.Image = "" }, want: "no digest"},
		{name: "replacing", config: `{"metadata":{` + managed + `}}`, change: func(m *Machine) { m.State = "replacing" }, want: "replacing"},
		{name: "a state of next year", config: `{"metadata":{` + managed + `}}`, change: func(m *Machine) { m.State = "hibernating" }, want: "hibernating"},
		{name: "no state", config: `{"metadata":{` + managed + `}}`, change: func(m *Machine) { m.State = "" }, want: "no state"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := Machine{State: "started", HostStatus: "ok", Image: "r/x@sha256:1"}
			if tt.config != "" {
				c, err := machineconfig.Parse([]byte(tt.config))
				if err != nil {
					t.Fatal(err)
				}
				m.Config = c
			}
			if tt.change != nil {
				tt.change(&m)
			}
			got := m.WhyUntouchable()
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestGroup(t *testing.T) {
	for metadata, want := range map[string]string{
		`{"fly_process_group":"web","process_group":"old"}`: "web", `{"process_group":"worker"}`: "worker", `{}`: "app",
	} {
		if got := (Machine{Config: parseConfig(t, `{"metadata":`+metadata+`}`)}).Group(); got != want {
			t.Errorf("%s: %s", metadata, got)
		}
	}
}

// What may have taken effect is looked at again; what was refused is not.
func TestUncertain(t *testing.T) {
	for kind, want := range map[Kind]bool{
		Unknown: true, BadReply: true, Timeout: true,
		Unauthorized: false, Forbidden: false, NotFound: false, NoLease: false, LeaseHeld: false, Conflict: false, NotYet: false, Invalid: false, Capacity: false,
		RateLimited: false, Unreachable: false,
	} {
		if got := Uncertain(fmt.Errorf("update: %w", &Error{Kind: kind})); got != want {
			t.Errorf("%q: %v", kind, got)
		}
	}
	if !Uncertain(fmt.Errorf("of nobody knows where")) {
		t.Error("an error of another kind is certain")
	}
}

// What was refused for the moment is asked for again; not after a pause that nobody
// wants to sit through, and nothing else is.
func TestLater(t *testing.T) {
	for _, c := range []struct {
		e     Error
		pause time.Duration
		later bool
	}{
		{Error{Kind: NotYet}, 2 * time.Second, true}, {Error{Kind: Unreachable}, 2 * time.Second, true},
		{Error{Kind: RateLimited, After: 30 * time.Second}, 30 * time.Second, true}, {Error{Kind: RateLimited, After: time.Hour}, 0, false},
		{Error{Kind: Unknown}, 0, false}, {Error{Kind: Conflict}, 0, false}, {Error{Kind: Forbidden}, 0, false},
	} {
		if pause, later := Later(&c.e); pause != c.pause || later != c.later {
			t.Errorf("%+v: after %s, %v", c.e, pause, later)
		}
	}
}

func TestKindSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("apply: %w", &Error{Kind: LeaseHeld, Doing: "lease machine m1", Message: "held", Status: 409})
	if !Is(err, LeaseHeld) || Is(err, Conflict) {
		t.Error("the kind is lost")
	}
	if got, want := err.Error(), "apply: lease machine m1: held (HTTP 409)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, ok := KindOf(errors.New("x")); ok {
		t.Error("an error that is none of the platform's has no kind")
	}
}
