package fly_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/superfly/fly-go/tokens"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

var epoch = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

const canary = "hunter2-correct-horse"

const web = `{
	"image": "registry.fly.io/web:latest",
	"env": {"PORT": "8080", "API_KEY": "` + canary + `"},
	"services": [{"protocol": "tcp", "internal_port": 8080, "ports": [{"port": 443, "handlers": ["tls", "http"]}],
		"checks": [{"type": "http", "path": "/healthz", "interval": "10s", "timeout": "2s"}]}],
	"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 256, "required_host_features": ["avx"]},
	"future_key": {"a": 1.50, "html": "<&>"}
}`

// logBook is a Logger that remembers.
type logBook struct {
	mu    sync.Mutex
	lines []string
}

func (l *logBook) Debug(msg any, kv ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintln(append([]any{msg}, kv...)...))
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "")
}

type world struct {
	*flysim.Platform
	clk *clock.Virtual
	app *flysim.App
	fly *fly.Client
	log *logBook
}

// newWorld is a platform with the app web, and a client of it.
func newWorld(t *testing.T, opts ...flysim.Options) *world {
	t.Helper()
	clk := clock.NewVirtual(epoch)
	p := flysim.New(clk, opts...)
	app := p.AddApp(flysim.AppSpec{Name: "web", Serves: []flysim.Respond{{Port: 8080, Path: "/healthz"}}})
	srv := p.Serve()
	t.Cleanup(srv.Close)
	w := &world{Platform: p, clk: clk, app: app, log: &logBook{}}
	w.fly = dial(t, fly.Config{Token: secret.New("test"), FlapsURL: srv.URL, Clock: clk, Log: w.log, UserAgent: "fly-standards/test"})
	return w
}

func dial(t *testing.T, cfg fly.Config) *fly.Client {
	t.Helper()
	if cfg.Discharge == nil {
		cfg.Discharge = func(context.Context, *tokens.Tokens) error {
			t.Error("a plain token was taken to the discharge service")
			return nil
		}
	}
	if cfg.Jitter == nil {
		cfg.Jitter = func() float64 { return 0.5 }
	}
	c, err := fly.New(t.Context(), cfg, "web")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer is a client of a server that gives every request the same reply.
func answer(t *testing.T, h http.HandlerFunc) *fly.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return dial(t, fly.Config{Token: secret.New("test"), FlapsURL: srv.URL, Clock: clock.NewVirtual(epoch)})
}

func (w *world) machine(id string) *flysim.Machine {
	return w.app.AddMachine(flysim.MachineSpec{ID: id, Config: json.RawMessage(web)})
}

func (w *world) lease(t *testing.T, id string) live.Lease {
	t.Helper()
	l, err := w.fly.AcquireLease(t.Context(), id, 13*time.Second)
	fine(t, err)
	return l
}

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, want live.Kind) *live.Error {
	t.Helper()
	e, ok := err.(*live.Error)
	if !ok {
		t.Fatalf("error %v (%T), want a *live.Error of kind %q", err, err, want)
	}
	if e.Kind != want {
		t.Fatalf("error %v: kind %q, want %q", e, e.Kind, want)
	}
	return e
}

// count is how many requests the platform got whose line begins so.
func (w *world) count(prefix string) int {
	n := 0
	for _, r := range w.Requests() {
		if strings.HasPrefix(r.Line(), prefix) {
			n++
		}
	}
	return n
}
