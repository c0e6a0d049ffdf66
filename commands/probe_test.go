package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/plan"
)

const probedToml = `app = "fine-app"
primary_region = "iad"

[http_service]
  internal_port = 8080
  force_https = true
`

const probedMachine = `{"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 256}, "services": [{"protocol": "tcp", "internal_port": 8080,
	"ports": [{"port": 80, "handlers": ["http"], "force_https": true}, {"port": 443, "handlers": ["http", "tls"]}]}]}`

// toSim carries requests for https://*.fly.dev to the simulated platform.
type toSim struct {
	t  *testing.T
	at *url.URL
}

func (s toSim) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" {
		s.t.Errorf("the hostname was asked by %s", r.URL.Scheme)
	}
	r = r.Clone(r.Context())
	r.Host, r.URL.Scheme, r.URL.Host = r.URL.Host, "http", s.at.Host
	return http.DefaultTransport.RoundTrip(r)
}

// probed is an app with one machine and a public address, beside a server.js.
type probed struct {
	env            *Env
	app            *flysim.App
	sim            *flysim.Platform
	stdout, stderr bytes.Buffer
}

func newProbed(t *testing.T, server string, ips []string, serves ...flysim.Respond) *probed {
	t.Helper()
	w := &probed{}
	dir := t.TempDir()
	for name, text := range map[string]string{"fly.toml": probedToml, "server.js": server} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	clk := clock.NewVirtual(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	w.sim = flysim.New(clk)
	var err error
	w.app, err = w.sim.Load(flysim.Scenario{
		App: flysim.AppSpec{Name: "fine-app", Listening: []int{8080}, Serves: serves}, IPs: ips,
		Machines: []flysim.MachineSpec{{ID: "d890001a", Region: "iad", Config: json.RawMessage(probedMachine)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := w.sim.Serve()
	t.Cleanup(srv.Close)
	at, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"FLY_FLAPS_BASE_URL": srv.URL, "FLY_API_BASE_URL": srv.URL, "FLY_API_TOKEN": "very-secret", "XDG_STATE_HOME": filepath.Join(dir, ".state")}
	w.env = &Env{
		Stdin: strings.NewReader(""), Stdout: &w.stdout, Stderr: &w.stderr, Dir: dir, Home: dir, Clock: clk, GOOS: "linux", Visit: toSim{t, at},
		Getenv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
	}
	return w
}

func (w *probed) run(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	w.stdout.Reset()
	w.stderr.Reset()
	if code := Main(context.Background(), w.env, args); code != 0 {
		t.Fatalf("%v: exit %d\n%s\n%s", args, code, &w.stdout, &w.stderr)
	}
	return w.stdout.String(), w.stderr.String()
}

var public = []string{"137.66.1.2"}

func TestProbe(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server string // the source tree
		ips    []string
		serves []flysim.Respond
		visits int
		path   string // in the plan, as seen by the probe
		says   string // on stderr
	}{
		{"a path that answers", "", public, []flysim.Respond{{Path: "/up"}}, 6, "/up", ""},
		{"no path answers", "", public, nil, 10, "", "answers 200 for none of the 9 paths tried"},
		{"a catch-all proves nothing", "", public, []flysim.Respond{{Path: "*"}}, 1, "", "fine-app.fly.dev answers 200 for a path that can't exist"},
		{"so does one that answers 204", "", public, []flysim.Respond{{Path: "*", Status: 204}, {Path: "/up"}}, 1, "", "answers 204 for a path"},
		{"a redirect is no 200, and not followed", "", public, []flysim.Respond{{Path: "*", Status: 302}}, 10, "", "none of the 9"},
		{"204 is no 200", "", public, []flysim.Respond{{Path: "/healthz", Status: 204}, {Path: "/up", Status: 206}}, 10, "", "none of the 9"},
		{"no public address", "", []string{"fdaa:0:1::3"}, []flysim.Respond{{Path: "/up"}}, 0, "", "has no public address"},
		{"a route that is known", `app.get("/healthz", (req, res) => res.send("ok"))`, public, []flysim.Respond{{Path: "/healthz"}}, 2, "/healthz", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := "const app = require(\"express\")()\n" + tt.server + "\napp.listen(8080)\n"
			w := newProbed(t, server, tt.ips, tt.serves...)
			stdout, stderr := w.run(t, "plan", "--probe", "--json", "--rule", "health-checks")
			visits := w.app.Visits()
			if len(visits) != tt.visits {
				t.Errorf("%d requests to the hostname, want %d: %+v", len(visits), tt.visits, visits)
			}
			for _, v := range visits {
				if v.Method != http.MethodGet || v.Header.Get("Authorization")+v.Header.Get("Cookie") != "" {
					t.Errorf("%s %s was sent with %v", v.Method, v.Path, v.Header)
				}
			}
			saw := "GET https://fine-app.fly.dev" + tt.path + " answered 200, a path that can't exist 404"
			if got := strings.Contains(stdout, saw); got != (tt.path != "") {
				t.Errorf("evidence %q: %t\n%s", saw, got, stdout)
			}
			if tt.says != "" && !strings.Contains(stderr, tt.says) || tt.says == "" && strings.Contains(stderr, "probe") {
				t.Errorf("stderr, want %q:\n%s", tt.says, stderr)
			}
			if writes := w.sim.Writes(); len(writes) > 0 {
				t.Errorf("planning wrote %s", writes[0].Line())
			}
		})
	}
}

// Nothing is asked unless --probe says so, nor offline.
func TestNoProbeUnasked(t *testing.T) {
	w := newProbed(t, "", public, flysim.Respond{Path: "/up"})
	for _, args := range [][]string{{"plan"}, {"plan", "--probe", "--offline"}, {"check", "--fail-on", "error"}, {"apply", "--yes", "--rule", "deploy-strategy"}} {
		if _, stderr := w.run(t, args...); strings.Contains(stderr, "fly.dev") {
			t.Errorf("%v: %s", args, stderr)
		}
		if n := len(w.app.Visits()); n > 0 {
			t.Errorf("%v sent %d requests to the hostname", args, n)
		}
	}
}

// What the probe alone knows waits for a person; then the lone machine proves
// it first, which takes two restarts.
func TestProbedPathNeedsConsent(t *testing.T) {
	w := newProbed(t, "", public, flysim.Respond{Path: "/up"})
	if out, _ := w.run(t, "apply", "--yes", "--probe", "--rule", "health-checks"); len(w.sim.Writes()) > 0 {
		t.Fatalf("it was done without consent:\n%s", out)
	}
	w.run(t, "apply", "--yes", "--probe", "--rule", "health-checks", "--allow", "review")
	if rec := w.app.Machine("d890001a").Record(); rec.Restarts != 2 || !w.app.Machine("d890001a").Healthy() {
		t.Errorf("%d restarts, want 2: the check is proven first", rec.Restarts)
	}
}

// A path that the source tree names and the probe saw answer is proof enough:
// the lone machine restarts once, as its plan said. The saved plan asks again.
func TestProbeSavesARestart(t *testing.T) {
	const server = "const app = require(\"express\")()\napp.get(\"/healthz\", (req, res) => res.send(\"ok\"))\napp.listen(8080)\n"
	for _, tt := range []struct {
		flags    []string
		restarts int
	}{{nil, 2}, {[]string{"--probe"}, 1}} {
		w := newProbed(t, server, public, flysim.Respond{Path: "/healthz"})
		out, _ := w.run(t, append([]string{"plan", "--json", "--rule", "health-checks", "--out", "p.json"}, tt.flags...)...)
		var p plan.Plan
		if err := json.Unmarshal([]byte(out), &p); err != nil {
			t.Fatal(err)
		}
		if p.Totals.Restarts != tt.restarts {
			t.Errorf("%v: the plan says %d restarts, want %d", tt.flags, p.Totals.Restarts, tt.restarts)
		}
		before := len(w.app.Visits())
		w.run(t, "apply", "--yes", "p.json")
		if after := len(w.app.Visits()) - before; after != before {
			t.Errorf("%v: the saved plan asked %d times, the plan %d times", tt.flags, after, before)
		}
		if m := w.app.Machine("d890001a"); m.Record().Restarts != tt.restarts || !m.Healthy() {
			t.Errorf("%v: %d restarts, want %d", tt.flags, m.Record().Restarts, tt.restarts)
		}
	}
}

// A plan file whose evidence somebody wrote by hand is found out: the check is
// not what the probe sees.
func TestForgedProbe(t *testing.T) {
	const server = "const app = require(\"express\")()\napp.get(\"/healthz\", (req, res) => res.send(\"ok\"))\napp.listen(8080)\n"
	w := newProbed(t, server, public, flysim.Respond{Path: "/healthz", Status: 500})
	w.run(t, "plan", "--rule", "health-checks", "--probe", "--out", "p.json")
	path := filepath.Join(w.env.Dir, "p.json")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Replace(b, []byte(`"proof": [`), []byte(`"seen": true, "proof": [`), 1)
	if bytes.Equal(forged, b) {
		t.Fatal("the plan has no proof")
	}
	if err := os.WriteFile(path, forged, 0o600); err != nil {
		t.Fatal(err)
	}
	if code := Main(context.Background(), w.env, []string{"apply", "--yes", "p.json"}); code != exitNotPlanned || len(w.sim.Writes()) > 0 {
		t.Errorf("exit %d, want %d; %d writes", code, exitNotPlanned, len(w.sim.Writes()))
	}
}
