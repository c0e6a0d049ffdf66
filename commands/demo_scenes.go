package commands

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/view"
)

//go:embed demo_broken
var brokenFiles embed.FS

// scene is a sample app: its files, and how it runs.
type scene struct {
	files    fs.FS
	scenario func() flysim.Scenario
}

// sceneNames are what --scene takes.
func sceneNames() []string { return []string{"shop", "broken"} }

// sceneOf is the sample app of a name.
func sceneOf(name string) (scene, error) {
	files, folder, scenario := demoFiles, "demo", demoScenario
	switch {
	case name == "broken":
		files, folder, scenario = brokenFiles, "demo_broken", brokenScenario
	case !slices.Contains(sceneNames(), name):
		return scene{}, notOneOf("--scene", name, sceneNames()...)
	}
	sub, err := fs.Sub(files, folder)
	return scene{sub, scenario}, err
}

// brokenScenario is an app on a bad day: one machine of the web group fails its
// check, one runs an image of long ago, and the only worker is stopped.
func brokenScenario() flysim.Scenario {
	const web = `{
		"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 512}, "metadata": {"fly_release_version": "RELEASE"},
		"init": {"cmd": ["node", "server.js", "--port", "8080"]},
		"services": [{
			"protocol": "tcp", "internal_port": 8080, "autostop": "off", "autostart": true,
			"checks": [{"type": "http", "port": 8080, "method": "GET", "path": "/healthz", "interval": "15s", "timeout": "5s", "grace_period": "10s"}],
			"ports": [{"port": 80, "handlers": ["http"], "force_https": true}, {"port": 443, "handlers": ["http", "tls"]}]
		}]
	}`
	const worker = `{"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 512}, "metadata": {"fly_release_version": "41"},
		"init": {"cmd": ["node", "jobs/worker.js"]}, "restart": {"policy": "always"}}`
	machine := func(id, release string) flysim.MachineSpec {
		return flysim.MachineSpec{
			ID: id, Region: "iad", Group: "web", Image: "registry.fly.io/toy-shop:deployment-" + release,
			Config: []byte(strings.Replace(web, "RELEASE", release, 1)),
		}
	}
	return flysim.Scenario{
		App: flysim.AppSpec{
			Name: "toy-shop", Listening: []int{8080},
			Serves: []flysim.Respond{
				{Port: 8080, Path: "/healthz", Machine: "91857c30", Status: 500, Body: "database: too many connections"},
				{Port: 8080, Path: "/healthz"},
			},
		},
		IPs: []string{"66.241.124.10"},
		Machines: []flysim.MachineSpec{
			machine("4d8901a2", "41"), machine("7843e9b1", "41"), machine("91857c30", "32"),
			{ID: "d5683606", Region: "iad", Group: "worker", State: "stopped", Image: "registry.fly.io/toy-shop:deployment-41", Config: []byte(worker),
				Exits: []flysim.Exit{{Ago: flysim.Span(40 * time.Minute), Requested: true}}},
		},
	}
}

// showScene plans for a sample app, and changes nothing of it.
func showScene(ctx context.Context, env *Env, g *global, clk clock.Clock, name string) error {
	sc, err := sceneOf(name)
	if err != nil {
		return err
	}
	d, err := newScene(env, clk, sc)
	if err != nil {
		return fmt.Errorf("set up the demo: %w", err)
	}
	defer d.end()
	st := view.Style{Color: env.color(env.StdoutTTY, g.noColor)}
	_ = view.Paragraph(env.Stdout, "A sample app on a bad day, on a simulated Fly.io inside this process: no account, no network.", env.width())
	_, _ = fmt.Fprintf(env.Stdout, "\n%s\n\n", st.Prompt("fly-standards plan"))
	return runPlan(ctx, d.env, g, &planOptions{format: formatOptions{format: "human"}, next: "fly-standards apply", more: "fly-standards apply"})
}
