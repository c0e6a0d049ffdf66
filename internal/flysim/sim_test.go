package flysim_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	fly "github.com/superfly/fly-go"
	"github.com/superfly/fly-go/flaps"
	"github.com/superfly/fly-go/tokens"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

var epoch = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// web is a config with a service check and keys that no client knows.
const web = `{
	"image": "registry.fly.io/web:latest",
	"env": {"PORT": "8080", "API_KEY": "from-env"},
	"services": [{"protocol": "tcp", "internal_port": 8080, "ports": [{"port": 443, "handlers": ["tls", "http"]}],
		"checks": [{"type": "http", "path": "/healthz", "interval": "10s", "timeout": "2s", "grace_period": "5s"}]}],
	"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 256, "required_host_features": ["avx"]},
	"future_key": {"a": 1.50, "html": "<&>"}
}`

type sim struct {
	*flysim.Platform
	clk *clock.Virtual
	app *flysim.App
	url string
	fly *flaps.Client
}

// newSim is a platform with one app that answers /healthz, and fly-go as its
// client.
func newSim(t *testing.T, opts ...flysim.Options) *sim {
	t.Helper()
	clk := clock.NewVirtual(epoch)
	p := flysim.New(clk, opts...)
	app := p.AddApp(flysim.AppSpec{Name: "web", Serves: []flysim.Respond{{Port: 8080, Path: "/healthz"}}})
	srv := p.Serve()
	t.Cleanup(srv.Close)
	return &sim{Platform: p, clk: clk, app: app, url: srv.URL, fly: client(t, srv.URL, "test")}
}

func client(t *testing.T, url, token string) *flaps.Client {
	t.Helper()
	t.Setenv("FLY_FLAPS_BASE_URL", url)
	c, err := flaps.NewWithOptions(t.Context(), flaps.NewClientOpts{Tokens: tokens.Parse(token), UserAgent: "flysim-test"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s *sim) machine(spec flysim.MachineSpec) *flysim.Machine {
	if spec.Config == nil {
		spec.Config = json.RawMessage(web)
	}
	return s.app.AddMachine(spec)
}

func (s *sim) get(t *testing.T, id string) *fly.Machine {
	t.Helper()
	m, err := s.fly.Get(t.Context(), "web", id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (s *sim) lease(t *testing.T, id string) string {
	t.Helper()
	ttl := 60
	l, err := s.fly.AcquireLease(t.Context(), "web", id, &ttl)
	if err != nil {
		t.Fatal(err)
	}
	return l.Data.Nonce
}

// update posts the machine's own config again after edit.
func (s *sim) update(t *testing.T, id, nonce string, edit func(*fly.LaunchMachineInput)) (*fly.Machine, error) {
	t.Helper()
	m := s.get(t, id)
	in := fly.LaunchMachineInput{ID: id, Config: m.Config, Region: m.Region}
	if edit != nil {
		edit(&in)
	}
	return s.fly.Update(t.Context(), "web", in, nonce)
}

func (s *sim) wait(t *testing.T, m *fly.Machine, state string, timeout time.Duration) error {
	t.Helper()
	return s.fly.Wait(t.Context(), "web", m.ID, flaps.WithWaitStates(state), flaps.WithWaitTimeout(timeout), flaps.WithWaitVersion(m.Version))
}

// status is the HTTP status of an error of fly-go; 0 when it has none.
func status(err error) int {
	var fe *flaps.FlapsError
	if errors.As(err, &fe) {
		return fe.ResponseStatusCode
	}
	return 0
}

func wantStatus(t *testing.T, err error, want int) {
	t.Helper()
	if got := status(err); got != want {
		t.Errorf("error %v: status %d, want %d", err, got, want)
	}
}

// pass moves the time on.
func (s *sim) pass(t *testing.T, d time.Duration) {
	t.Helper()
	fine(t, s.clk.Sleep(t.Context(), d))
}

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
