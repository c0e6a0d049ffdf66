package commands

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/settings"
	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/plan"
)

type undoOptions struct {
	source      sourceOptions // its config, app, token, offline and maxUnavailable only
	id          string        // "": the last apply that left something
	format      formatOptions
	list, yes   bool
	waitTimeout time.Duration
}

func newUndoCmd(env *Env, g *global) *cobra.Command {
	o := &undoOptions{}
	cmd := &cobra.Command{
		Use:   "undo [ID]",
		Short: "Undo the last apply, in the file and on the app",
		Long: `Undo the last apply of this app, as carefully as it was applied: show what will
be undone and what can't be, ask, and carry it out.

fly.toml gets its previous contents; if it was edited since, only the lines of
the apply are removed. Machines get their previous values and keep their image;
machines that the apply added are destroyed. A secret that left [env] stays a
secret.

The record of an apply is on the computer that ran it. Exit codes: as for apply.`,
		Example: `  fly-standards undo
  fly-standards undo --list                 the applies on record
  fly-standards undo 20261123T120000Z       undo that one`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &usageError{message: "undo takes one id at most", hint: "`fly-standards undo --list` shows them"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.id = args[0]
			}
			if err := o.format.check(cmd.Flags()); err != nil {
				return err
			}
			if err := checkWait(cmd.Flags(), o.waitTimeout); err != nil {
				return err
			}
			if err := o.source.fitsAll(cmd.Flags()); err != nil {
				return err
			}
			if o.source.all {
				return runUndoAll(cmd.Context(), env, g, o)
			}
			return runUndo(cmd.Context(), env, g, o)
		},
	}
	cmd.ValidArgsFunction = o.completeRuns(env, g)
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&o.source.config, "config", "c", "", "`PATH` of fly.toml or its folder")
	f.StringVarP(&o.source.app, "app", "a", "", "app `NAME` (over FLY_APP and the file)")
	f.StringVarP(&o.source.token, "access-token", "t", "", "Fly API `TOKEN` (default: flyctl's login)")
	f.BoolVar(&o.source.all, "all", false, "undo the last apply --all, on every app of it")
	f.BoolVar(&o.list, "list", false, "list the applies on record")
	f.BoolVarP(&o.yes, "yes", "y", false, "don't ask")
	f.BoolVar(&o.source.offline, "offline", false, "undo fly.toml only")
	f.StringVar(&o.source.maxUnavailable, "max-unavailable", "", "`N` machines, or a fraction, down at once")
	f.StringVar(&o.source.settings, "settings", "", "settings `FILE` (default "+settings.Name+")")
	waitFlag(f, &o.waitTimeout)
	o.format.add(cmd)
	return cmd
}

func runUndo(ctx context.Context, env *Env, g *global, o *undoOptions) error {
	if err := o.source.check(); err != nil {
		return err
	}
	s, err := o.read(env)
	if err != nil {
		return err
	}
	on := s.commands(env, &plan.Plan{App: plan.AppRef{Name: s.target.AppName}})
	return about(on, o.run(ctx, env, g.about(on), s))
}

// run lists the runs, or finds the one that is meant and takes it back.
func (o *undoOptions) run(ctx context.Context, env *Env, g *global, s *source) error {
	if o.list {
		all, err := o.histories(env, g, s)
		if err != nil {
			return err
		}
		return listRuns(env, o.format.format, s.target.AppName, all)
	}
	if o.source.maxUnavailable == "" { // else nothing of them is asked
		if err := s.loadSettings(env, &o.source); err != nil {
			return err
		}
	}
	// Locked before the record is judged: a run under way has no end either.
	unlock, err := env.lock(g, s.target.AppName, "undo")
	if err != nil {
		return err
	}
	defer unlock()
	atomicfile.Sweep(s.path) // nobody else writes it now
	all, err := o.histories(env, g, s)
	if err != nil {
		return err
	}
	h, why, err := choose(all, o.id)
	if err != nil {
		return err
	}
	if why != "" {
		return o.nothing(env, g, undo.Nothing(s.target.AppName, o.world(s, h)), why)
	}
	if err := o.look(ctx, env, g, s, h); err != nil {
		return err
	}
	u := undo.New(h, o.world(s, h))
	for _, past := range h.Others { // also one that the run never came to write
		s.sweepOther(past.File)
	}
	u.Stays = append(u.Stays, goneOnFrom(all, h.ID)...)
	return o.carryOut(ctx, env, g, s, u)
}

