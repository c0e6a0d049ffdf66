package commands_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/commands"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

var updateTape = flag.Bool("update-tape", false, "write the tape of requests that was got")

// shopToml has two secrets in [env]; their values must be seen by Fly's
// secrets endpoint and by nobody else.
const shopToml = `# The shop. Ask ops before you change this.
app = "shop"
primary_region = "iad"

[env]
  PORT = "8080"
  # where the orders are
  DATABASE_URL = "postgres://shop:canary-url-5f1c@db.internal:5432/shop"  # prod
  SESSION_SECRET = "canary-session-9a44"

[http_service]
  internal_port = 8080   # express
  force_https = true
  auto_stop_machines = "off"
`

const shopServer = `const app = require("express")()
app.get("/healthz", (req, res) => res.send("ok"))
app.listen(process.env.PORT)
`

// canaries are the values, and what of them could leak by itself.
func canaries() []string { return []string{"canary-url-5f1c", "canary-session-9a44"} }

func shopMachine(id, region string) flysim.MachineSpec {
	return flysim.MachineSpec{ID: id, Region: region, Config: json.RawMessage(`{
		"env": {"PORT": "8080", "DATABASE_URL": "postgres://shop:canary-url-5f1c@db.internal:5432/shop", "SESSION_SECRET": "canary-session-9a44"},
		"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 256, "required_host_features": ["kept"]},
		"a_field_of_next_year": {"deep": [1, 2.50, {"x": null}]},
		"services": [{"protocol": "tcp", "internal_port": 8080, "autostart": true, "later": "kept",
			"ports": [{"port": 80, "handlers": ["http"], "force_https": true}, {"port": 443, "handlers": ["http", "tls"]}]}]
	}`)}
}

// shop is a folder and an app to run commands on.
type shop struct {
	t        *testing.T
	dir      string
	state    string // the state directory; "": beside the file
	clk      *clock.Virtual
	platform *flysim.Platform
	app      *flysim.App
	url      string
	said     bytes.Buffer // stdout and stderr of all commands
}

func newShop(t *testing.T, serves ...flysim.Respond) *shop {
	t.Helper()
	s := &shop{t: t, dir: t.TempDir(), clk: clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))}
	s.write("fly.toml", shopToml)
	s.write("server.js", shopServer)
	s.platform = flysim.New(s.clk)
	s.app = s.platform.AddApp(flysim.AppSpec{Name: "shop", Listening: []int{8080}, Serves: serves})
	for _, id := range []string{"148e000a", "148e000b", "148e000c"} {
		s.app.AddMachine(shopMachine(id, "iad"))
	}
	srv := s.platform.Serve()
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

func (s *shop) stateDir() string {
	if s.state != "" {
		return s.state
	}
	return filepath.Join(s.dir, "state")
}

func (s *shop) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) read(name string) string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// run is one command line, as main runs it.
func (s *shop) run(args ...string) (code int, stdout, stderr string) {
	s.t.Helper()
	var out, errOut bytes.Buffer
	code = commands.Main(context.Background(), s.env(&out, &errOut), args)
	s.said.Write(out.Bytes())
	s.said.Write(errOut.Bytes())
	return code, out.String(), errOut.String()
}

// env is the outside of a command that is run here.
func (s *shop) env(stdout, stderr io.Writer) *commands.Env {
	vars := map[string]string{"FLY_API_TOKEN": "test", "FLY_FLAPS_BASE_URL": s.url, "FLY_API_BASE_URL": s.url, "XDG_STATE_HOME": s.stateDir()}
	return &commands.Env{
		Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr, Width: 80,
		Getenv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		Dir:    s.dir, Home: s.dir, GOOS: "linux", Clock: s.clk,
	}
}

// noLeaks looks for the canaries in all that the commands said and wrote, and
// in every request but those to the secrets endpoint.
func (s *shop) noLeaks() {
	s.t.Helper()
	s.noneSaid()
	for _, c := range canaries() {
		for _, r := range s.platform.Seen(c) {
			s.t.Errorf("%s went out in %s", c, r.Line())
		}
	}
}

