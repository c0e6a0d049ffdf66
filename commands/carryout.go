package commands

import (
	"context"
	"io"
	"path/filepath"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// carryOut runs the plan, telling on stderr what happens meanwhile.
func carryOut(ctx context.Context, env *Env, g *global, s *source, p *plan.Plan, o apply.Options) (apply.Report, error) {
	d, end := runDeps(env, g, s, p.App.Name, o)
	defer end()
	d.Without = func(tried []plan.Tried) (*plan.Plan, error) {
		without := *s
		without.target.Tried = append(slices.Clone(tried), s.target.Tried...)
		return without.plan(s.with)
	}
	return apply.Run(ctx, p, d)
}

// runDeps are what a run works with. end closes the journal and the progress.
func runDeps(env *Env, g *global, s *source, app string, o apply.Options) (d apply.Deps, end func()) {
	j := journal.New(env.journals(), app, env.Clock)
	to := env.Stderr
	if g.quiet {
		to = io.Discard
	}
	progress := view.NewProgress(to, view.ProgressOptions{
		Now: env.Clock.Now, Live: env.StderrTTY && !env.ci() && !g.debug && env.env("TERM") != "dumb",
		Color: env.color(env.StderrTTY, g.noColor), Width: env.width(), Verbose: g.verbose,
	})
	d = apply.Deps{
		File: apply.OnDisk(s.path), Others: apply.OthersOnDisk(filepath.Dir(s.path), nil), Clock: env.Clock, Journal: j, Emit: progress.Event, Abort: env.Abort, Options: o,
		Secret: s.mask.Hides, Hide: s.mask.Hide,
	}
	d.LateSecrets, d.Asked = env.underWay(app)
	if env.Replay != nil {
		d.File = apply.OnDiskVia(s.path, env.Replay.FS)
		d.Others = apply.OthersOnDisk(filepath.Dir(s.path), env.Replay.FS)
		if env.Replay.Journal != nil {
			j = journal.NewVia(env.journals(), app, env.Clock, env.Replay.Journal)
			d.Journal = j
		}
	}
	if s.client != nil { // a nil *fly.Client in the interfaces would not be nil
		d.Machines, d.Secrets = s.client, s.client
	}
	return d, func() {
		progress.Close()
		_ = j.Close() // every entry was synced when it was written
		// Old records that stay are no reason to call the run a failure.
		_ = journal.Prune(env.journals(), app, keepJournals)
	}
}
