package fixers_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// TestMovedVersionIsRefused updates one machine of each plan behind its back:
// apply must refuse it whole.
func TestMovedVersionIsRefused(t *testing.T) {
	tried := 0
	for _, f := range fixtures(t) {
		var id string
		for _, s := range f.plan(t).Steps {
			if s.Kind == plan.StepMachine {
				id = s.Machine.ID
			}
		}
		if id == "" {
			continue
		}
		tried++
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			src, _ := f.file("fly.toml")
			w := f.world(t, src)
			p, _ := w.plan(t)
			w.app.Machine(id).Update(func(cfg map[string]any) { cfg["touched"] = true })
			w.settle()
			before := len(w.platform.Writes())
			err := w.apply(t, p)
			var stale *apply.StaleError
			if !errors.As(err, &stale) {
				t.Fatalf("apply: %v; want a *StaleError", err)
			}
			if writes := w.platform.Writes(); len(writes) != before {
				t.Errorf("it wrote %s", writes[before].Line())
			}
			if !bytes.Equal(w.read(t), src) {
				t.Error("it changed fly.toml")
			}
		})
	}
	if tried < 5 {
		t.Errorf("only %d fixtures have a machine step", tried)
	}
}

// BenchmarkPlan plans a file of the usual size offline, all rules.
func BenchmarkPlan(b *testing.B) {
	src := []byte(benchToml)
	b.ReportAllocs()
	for b.Loop() {
		file, err := flytoml.Parse("fly.toml", src)
		if err != nil {
			b.Fatal(err)
		}
		p, err := plan.Build(plan.Target{File: file, Offline: plan.OfflineNoToken}, fixers.All(), plan.Options{FilePath: "fly.toml"})
		if err != nil || !p.Changes() {
			b.Fatal("nothing planned", err)
		}
	}
}

const benchToml = `# A usual file.
app = "shop"
primary_region = "iad"

[build]
  dockerfile = "Dockerfile"

[env]
  PORT = "8080"
  LOG_LEVEL = "info"
  DATABASE_URL = "postgres://shop:not-a-real-one@db.internal:5432/shop"

[[mounts]]
  source = "data"
  destination = "/data"

[http_service]
  internal_port = 8080
  force_https = true
  auto_stop_machines = "stop"
  auto_start_machines = true
  min_machines_running = 1
  processes = ["app"]

  [http_service.concurrency]
    type = "requests"
    soft_limit = 200
    hard_limit = 250

[[vm]]
  memory = "1gb"
  cpu_kind = "shared"
  cpus = 1
`