// noneSaid looks in what the commands said and wrote only.
func (s *shop) noneSaid() {
	s.t.Helper()
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == filepath.Join(s.dir, "fly.toml") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, c := range canaries() {
			if bytes.Contains(b, []byte(c)) {
				s.t.Errorf("%s holds %s", path, c)
			}
			for _, word := range bytes.Split(b, []byte{'"'}) {
				if plain, err := base64.StdEncoding.DecodeString(string(word)); err == nil && bytes.Contains(plain, []byte(c)) {
					s.t.Errorf("%s holds %s, as base64", path, c)
				}
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range canaries() {
		if strings.Contains(s.said.String(), c) {
			s.t.Errorf("%s was printed:\n%s", c, s.said.String())
		}
	}
}

func TestApplyEndToEnd(t *testing.T) {
	s := newShop(t, flysim.Respond{Path: "/healthz"})
	images := map[string]string{}
	for _, m := range s.app.Machines() {
		images[m.ID()] = m.Digest()
	}
	code, out, errOut := s.run("apply", "--yes", "--regions", "lhr", "--debug")
	if code != 0 {
		t.Fatalf("exit %d\n%s\n%s", code, out, errOut)
	}
	s.secretsAreSet()
	s.machinesAreUpdated(images)
	s.twinIsMade(images)
	if got := s.app.MinHealthy("app"); got < 2 {
		t.Errorf("at some instant only %d machines were healthy", got)
	}
	if held := s.platform.HeldLeases(); len(held) > 0 {
		t.Errorf("leases left: %v", held)
	}
	for _, v := range s.platform.Violations() {
		t.Errorf("the platform saw %v", v)
	}
	s.fileIsEdited()
	s.tape()

	before := len(s.platform.Writes())
	s.platform.Settle(time.Minute)
	for _, args := range [][]string{{"plan", "--regions", "lhr", "--detailed-exitcode"}, {"apply", "--yes", "--regions", "lhr"}} {
		if code, out, errOut := s.run(args...); code != 0 {
			t.Errorf("%v again: exit %d\n%s\n%s", args, code, out, errOut)
		}
	}
	if after := s.platform.Writes(); len(after) != before {
		t.Errorf("doing it again wrote: %s", after[before].Line())
	}
	s.noLeaks()
}

func (s *shop) secretsAreSet() {
	s.t.Helper()
	if diff := cmp.Diff([]string{"DATABASE_URL", "SESSION_SECRET"}, s.app.SecretNames()); diff != "" {
		s.t.Error(diff)
	}
	if v, _ := s.app.SecretValue("SESSION_SECRET"); v != "canary-session-9a44" {
		s.t.Error("SESSION_SECRET is not the file's value")
	}
	if v, _ := s.app.SecretValue("DATABASE_URL"); v != "postgres://shop:canary-url-5f1c@db.internal:5432/shop" {
		s.t.Error("DATABASE_URL is not the file's value")
	}
}

func (s *shop) machinesAreUpdated(images map[string]string) {
	s.t.Helper()
	for _, m := range s.app.Machines() {
		rec := m.Record()
		if _, old := images[m.ID()]; old && (rec.Restarts != 1 || rec.Updates != 1) {
			s.t.Errorf("%s was updated %d times and restarted %d times", m.ID(), rec.Updates, rec.Restarts)
		}
		if !m.Healthy() {
			s.t.Errorf("%s is not healthy", m.ID())
		}
		for _, boot := range rec.Boots {
			if boot.Env["SESSION_SECRET"] != "canary-session-9a44" {
				s.t.Errorf("%s booted at %s without the value", m.ID(), boot.At)
			}
		}
		var cfg struct {
			Env      map[string]string
			Next     any `json:"a_field_of_next_year"`
			Guest    map[string]any
			Services []struct {
				Later  string
				Checks []struct{ Type, Path string }
			}
		}
		if err := json.Unmarshal(m.Config(), &cfg); err != nil {
			s.t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"PORT": "8080"}, cfg.Env); diff != "" {
			s.t.Errorf("env of %s: %s", m.ID(), diff)
		}
		if len(cfg.Services) != 1 || cfg.Services[0].Later != "kept" || len(cfg.Services[0].Checks) != 1 || cfg.Services[0].Checks[0].Path != "/healthz" {
			s.t.Errorf("services of %s: %+v", m.ID(), cfg.Services)
		}
		if cfg.Next == nil || cfg.Guest["required_host_features"] == nil {
			s.t.Errorf("%s lost a field that nobody here knows: %s", m.ID(), m.Config())
		}
	}
}

func (s *shop) twinIsMade(images map[string]string) {
	s.t.Helper()
	var regions []string
	for _, m := range s.app.Machines() {
		regions = append(regions, m.Region())
		if _, old := images[m.ID()]; old {
			continue
		}
		if m.Region() != "lhr" || m.Digest() != images["148e000a"] {
			s.t.Errorf("the new machine is in %s and runs %s", m.Region(), m.Digest())
		}
		var cfg struct{ Image string }
		if err := json.Unmarshal(m.Config(), &cfg); err != nil || !strings.Contains(cfg.Image, "@sha256:") {
			s.t.Errorf("its image is not pinned: %q, %v", cfg.Image, err)
		}
	}
	slices.Sort(regions)
	if diff := cmp.Diff([]string{"iad", "iad", "iad", "lhr"}, regions); diff != "" {
		s.t.Error(diff)
	}
}

func (s *shop) fileIsEdited() {
	s.t.Helper()
	want := strings.NewReplacer(`  # where the orders are
  DATABASE_URL = "postgres://shop:canary-url-5f1c@db.internal:5432/shop"  # prod
  SESSION_SECRET = "canary-session-9a44"
`, "", "[env]\n", `[deploy]
  strategy = "rolling"

[env]
`, "[http_service]\n", `[experimental]
  auto_rollback = true

[http_service]
`).Replace(shopToml) + `
  [[http_service.checks]]
    method = "GET"
    path = "/healthz"
    interval = "15s"
    timeout = "5s"
    grace_period = "10s"
`
	if diff := cmp.Diff(want, s.read("fly.toml")); diff != "" {
		s.t.Errorf("fly.toml: %s", diff)
	}
}

// tape compares the requests of the apply, in order, with those on record.
func (s *shop) tape() {
	s.t.Helper()
	var b strings.Builder
	reads := map[string]bool{}
	for _, r := range s.platform.Requests() {
		// The snapshot's reads run side by side; waiting polls as it needs.
		if r.Method == http.MethodGet {
			reads[r.Path] = true
			continue
		}
		fmt.Fprintf(&b, "%s %d\n", r.Line(), r.Status)
	}
	for _, path := range []string{"/v1/apps/shop", "/v1/apps/shop/machines", "/v1/apps/shop/secrets"} {
		if !reads[path] {
			s.t.Errorf("%s was not read", path)
		}
	}
	const file = "../testdata/tape/apply.tape"
	if *updateTape {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		s.t.Errorf("the tape differs (-update-tape writes it):\n%s", diff)
	}
}

func TestUnhealthyIsPutBack(t *testing.T) {
	s := newShop(t, flysim.Respond{Path: "/healthz"})
	s.app.Machine("148e000a").CrashWhen(func(b flysim.Boot) (time.Duration, bool) { return 2 * time.Second, b.Updates == 1 })
	configs := map[string]string{}
	for _, m := range s.app.Machines() {
		configs[m.ID()] = canonical(t, m.Config())
	}
	code, out, errOut := s.run("apply", "--yes")
	if code != 4 {
		t.Fatalf("exit %d\n%s\n%s", code, out, errOut)
	}
	if diff := cmp.Diff(shopToml, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml is not as before: %s", diff)
	}
	for _, m := range s.app.Machines() {
		if diff := cmp.Diff(configs[m.ID()], canonical(t, m.Config())); diff != "" {
			t.Errorf("%s is not as before: %s", m.ID(), diff)
		}
	}
	if got := s.app.MinHealthy("app"); got < 2 {
		t.Errorf("at some instant only %d machines were healthy", got)
	}
	for _, want := range []string{"148e000a", "fly.toml", "DATABASE_URL"} {
		if !strings.Contains(errOut+out, want) {
			t.Errorf("the report does not name %s:\n%s\n%s", want, out, errOut)
		}
	}
	// The way back gives a machine its own old config, env entries and all:
	// that is what it was healthy with.
	s.noneSaid()
	for _, c := range canaries() {
		for _, r := range s.platform.Seen(c) {
			if r.Path != "/v1/apps/shop/machines/148e000a" {
				t.Errorf("%s went out in %s", c, r.Line())
			}
		}
	}
}

// canonical is a config without the image reference, which a way back pins.
func canonical(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	delete(m, "image")
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPlansHoldNoSecret(t *testing.T) {
	s := newShop(t, flysim.Respond{Path: "/healthz"})
	for _, args := range [][]string{
		{"plan"}, {"plan", "--verbose", "--debug"}, {"plan", "--json"}, {"plan", "--offline"}, {"plan", "--out", "saved.plan"},
		{"show", "saved.plan"}, {"show", "saved.plan", "--json"},
	} {
		if code, out, errOut := s.run(args...); code != 0 {
			t.Errorf("%v: exit %d\n%s\n%s", args, code, out, errOut)
		}
	}
	if got := s.read("fly.toml"); got != shopToml {
		t.Error("planning changed the file")
	}
	if w := s.platform.Writes(); len(w) > 0 {
		t.Errorf("planning wrote %s", w[0].Line())
	}
	s.noLeaks()
	if code, out, errOut := s.run("apply", "saved.plan", "--yes"); code != 0 {
		t.Errorf("apply of the saved plan: exit %d\n%s\n%s", code, out, errOut)
	}
	if code, _, _ := s.run("apply", "saved.plan", "--yes"); code != 3 {
		t.Errorf("apply of the same plan again: exit %d, want 3: it is stale", code)
	}
	s.noLeaks()
}