func (o *undoOptions) world(s *source, h apply.History) undo.World {
	return undo.World{
		File: s.target.File, Path: filepath.ToSlash(s.shown), App: s.target.App, Offline: s.target.Offline, OfflineDetail: s.target.OfflineDetail,
		MaxUnavailable: o.limit(s), Tool: tool(), Other: otherFile(h, s.path), Others: otherFiles(s.path),
		Now: s.today,
	}
}

// read finds the file and the app that are meant.
func (o *undoOptions) read(env *Env) (*source, error) {
	shown, path, file, err := readFlyToml(env, o.source.config)
	if err != nil {
		return nil, err
	}
	s := &source{shown: shown, path: path, mask: maskOf(file), today: env.Clock.Now()}
	s.target.File, s.target.AppName = file, o.source.appName(env, file)
	return s, nil
}

// histories are the runs that an undo may be about. Files that name no app
// share a record, so of those only this file's own count.
func (*undoOptions) histories(env *Env, g *global, s *source) ([]apply.History, error) {
	all, err := env.histories(g, s.target.AppName)
	if s.target.AppName == "" {
		all = slices.DeleteFunc(all, func(h apply.History) bool { return otherFile(h, s.path) })
	}
	return all, err
}

// otherFile says whether the file of a run is there, and is not the one at
// path. One that is gone was moved: then the lines decide.
func otherFile(h apply.History, path string) bool {
	if h.Where == "" {
		return false
	}
	there, err := os.Stat(h.Where)
	if err != nil {
		return false
	}
	this, err := os.Stat(path)
	return err == nil && !os.SameFile(there, this)
}

// look reads the app, when the run touched it.
func (o *undoOptions) look(ctx context.Context, env *Env, g *global, s *source, h apply.History) error {
	if len(h.Machines)+len(h.Clones)+len(h.Volumes) == 0 {
		s.target.Offline = plan.OfflineUnasked
		return nil
	}
	c, why, err := connect(ctx, env, g, &o.source, s.target.AppName)
	if err != nil {
		return err
	}
	if why.kind != "" && !o.source.offline {
		return &usageError{
			message: fmt.Sprintf("the apply changed machines of %s, which can't be reached: %s; nothing was changed", s.target.AppName, why),
			hint:    howToGoLive(why.kind) + " --offline undoes fly.toml only.",
		}
	}
	if s.target.Offline, s.target.OfflineDetail = why.kind, why.detail; why.kind != "" {
		return nil
	}
	s.client = c
	s.target.App, err = c.Snapshot(ctx)
	return err
}

func (o *undoOptions) limit(s *source) string {
	a := applyOptions{source: o.source, waitTimeout: o.waitTimeout}
	return a.deps(s).MaxUnavailable
}

func (o *undoOptions) carryOut(ctx context.Context, env *Env, g *global, s *source, u *undo.Undo) error {
	if u.Settled {
		// Settled was said of the run alone; it may have gone on from another.
		told := append([]string{"everything is as it was before the apply of " + when(u.Of.At)}, u.Stays...)
		return o.nothing(env, g, u, strings.Join(told, ". "))
	}
	if err := o.preview(env, g, s, u); err != nil {
		return err
	}
	if !u.Plan.Changes() {
		return o.finish(env, g, s, u, noReport(u), nil)
	}
	if !o.yes {
		if err := ask(ctx, env, "Undo this?", "`fly-standards undo --yes` undoes it without asking"); err != nil {
			return err
		}
	}
	d, end := runDeps(env, g, s, u.Plan.App.Name, apply.Options{MaxUnavailable: o.limit(s), WaitTimeout: waitTimeout(o.waitTimeout, s.target.File)})
	report, err := apply.Undo(ctx, u.Plan, u.Of.ID, u.Partly, d)
	end() // the last of the progress comes before the result
	if finishErr := o.finish(env, g, s, u, report, err); err == nil && !isClosedPipe(finishErr) {
		err = finishErr
	}
	return err
}
