// Package kills runs the program as a process of its own against a simulated
// platform, and does to it what a process has to fear: SIGKILL at a chosen
// instant, signals, a second process at the same time. Nothing here waits for
// a time to pass: an instant is a request that comes in, or a change in a
// folder.
package kills

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// Program is what is run, and how fast its clock goes.
type Program struct {
	Path  string
	Speed int // 1 for the real binary, which has the real clock
}

// The variables that tell a child with a clock of its own what that clock is.
const (
	StartVar = "KILLS_CLOCK_START" // RFC 3339
	SpeedVar = "KILLS_CLOCK_SPEED"
)

// ChildClock is the clock that the variables tell of; nil without them.
func ChildClock() clock.Clock {
	start, err := time.Parse(time.RFC3339Nano, os.Getenv(StartVar))
	speed, err2 := strconv.Atoi(os.Getenv(SpeedVar))
	if err != nil || err2 != nil || speed < 1 {
		return nil
	}
	return clock.Scaled{Start: start, Speed: speed}
}

// appName is the app of every site.
const appName = "shop"

const shopToml = `# The shop.
app = "shop"
primary_region = "iad"

[env]
  PORT = "8080"
  DATABASE_URL = "postgres://shop:c4n4ry-5f1c88d2@db.internal:5432/shop"  # prod

[http_service]
  internal_port = 8080
  force_https = true
  auto_stop_machines = "off"
`

const shopServer = `const app = require("express")()
app.get("/healthz", (req, res) => res.send("ok"))
app.listen(process.env.PORT)
`

const shopMachine = `{
	"env": {"PORT": "8080", "DATABASE_URL": "postgres://shop:c4n4ry-5f1c88d2@db.internal:5432/shop"},
	"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 256},
	"services": [{"protocol": "tcp", "internal_port": 8080, "autostart": true,
		"ports": [{"port": 80, "handlers": ["http"], "force_https": true}, {"port": 443, "handlers": ["http", "tls"]}]}]
}`

// Site is a folder and an app on a platform.
type Site struct {
	Program  Program
	Dir      string // with fly.toml
	State    string // the program's state directory
	Platform *flysim.Platform
	App      *flysim.App

	clk  clock.Scaled
	gate *gate
	srv  *httptest.Server
}

// NewSite makes a site with that many machines below dir, which must be empty.
func NewSite(dir string, p Program, machines int) (*Site, error) {
	s := &Site{
		Program: p, Dir: filepath.Join(dir, "app"), State: filepath.Join(dir, "state"), clk: clock.NewScaled(p.Speed),
	}
	for _, d := range []string{s.Dir, s.journals()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	for name, text := range map[string]string{"fly.toml": shopToml, "server.js": shopServer} {
		if err := os.WriteFile(filepath.Join(s.Dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	s.Platform = flysim.New(s.clk, flysim.Options{Token: "test"})
	s.App = s.Platform.AddApp(flysim.AppSpec{Name: appName, Listening: []int{8080}, Serves: []flysim.Respond{{Path: "/healthz"}}})
	for i := range machines {
		s.App.AddMachine(flysim.MachineSpec{ID: fmt.Sprintf("148e000%x", i), Region: "iad", Config: json.RawMessage(shopMachine)})
	}
	s.gate = &gate{platform: s.Platform}
	s.srv = httptest.NewServer(s.gate)
	return s, nil
}

// Close ends the platform.
func (s *Site) Close() {
	s.srv.CloseClientConnections()
	s.srv.Close()
}

// journals is the folder of the app's records.
func (s *Site) journals() string {
	return journal.Dir(filepath.Join(s.State, "fly-standards"), appName)
}

// gate stands before the platform and lets a test act at a request.
type gate struct {
	platform http.Handler
	hook     hook
}

// At has do called with the number of each request from now on, from 1. What
// it gives says what becomes of the request. It may block: then the program
// waits for its answer. Requests may come side by side.
func (s *Site) At(do func(n int, r *http.Request) Fate) { s.gate.hook.set(do) }

// Requests is how many came in since At.
func (s *Site) Requests() int { return s.gate.hook.count() }

// Fate is what becomes of a request.
type Fate int

// The fates.
const (
	Served     Fate = iota
	Unanswered      // the platform does not get it from the gate, and it has no answer
)

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.hook.call(r) == Unanswered {
		panic(http.ErrAbortHandler) // closes the connection without a word
	}
	g.platform.ServeHTTP(w, r)
}
