package machineconfig

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServices(t *testing.T) {
	yes, zero := true, 0
	got := parse(t, web).Services()
	want := []Service{
		{
			Key:      ServiceKey{Protocol: "tcp", InternalPort: 8080, Ports: []string{"80", "443"}},
			Ports:    []Port{{Port: "443", Handlers: []string{"tls", "http"}}, {Port: "80", Handlers: []string{"http"}}},
			Autostop: "stop", Autostart: &yes, MinMachines: &zero,
			Concurrency: Concurrency{Type: "requests", SoftLimit: 20},
		},
		{
			Key:    ServiceKey{Protocol: "tcp", InternalPort: 9000, Ports: []string{"1000-2000"}},
			Ports:  []Port{{Port: "1000-2000"}},
			Checks: []Check{{Type: "tcp", Port: 9000, Interval: "15s"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAutostopForms(t *testing.T) {
	for form, want := range map[string]string{`false`: "off", `"off"`: "off", `true`: "stop", `"stop"`: "stop", `"suspend"`: "suspend", `null`: ""} {
		c := parse(t, `{"services":[{"internal_port":1,"autostop":`+form+`}]}`)
		if got := c.Services()[0].Autostop; got != want {
			t.Errorf("autostop %s reads as %q, want %q", form, got, want)
		}
	}
}

func TestChecks(t *testing.T) {
	c := parse(t, `{"checks":{"alive":{"type":"HTTP","port":8080.0,"method":"head","interval":"1m0s","timeout":60000000000,"grace_period":"soon",
		"kind":"readiness","tls_skip_verify":true,"headers":[{"name":"X-Forwarded-Proto","values":["https"]}]},"bad":7}}`)
	want := map[string]Check{"alive": {
		Type: "http", Kind: "readiness", Port: 8080, Path: "/", Method: "HEAD", Protocol: "http", TLSSkipVerify: true,
		Headers: map[string][]string{"X-Forwarded-Proto": {"https"}}, Interval: "1m", Timeout: "1m", GracePeriod: "soon",
	}}
	if diff := cmp.Diff(want, c.Checks()); diff != "" {
		t.Error(diff)
	}
}

func TestEnvDoesNotPrint(t *testing.T) {
	c := parse(t, web)
	if diff := cmp.Diff([]string{"DATABASE_URL", "LOG"}, c.EnvNames()); diff != "" {
		t.Error(diff)
	}
	v, ok := c.EnvValue("DATABASE_URL")
	if !ok || v.Reveal() != "postgres://u:hunter2@db/x" {
		t.Error("the value is not what the configuration has")
	}
	if _, ok := c.EnvValue("NOPE"); ok {
		t.Error("an entry that is not there was found")
	}
	if out := fmt.Sprintf("%v %+v %#v %s", c, c, v, v); strings.Contains(out, "hunter2") {
		t.Errorf("printed %s", out)
	}
}

func TestSmallViews(t *testing.T) {
	c := parse(t, `{"image":"a:b","mounts":[{"volume":"vol_1","name":"data","path":"/data","size_gb":3}],"guest":{"cpu_kind":"shared","cpus":2,"memory_mb":512}}`)
	if diff := cmp.Diff([]Mount{{Volume: "vol_1", Name: "data", Path: "/data", SizeGB: 3}}, c.Mounts()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Guest{CPUKind: "shared", CPUs: 2, MemoryMB: 512}, c.Guest()); diff != "" {
		t.Error(diff)
	}
	pinned := c.WithImage("a@sha256:1")
	if c.Image() != "a:b" || pinned.Image() != "a@sha256:1" {
		t.Errorf("images %q and %q", c.Image(), pinned.Image())
	}
	if !(Config{}).WithImage("x").IsZero() {
		t.Error("an image made a configuration out of nothing")
	}
	if got := get(t, c, "/mounts/0"); got != "(nothing)" {
		t.Errorf("an array position was followed: %s", got)
	}
}

func TestGetGivesACopy(t *testing.T) {
	c := parse(t, web)
	v, _ := c.Get("/env")
	v.(map[string]any)["LOG"] = "changed"
	if got := get(t, c, "/env/LOG"); got != `"debug"` {
		t.Errorf("the configuration changed to %s", got)
	}
}

func TestOwnSecrets(t *testing.T) {
	for config, want := range map[string]bool{
		`{}`: false,
		`{"processes":[{"cmd":["x"],"secrets":[]}]}`:       false,
		`{"processes":[{"ignore_app_secrets":true}]}`:      true,
		`{"containers":[{"secrets":[{"name":"A"}]}]}`:      true,
		`{"containers":[{"ignore_app_secrets":false},{}]}`: false,
	} {
		if got := parse(t, config).OwnSecrets(); got != want {
			t.Errorf("%s: %v, want %v", config, got, want)
		}
	}
}

func TestServiceKeyOrder(t *testing.T) {
	a := ServiceKey{InternalPort: 8080, Ports: []string{"1000-2000", "443", "80"}}
	b := ServiceKey{Protocol: "TCP", InternalPort: 8080, Ports: []string{"80", "1000-2000", "443"}}
	if !a.Equal(b) {
		t.Error("order, case and the default protocol made two of one")
	}
	if got, want := a.String(), "tcp 8080 (80, 443, 1000-2000)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
