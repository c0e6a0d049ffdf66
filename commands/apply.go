package commands

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

type applyOptions struct {
	source      sourceOptions
	format      formatOptions
	plan        string // file; "": make one
	yes         bool
	noRollback  bool
	waitTimeout time.Duration
	batch       string // of one `apply --all`
}

func newApplyCmd(env *Env, g *global) *cobra.Command {
	o := &applyOptions{}
	cmd := &cobra.Command{
		Use:   "apply [PLANFILE]",
		Short: "Make the plan, show it, ask, and carry it out",
		Long: `Make the plan (or take a saved one), show it, ask, and carry it out: store
secrets, edit fly.toml, update the machines. The first machine goes alone; one
that doesn't become healthy is rolled back, and the rest are left as they were.
Ctrl-C finishes the current machine and stops.

Exit codes: 0 done; 1 error or declined, nothing changed; 3 no fly.toml or plan
stale, nothing changed; 4 stopped part-way, rolled back, or done without a new
health check; 130 interrupted.`,
		Example: `  fly-standards apply
  fly-standards apply --yes --allow review   also what needs review, unasked
  fly-standards apply --regions lhr          one more machine in London
  fly-standards apply plan.json              a plan saved with plan --out`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &usageError{message: "apply takes one plan file at most"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.format.check(cmd.Flags()); err != nil {
				return err
			}
			if err := checkWait(cmd.Flags(), o.waitTimeout); err != nil {
				return err
			}
			if len(args) == 1 {
				o.plan = args[0]
				if err := fitsPlanFile(cmd.Flags()); err != nil {
					return err
				}
			}
			if err := o.source.fitsAll(cmd.Flags()); err != nil {
				return err
			}
			if o.source.all {
				return runApplyAll(cmd.Context(), env, g, o)
			}
			return runApply(cmd.Context(), env, g, o)
		},
	}
	o.source.add(cmd.Flags())
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "don't ask")
	cmd.Flags().BoolVar(&o.noRollback, "no-rollback", false, "keep the machines that became healthy")
	waitFlag(cmd.Flags(), &o.waitTimeout)
	o.format.add(cmd)
	return cmd
}

// fitsPlanFile refuses flags that would have made another plan: they would be
// ignored, and the user would believe otherwise.
func fitsPlanFile(f *pflag.FlagSet) error {
	for _, name := range []string{"app", "allow", "regions", "rule", "skip", "settings", "offline", "no-restart", "probe"} {
		if flag := f.Lookup(name); typed(flag) {
			return &usageError{
				message: fmt.Sprintf("--%s has no effect on a saved plan", name),
				hint:    "make the plan again with it: `fly-standards plan --" + name + " ... --out FILE`",
			}
		}
	}
	return nil
}

func runApply(ctx context.Context, env *Env, g *global, o *applyOptions) error {
	s, p, err := o.prepare(ctx, env, g)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	on := s.commands(env, p)
	return about(on, o.run(ctx, env, g.about(on), s, p))
}

// run shows a plan, asks and carries it out.
func (o *applyOptions) run(ctx context.Context, env *Env, g *global, s *source, p *plan.Plan) error {
	env.noteAll(g, s.surplus)
	if err := o.preview(env, g, s, p); err != nil {
		return err
	}
	if !p.Changes() {
		// One that was killed behind its last write left nothing to do, and
		// nobody who watched the machine.
		env.noteUnfinished(g, p.App.Name)
		s.sweepAfter(env, p.App.Name)
		return o.finish(env, g, s, p, apply.Nothing(p), nil)
	}
	if apply.CantUndoFile(p, apply.Deps{File: apply.OnDisk(s.path), Secret: s.mask.Hides}) {
		env.note(g, "`fly-standards undo` will not be able to bring %s back: the record of this edit would hold a secret value. Commit the file first.", s.shown)
	}
	unlock, err := env.lock(g, p.App.Name, "apply")
	if err != nil {
		return err
	}
	defer unlock()
	s.sweep(p)
	if !o.yes {
		if err := o.confirm(ctx, env, p); err != nil {
			return err
		}
	}
	report, err := carryOut(ctx, env, g, s, p, o.deps(s))
	if finishErr := o.finish(env, g, s, p, report, err); err == nil && !isClosedPipe(finishErr) {
		err = finishErr // what was done matters more than who still listens
	}
	return err
}

// prepare makes the plan, or reads the saved one.
func (o *applyOptions) prepare(ctx context.Context, env *Env, g *global) (*source, *plan.Plan, error) {
	if o.plan == "" {
		s, err := load(ctx, env, g, &o.source)
		if err != nil {
			return nil, nil, err
		}
		p, err := s.plan(&o.source)
		if err != nil {
			return nil, nil, err
		}
		return s, p, nil
	}
	if err := o.source.check(); err != nil {
		return nil, nil, err
	}
	p, err := readPlan(env.abs(o.plan), o.plan)
	if err != nil {
		return nil, nil, err
	}
	s, stale := planSource(env, p, o.source.config)
	switch {
	case stale != "" && s.path == "":
		return nil, nil, &noFileError{stale + "; nothing was changed"}
	case stale != "":
		return nil, nil, &apply.StaleError{Moved: []apply.Moved{{Thing: "file", Name: s.shown, Why: "it was changed since the plan was made"}}}
	case p.Offline != "" && o.source.requireLive:
		return nil, nil, &usageError{message: "the plan was made without the app (" + p.Offline.Why(p.OfflineDetail) + "), so it edits the file only (--require-live)"}
	}
	s, err = o.again(ctx, env, g, p)
	return s, p, err
}

// preview shows the plan before it is asked for. With JSON stdout is for the
// one object at the end, so the preview goes to stderr, when somebody has to
// answer.
func (o *applyOptions) preview(env *Env, g *global, s *source, p *plan.Plan) error {
	if o.format.format != "json" {
		return s.show(env, g, p)
	}
	if o.yes || !p.Changes() {
		return nil
	}
	aside := *env
	aside.Stdout, aside.StdoutTTY = env.Stderr, env.StderrTTY
	return s.show(&aside, g, p)
}

func (o *applyOptions) deps(s *source) apply.Options {
	limit := o.source.maxUnavailable
	if limit == "" {
		limit = s.target.Settings.MaxUnavailable
	}
	if limit == "" && s.target.File != nil {
		limit = fileMaxUnavailable(s.target.File)
	}
	return apply.Options{
		MaxUnavailable: limit, WaitTimeout: waitTimeout(o.waitTimeout, s.target.File), NoRollback: o.noRollback, NoRestart: o.source.noRestart, Batch: o.batch,
	}
}

// finish writes the end of the document: what was done, what was not, and
// what is left for a person.
func (o *applyOptions) finish(env *Env, g *global, s *source, p *plan.Plan, r apply.Report, failed error) error {
	r.File.Path = filepath.ToSlash(r.File.Path)
	if o.format.format == "json" {
		return view.ResultJSON(env.Stdout, p, r, failed)
	}
	return view.Result(env.Stdout, p, r, view.Options{
		Width: env.width(), Color: env.color(env.StdoutTTY, g.noColor), Verbose: g.verbose, On: s.commands(env, p),
		Earlier: env.cutOffBefore(p.App.Name, r.Journal),
	})
}
