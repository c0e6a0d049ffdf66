package deployed_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func read(t *testing.T, text string) *deployed.Config {
	t.Helper()
	f, err := flytoml.Parse("fly.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return deployed.Read(f)
}

// TestForms holds the forms that flyctl accepts, with what it makes of them
// (flyctl config show --local, August 2026).
func TestForms(t *testing.T) {
	for _, tt := range []struct{ toml, path, want string }{
		{"[mount]\nsource = \"data\"", "mounts[0].source", "data"},
		{"[[mount]]\nsource = \"a\"\n[[mounts]]\nsource = \"b\"", "mounts[1].source", "b"},
		{"[mounts]\ninitial_size = 3", "mounts[0].initial_size", "3"},
		{"[compute]\nmemory = 512", "vm[0].memory", "512"},
		{"[[vm]]\nmemory = true", "vm[0].memory", "true"},
		{"[env]\nPORT = 8080\nON = true\nRATE = 1.5", "env.PORT", "8080"},
		{"[[env]]\nA = 1\n[[env]]\nB = [1, \"x\"]", "env.B", "[1 x]"},
		{"[[processes]]\nname = \"web\"\ncommand = \"run\"", "processes.web", "run"},
		{"[build]\nbuild_target = \"prod\"", "build.build-target", "prod"},
		{"[experimental]\ncmd = \"run\"", "experimental.cmd[0]", "run"},
		{"[experimental]\nmetrics_path = \"/m\"\nmetrics_port = 9091", "metrics[0].path", "/m"},
		{"[services]\ninternal_port = \"8080\"\nconcurrency = \"20,25\"", "services[0].concurrency.type", "requests"},
		{"[[services]]\n[services.http_checks]\nheaders = [{ name = \"A\", value = 1 }]", "services[0].http_checks[0].headers.A", "1"},
		{"[[checks]]\nname = \"up\"\ntype = \"tcp\"\nport = 1", "checks.up.type", "tcp"},
		{"[http_service]\nauto_stop_machines = true", "http_service.auto_stop_machines", "stop"},
		{"[Deploy]\nStrategy = \"rolling\"", "deploy.strategy", "rolling"},
	} {
		c := read(t, tt.toml)
		if got, ok := c.Get(tt.path).Str(); !ok || got != tt.want {
			t.Errorf("%s: %s is %q (%v), want %q", tt.toml, tt.path, got, ok, tt.want)
		}
		for _, no := range c.Refusals() {
			t.Errorf("%s is refused: %s takes %s", tt.toml, no.Node.Path(), no.Takes)
		}
	}
}

// TestDurations holds what a number without a unit means, which differs by
// place.
func TestDurations(t *testing.T) {
	for path, tt := range map[string]struct {
		toml string
		want time.Duration
	}{
		"services[0].tcp_checks[0].interval": {"[[services]]\n[[services.tcp_checks]]\ninterval = 15000", 15 * time.Second},
		"checks.up.interval":                 {"[checks.up]\ntype = \"tcp\"\ninterval = 15000", 15 * time.Second},
		"http_service.checks[0].interval":    {"[http_service]\n[[http_service.checks]]\ninterval = 15000", 15 * time.Microsecond},
		"deploy.wait_timeout":                {"[deploy]\nwait_timeout = 300", 300 * time.Nanosecond},
		"kill_timeout":                       {"kill_timeout = 30", 30 * time.Second},
	} {
		c := read(t, tt.toml)
		if got, ok := c.Get(path).Duration(); !ok || got != tt.want {
			t.Errorf("%s: %v (%v), want %v", path, got, ok, tt.want)
		}
		if len(c.Refusals()) > 0 {
			t.Errorf("%s is refused", path)
		}
		unitless := tt.want < time.Second
		if told := len(c.Notes) > 0 && c.Notes[0].Kind == deployed.Nanoseconds; told != unitless {
			t.Errorf("%s: told of nanoseconds: %v", path, told)
		}
	}
}

// TestMistyped tells a value of a wrong type from none.
func TestMistyped(t *testing.T) {
	c := read(t, "[processes]\nweb = \"x\"\n[http_service]\nprocesses = \"worker\"\ninternal_port = \"8080\"\n[http_service.checks]\npath = \"/up\"\n")
	for path, want := range map[string]bool{"http_service.processes": true, "http_service.internal_port": true, "http_service.checks": true, "http_service.force_https": false} {
		v := c.Get(path)
		if v.Said() != want || v.Mistyped() != want {
			t.Errorf("%s: said %v, mistyped %v; want both %v", path, v.Said(), v.Mistyped(), want)
		}
	}
	if _, ok := c.Get("http_service.internal_port").Int(); ok {
		t.Error("a string is taken for a port")
	}
	if path, _ := c.Get("http_service.checks[0].path").Str(); path != "/up" {
		t.Error("the single table of checks is not read")
	}
	if _, known := c.GroupsOf(c.Get("http_service.processes")); known {
		t.Error("mistyped processes are taken for some")
	}
	for _, no := range c.Refusals() {
		if no.Kind == deployed.NoGroup {
			t.Error("mistyped processes are taken for none")
		}
	}
}

// TestVerdicts compares with what flyctl says of files with one fault or none.
func TestVerdicts(t *testing.T) {
	f, err := os.Open("../../../shared/flyctl-verdicts.jsonl")
	if err != nil {
		t.Log("no verdicts beside the project")
		return
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	var refused, seen, accepted, wrong int
	for in.Scan() {
		var v struct{ ID, TOML, Flyctl, Says string }
		if err := json.Unmarshal(in.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		file, err := flytoml.Parse("fly.toml", []byte(v.TOML))
		refuses := err != nil || len(deployed.Read(file).Refusals()) > 0
		if v.Flyctl == "refuses" {
			refused++
			if refuses {
				seen++
				continue
			}
		} else {
			accepted++
			if !refuses {
				continue
			}
			wrong++
		}
		t.Logf("%s: flyctl %s it: %s", v.ID, v.Flyctl, strings.TrimSpace(v.Says))
	}
	if seen*100 < refused*98 || wrong*100 > accepted {
		t.Errorf("%d of %d refusals are seen, %d of %d accepted files are refused", seen, refused, wrong, accepted)
	}
}
