package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// demoDatabase is the value in demo/fly.toml.
const demoDatabase = "postgres://shop:not-a-real-password-1@toy-shop-db.flycast:5432/shop"

// demoScenario is the sample app as `fly deploy` left it.
func demoScenario() flysim.Scenario {
	const config = `{
		"env": {
			"PORT": "8080", "LOG_LEVEL": "info", "PRIMARY_REGION": "iad",
			"DATABASE_URL": "` + demoDatabase + `",
			"SESSION_SECRET": "an-example-not-in-use-4821"
		},
		"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 512},
		"services": [{
			"protocol": "tcp", "internal_port": 8080, "autostop": "stop", "autostart": true, "min_machines_running": 3,
			"ports": [
				{"port": 80, "handlers": ["http"]},
				{"port": 443, "handlers": ["http", "tls"]}
			]
		}]
	}`
	s := flysim.Scenario{
		App: flysim.AppSpec{
			Name: "toy-shop", Listening: []int{8080},
			Serves: []flysim.Respond{{Port: 8080, Path: "/healthz", After: time.Second}},
		},
		IPs: []string{"66.241.124.10"},
	}
	for _, id := range []string{"4d8901a2", "7843e9b1", "91857c30"} {
		s.Machines = append(s.Machines, flysim.MachineSpec{ID: id, Region: "iad", Config: []byte(config)})
	}
	return s
}

// record is what the simulated platform itself wrote down: the proof that
// apply and undo kept their promises.
func (d *demo) record() []string {
	machines := d.app.Machines()
	restarts, same := 0, true
	for _, m := range machines {
		restarts += m.Record().Restarts
		same = same && m.Env()["DATABASE_URL"] == demoDatabase && !strings.Contains(string(m.Config()), demoDatabase)
	}
	out := []string{
		fmt.Sprintf("never fewer than %d of %d machines healthy, in %d restarts", d.app.MinHealthy("app"), len(machines), restarts),
		"secrets: " + strings.Join(d.app.SecretNames(), ", "),
	}
	if same {
		out = append(out, "every process still finds the same DATABASE_URL, now from the secret")
	}
	if d.restored() {
		out = append(out, "fly.toml is what it was, byte for byte, without the two lines of the secrets")
	}
	if len(d.sim.HeldLeases()) == 0 {
		out = append(out, "no lease was left behind")
	}
	return out
}

// restored says whether fly.toml is the sample's again, the secrets apart.
func (d *demo) restored() bool {
	before, err := demoFiles.ReadFile("demo/fly.toml")
	if err != nil {
		return false
	}
	now, err := d.file()
	kept := slices.DeleteFunc(strings.SplitAfter(string(before), "\n"), func(line string) bool {
		return strings.Contains(line, "DATABASE_URL") || strings.Contains(line, "SESSION_SECRET")
	})
	return err == nil && now == strings.Join(kept, "")
}
