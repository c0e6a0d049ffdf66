package commands

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/view"
)

//go:embed demo/fly.toml demo/server.js demo/Dockerfile
var demoFiles embed.FS

// demoSpeed is how many seconds of the simulated platform pass in one of ours.
const demoSpeed = 12

func newDemoCmd(env *Env, g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "See plan and apply on a sample app, on a simulated platform",
		Long: `Plan and apply on a sample app: three machines without a health check, and two
secrets in fly.toml. The platform is simulated inside this process and its time runs
fast, so it needs no account, touches no network and takes a few seconds.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), env, g, demoSpeed) },
	}
}

// demo is the sample app on its platform.
type demo struct {
	env *Env // as a command in the sample app's folder has it
	app *flysim.App
	sim *flysim.Platform
	end func()
}

func runDemo(ctx context.Context, env *Env, g *global, speed int) error {
	d, err := newDemo(env, clock.NewScaled(speed))
	if err != nil {
		return fmt.Errorf("set up the demo: %w", err)
	}
	defer d.end()
	st := view.Style{Color: env.color(env.StdoutTTY, g.noColor)}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(env.Stdout, format+"\n", args...) }

	say("A sample app on a simulated Fly.io, inside this process: no account, no network.")
	say("Its time runs %d times as fast as ours.\n", speed)
	say("%s\n", st.Prompt("fly-standards plan"))
	if err := runPlan(ctx, d.env, g, &planOptions{format: formatOptions{format: "human"}, next: "fly-standards apply"}); err != nil {
		return err
	}
	say("\n%s\n", st.Prompt("fly-standards apply --yes"))
	d.sim.Mark()
	if err := d.apply(ctx, g); err != nil {
		return err
	}
	say("\n%s\n", st.Prompt("cat fly.toml"))
	after, err := os.ReadFile(filepath.Join(d.env.Dir, "fly.toml"))
	if err != nil {
		return fmt.Errorf("read the sample app's fly.toml: %w", err)
	}
	for line := range strings.Lines(string(after)) {
		say("    %s", strings.TrimRight(line, "\r\n"))
	}
	say("\n%s", st.Heading("What the platform saw"))
	for _, line := range d.record() {
		say("  - %s", line)
	}
	say("\nYour turn: run `fly-standards plan` beside a fly.toml. It changes nothing.")
	return nil
}

// apply is `apply --yes` without the plan once more.
func (d *demo) apply(ctx context.Context, g *global) error {
	o := &applyOptions{yes: true, waitTimeout: 5 * time.Minute, format: formatOptions{format: "human"}}
	s, p, err := o.prepare(ctx, d.env, g)
	if err != nil {
		return err
	}
	report, err := carryOut(ctx, d.env, g, s, p, o.deps(s))
	if finishErr := o.finish(d.env, g, p, report, err); err == nil {
		err = finishErr
	}
	return err
}

// record is what the simulated platform itself wrote down: the proof that the
// apply kept its promises.
func (d *demo) record() []string {
	machines := d.app.Machines()
	restarts, same := 0, true
	for _, m := range machines {
		restarts += m.Record().Restarts
		same = same && m.Env()["DATABASE_URL"] == demoDatabase && !strings.Contains(string(m.Config()), demoDatabase)
	}
	out := []string{
		fmt.Sprintf("never fewer than %d of %d machines healthy, %d restarts", d.app.MinHealthy("app"), len(machines), restarts),
		"secrets: " + strings.Join(d.app.SecretNames(), ", "),
	}
	if same {
		out = append(out, "every process still finds the same DATABASE_URL, now from the secret")
	}
	if len(d.sim.HeldLeases()) == 0 {
		out = append(out, "no lease was left behind")
	}
	return out
}

// newDemo puts the sample app into a folder of its own and starts its
// platform.
func newDemo(env *Env, clk clock.Clock) (*demo, error) {
	dir, err := os.MkdirTemp("", "fly-standards-demo-")
	if err != nil {
		return nil, err
	}
	if err := writeDemoFiles(dir); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	sim := flysim.New(clk)
	app, err := sim.Load(demoScenario())
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	server := sim.Serve()
	inside := *env
	inside.Dir, inside.Home, inside.Clock, inside.Transport = dir, dir, clk, nil
	inside.Getenv = func(name string) (string, bool) {
		switch name {
		case "FLY_FLAPS_BASE_URL", "FLY_API_BASE_URL":
			return server.URL, true
		case "FLY_API_TOKEN":
			return "demo", true
		case "XDG_STATE_HOME", "LOCALAPPDATA":
			return filepath.Join(dir, ".state"), true
		case "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "CI":
			return env.Getenv(name)
		}
		return "", false
	}
	return &demo{env: &inside, app: app, sim: sim, end: func() {
		server.Close()
		_ = os.RemoveAll(dir)
	}}, nil
}

func writeDemoFiles(dir string) error {
	entries, err := demoFiles.ReadDir("demo")
	if err != nil {
		return err
	}
	for _, e := range entries {
		b, err := demoFiles.ReadFile("demo/" + e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

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
				{"port": 80, "handlers": ["http"], "force_https": true},
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
