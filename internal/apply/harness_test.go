package apply_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/secret"
	"github.com/fly-standards/fly-standards/plan"
)

var (
	_ apply.Machines = (*fly.Client)(nil)
	_ apply.Secrets  = (*fly.Client)(nil)

	epoch = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
)

// canary is a secret value: it may go to the secrets endpoint and nowhere else.
const canary = "postgres://app:hunter2canary@db.internal:5432/app"

const tomlBefore = `# my app
app = "web"
primary_region = "iad"

[env]
  PORT = "8080"
  DATABASE_URL = "` + canary + `" # the database

[http_service]
  internal_port = 8080
  force_https = true
`

// config has an unknown key, which must survive every update.
const config = `{
	"image": "registry.fly.io/web:deployment-1",
	"env": {"PORT": "8080", "DATABASE_URL": "` + canary + `"},
	"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 256},
	"future_key": {"a": 1.50},
	"services": [{"protocol": "tcp", "internal_port": 8080, "autostop": true, "autostart": true,
		"ports": [{"port": 80, "handlers": ["http"]}, {"port": 443, "handlers": ["tls", "http"]}]}]
}`

var (
	service = machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 8080, Ports: []string{"80", "443"}}
	dropEnv = machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: "/env/DATABASE_URL"}
)

func addCheck(path string) machineconfig.Op {
	return machineconfig.Op{
		Verb: machineconfig.VerbAppend, Service: &service, Pointer: "/checks",
		Value: json.RawMessage(`{"type":"http","path":"` + path + `","interval":"15s","timeout":"2s","grace_period":"5s"}`),
	}
}

type world struct {
	t      *testing.T
	clk    *clock.Virtual
	p      *flysim.Platform
	app    *flysim.App
	client *fly.Client
	path   string
	state  string
	events []apply.Event
	// on is called with every event, in the middle of the run.
	on      func(apply.Event)
	options apply.Options
	abort   chan struct{}
	// journalFS is what the journal is written through; nil: the disk.
	journalFS journal.FS
	disk      apply.FileSystem // of fly.toml; nil: the real one
	plan      *plan.Plan
	late      bool // secrets were stored a moment ago, by another run
}

func newWorld(t *testing.T, specs ...flysim.MachineSpec) *world {
	t.Helper()
	return newWorldOf(t, flysim.Options{SecretsLag: time.Minute}, specs...)
}

func newWorldOf(t *testing.T, o flysim.Options, specs ...flysim.MachineSpec) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, clk: clock.NewVirtual(epoch), path: filepath.Join(dir, "fly.toml"), state: filepath.Join(dir, "state"), abort: make(chan struct{})}
	w.p = flysim.New(w.clk, o)
	w.app = w.p.AddApp(flysim.AppSpec{Name: "web", Serves: []flysim.Respond{{Port: 8080, Path: "/healthz", After: 2 * time.Second}}})
	for _, s := range specs {
		if s.Config == nil {
			s.Config = json.RawMessage(config)
		}
		w.app.AddMachine(s)
	}
	srv := w.p.Serve()
	t.Cleanup(srv.Close)
	w.write(tomlBefore)
	c, err := fly.New(t.Context(), fly.Config{Token: secret.New("test"), FlapsURL: srv.URL, Clock: w.clk, Jitter: func() float64 { return 0.5 }}, "web")
	if err != nil {
		t.Fatal(err)
	}
	w.client = c
	w.plan = &plan.Plan{SchemaVersion: plan.SchemaVersion, Tool: "test", App: plan.AppRef{Name: "web"}, File: plan.FileRef{Path: w.path, SHA256: hash(tomlBefore)}}
	return w
}

func hash(s string) string {
	b := sha256.Sum256([]byte(s))
	return hex.EncodeToString(b[:])
}

