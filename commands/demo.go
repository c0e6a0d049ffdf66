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

//go:embed demo
var demoFiles embed.FS

// demoSpeed is how many seconds of the simulated platform pass in one of ours.
// Faster, and a computer that is busy for a second loses a lease of 13.
const demoSpeed = 10

func newDemoCmd(env *Env, g *global) *cobra.Command {
	scene := "shop"
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try plan, apply and undo on a sample app",
		Long: `Try plan, apply and undo on a sample app: three machines without a health check,
two secrets in fly.toml, and keys that flyctl rejects or ignores. The platform
is simulated inside this process: no account, no network, a few seconds.

--scene broken shows the plan of an app on a bad day: a check that fails, a
stopped worker, machines with different images, a file that two apps use.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if scene != "shop" {
				return showScene(cmd.Context(), env, g, clock.NewScaled(demoSpeed), scene)
			}
			return runDemo(cmd.Context(), env, g, clock.NewScaled(demoSpeed))
		},
	}
	cmd.Flags().StringVar(&scene, "scene", scene, "the sample `APP`: shop or broken")
	return cmd
}

// demo is the sample app on its platform.
type demo struct {
	env *Env // as a command in the sample app's folder has it
	app *flysim.App
	sim *flysim.Platform
	end func()
}

func runDemo(ctx context.Context, env *Env, g *global, clk clock.Clock) error {
	d, err := newDemo(env, clk)
	if err != nil {
		return fmt.Errorf("set up the demo: %w", err)
	}
	defer d.end()
	st := view.Style{Color: env.color(env.StdoutTTY, g.noColor)}
	say := func(text string) { _ = view.Paragraph(env.Stdout, text, env.width()) }
	prompt := func(command string) { _, _ = fmt.Fprintf(env.Stdout, "\n%s\n\n", st.Prompt(command)) }

	say("A sample app on a simulated Fly.io inside this process: no account, no network.")
	say(fmt.Sprintf("Its clock runs %d times as fast as yours.", demoSpeed))
	prompt("fly-standards plan")
	if err := runPlan(ctx, d.env, g, &planOptions{format: formatOptions{format: "human"}, next: "fly-standards apply", more: "fly-standards apply"}); err != nil {
		return err
	}
	prompt("fly-standards apply --yes")
	d.sim.Mark()
	if err := d.apply(ctx, g); err != nil {
		return d.cutShort(ctx, say, err)
	}
	prompt("cat fly.toml")
	after, err := d.file()
	if err != nil {
		return err
	}
	for line := range strings.Lines(after) {
		_, _ = fmt.Fprintln(env.Stdout, strings.TrimRight("    "+line, " \r\n"))
	}
	prompt("fly-standards undo --yes")
	if err := d.undo(ctx, g); err != nil {
		return d.cutShort(ctx, say, err)
	}
	_, _ = fmt.Fprintf(env.Stdout, "\n%s\n", st.Heading("What the platform saw"))
	for _, line := range d.record() {
		_ = view.Item(env.Stdout, line, env.width())
	}
	_, _ = fmt.Fprintln(env.Stdout)
	say("Your turn: run `fly-standards plan` beside a fly.toml. It changes nothing.")
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
	if finishErr := o.finish(d.env, g, s, p, report, err); err == nil {
		err = finishErr
	}
	return err
}

// cutShort tells whoever pressed Ctrl-C that there is nothing to go on with.
func (*demo) cutShort(ctx context.Context, say func(string), err error) error {
	if ctx.Err() != nil {
		say("This was the demo: its app and its files are gone, and nothing else was touched.")
	}
	return err
}

// undo is `undo --yes`.
func (d *demo) undo(ctx context.Context, g *global) error {
	return runUndo(ctx, d.env, g, &undoOptions{yes: true, waitTimeout: 5 * time.Minute})
}

// file is fly.toml as it is now.
func (d *demo) file() (string, error) {
	b, err := os.ReadFile(filepath.Join(d.env.Dir, "fly.toml"))
	if err != nil {
		return "", fmt.Errorf("read the sample app's fly.toml: %w", err)
	}
	return string(b), nil
}

// newDemo puts the sample app into a folder of its own and starts its
// platform.
func newDemo(env *Env, clk clock.Clock) (*demo, error) {
	shop, err := sceneOf("shop")
	if err != nil {
		return nil, err
	}
	return newScene(env, clk, shop)
}

func newScene(env *Env, clk clock.Clock, sc scene) (*demo, error) {
	dir, err := os.MkdirTemp("", "fly-standards-demo-")
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(dir, sc.files); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	sim := flysim.New(clk)
	app, err := sim.Load(sc.scenario())
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