func (w *world) write(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read() string {
	w.t.Helper()
	b, err := os.ReadFile(w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

func (w *world) add(s plan.Step) {
	for _, before := range w.plan.Steps {
		if before.Kind != s.Kind {
			s.Needs = append(s.Needs, before.ID)
		}
	}
	w.plan.Steps = append(w.plan.Steps, s)
}

// look notes the app's secrets in the plan, as plan.Build does.
func (w *world) look() {
	w.t.Helper()
	w.plan.Secrets = map[string]string{}
	list, err := w.client.Secrets(w.t.Context())
	w.ok(err)
	for _, s := range list {
		w.plan.Secrets[s.Name] = s.Digest
	}
}

// migrate plans to move DATABASE_URL out of the file.
func (w *world) migrate() {
	w.t.Helper()
	w.look()
	if _, there := w.plan.Secrets["DATABASE_URL"]; !there {
		w.add(plan.Step{ID: "secrets", Kind: plan.StepSecrets, Secrets: &plan.SecretsStep{
			Set: []plan.SecretFrom{{Name: "DATABASE_URL", Key: "env.DATABASE_URL"}},
		}})
	}
	w.edit(flytoml.Edit{Op: flytoml.Remove, Path: "env.DATABASE_URL"})
}

func (w *world) edit(edits ...flytoml.Edit) {
	w.t.Helper()
	f, err := flytoml.Parse("fly.toml", []byte(tomlBefore))
	w.ok(err)
	after, err := f.Apply(edits...)
	w.ok(err)
	w.add(plan.Step{ID: "file", Kind: plan.StepFile, EditFile: &plan.FileStep{Edits: edits, ResultSHA256: hash(string(after.Bytes()))}})
}

// patch plans ops for every machine. proof names the ops that add a check.
func (w *world) patch(ops []machineconfig.Op, proof ...int) {
	w.t.Helper()
	all, err := w.client.Machines(w.t.Context())
	w.ok(err)
	for _, m := range all {
		w.add(plan.Step{ID: "machine:" + m.ID, Kind: plan.StepMachine, Machine: &plan.MachineStep{
			ID: m.ID, Group: m.Group(), Region: m.Region, State: m.State, Version: m.Version, Image: m.Image, Ops: ops, Proof: proof,
			Secrets: ops[0].Pointer == dropEnv.Pointer,
		}})
	}
}

func (w *world) clone(source, region string) {
	w.add(plan.Step{ID: "clone:" + region, Kind: plan.StepClone, Clone: &plan.CloneStep{Source: source, Group: "app", Region: region}})
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// run carries the plan out, then looks at what must hold however it ended.
func (w *world) run() (apply.Report, error) {
	w.t.Helper()
	return w.runWith(w.t.Context())
}

func (w *world) runWith(ctx context.Context) (apply.Report, error) {
	w.t.Helper()
	w.p.Mark()
	j := journal.New(w.state, "web", w.clk)
	if w.journalFS != nil {
		j = journal.NewVia(w.state, "web", w.clk, w.journalFS)
	}
	d := apply.Deps{
		Machines: w.client, Secrets: w.client, File: apply.OnDisk(w.path), Clock: w.clk, Journal: j, Abort: w.abort, Options: w.options, LateSecrets: w.late,
		Emit: func(e apply.Event) {
			w.events = append(w.events, e)
			if w.on != nil {
				w.on(e)
			}
		},
	}
	if w.disk != nil {
		d.File = w.disk
	}
	rep, err := apply.Run(ctx, w.plan, d)
	if e := j.Close(); e != nil {
		w.t.Error(e)
	}
	w.invariants(rep, err)
	return rep, err
}

func (w *world) invariants(rep apply.Report, err error) {
	w.t.Helper()
	if held := w.p.HeldLeases(); len(held) > 0 && len(rep.LeasesLeft) == 0 {
		w.t.Errorf("leases are still held: %v", held)
	}
	for _, v := range w.p.Violations() {
		w.t.Errorf("violation: %v", v)
	}
	if _, stored := w.app.SecretValue("DATABASE_URL"); !stored && !strings.Contains(w.read(), canary) {
		w.t.Error("the value is neither in the file nor a secret")
	}
	said, jerr := json.Marshal(rep)
	w.ok(jerr)
	text := string(said)
	if err != nil {
		text += err.Error()
	}
	if ev, jerr := json.Marshal(w.events); jerr == nil {
		text += string(ev)
	}
	for _, path := range w.journals() {
		b, rerr := os.ReadFile(path)
		w.ok(rerr)
		text += string(b)
	}
	if strings.Contains(text, "hunter2canary") {
		w.t.Error("the secret value is in a report, an error, an event or the journal")
	}
	for _, m := range w.app.Machines() {
		for _, b := range m.Record().Boots {
			if b.Env["DATABASE_URL"] != canary && b.At.After(epoch) {
				w.t.Errorf("machine %s booted without its DATABASE_URL", m.ID())
			}
		}
		if !strings.Contains(string(m.Config()), "future_key") {
			w.t.Errorf("machine %s lost a key", m.ID())
		}
	}
}

func (w *world) journals() []string {
	w.t.Helper()
	paths, err := journal.List(w.state, "web")
	w.ok(err)
	return paths
}

func (w *world) entries() []journal.Entry {
	w.t.Helper()
	paths := w.journals()
	if len(paths) == 0 {
		return nil
	}
	es, err := journal.Read(paths[len(paths)-1])
	w.ok(err)
	return es
}

func states(rep apply.Report) map[string]apply.State {
	out := map[string]apply.State{"file": rep.File.State}
	for _, m := range rep.Machines {
		out[m.ID] = m.State
	}
	for _, s := range rep.Secrets {
		out[s.Name] = s.State
	}
	for _, c := range rep.Clones {
		out["clone:"+c.Region] = c.State
	}
	return out
}

func partial(t *testing.T, err error) *apply.PartialError {
	t.Helper()
	var p *apply.PartialError
	if !errors.As(err, &p) {
		t.Fatalf("got %v, want a *PartialError", err)
	}
	return p
}

func has[E apply.Event](events []apply.Event) bool {
	for _, e := range events {
		if _, ok := e.(E); ok {
			return true
		}
	}
	return false
}

func three() []flysim.MachineSpec {
	return []flysim.MachineSpec{{ID: "aaa"}, {ID: "bbb"}, {ID: "ccc"}}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
