package commands

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/pflag"

	"github.com/fly-standards/fly-standards/internal/repo"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// addAll is the flag for every fly*.toml at once.
func (o *sourceOptions) addAll(f *pflag.FlagSet) {
	f.BoolVar(&o.all, "all", false, "all Fly configurations below this folder")
}

// fitsAll refuses what is about one file. Each file names its own app there,
// whatever FLY_APP says.
func (o *sourceOptions) fitsAll(f *pflag.FlagSet) error {
	for _, name := range []string{"config", "app", "out"} {
		if flag := f.Lookup(name); o.all && flag != nil && flag.Value.String() != "" {
			return &usageError{message: "--all and --" + name + " can't be used together: --" + name + " is about one file"}
		}
	}
	return nil
}

// configs are the files that --all means.
func (o *sourceOptions) configs(ctx context.Context, env *Env, repos *repo.Repositories) ([]string, error) {
	found, err := repos.Configs(ctx, env.Dir)
	if err == nil && len(found) == 0 {
		err = &noFileError{"there is no fly.toml in this folder or below it that git does not ignore"}
	}
	return found, err
}

// one are the options for one of the files.
func (o *sourceOptions) one(file string) *sourceOptions {
	single := *o
	single.config = filepath.FromSlash(file)
	single.regions, single.allow = slices.Clone(o.regions), slices.Clone(o.allow)
	return &single
}

// builder makes the plan of what was read.
type builder func(*source, *sourceOptions) (*plan.Plan, error)

// planAll plans for every file. One that can't be planned for keeps none of
// the others from it; it is told of at once, and failed says so in the end.
//
// Without the app the files are read side by side: nothing is changed, and
// nobody else's limits are in the way.
func planAll(ctx context.Context, env *Env, g *global, o *sourceOptions, build builder) ([]view.Part, []plan.FileError, error) {
	repos := new(repo.Repositories)
	files, err := o.configs(ctx, env, repos)
	if err != nil {
		return nil, nil, err
	}
	quiet := *g
	quiet.quiet = true // what every file would say again is said once, below
	with := *o
	with.scan = repos.Scan // each repository is read once
	var parts []view.Part
	var failed []plan.FileError
	offline := plan.Offline("")
	one := func(file string) planned {
		return planOne(ctx, env, &quiet, with.one(file), build)
	}
	next := sideBySide(files, one, o.offline && !o.writes)
	for i, file := range files {
		got := next(i)
		part, err := got.part, got.err
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			if own, ignored := new(configError), new(plan.IgnoreError); !errors.As(err, &own) && !errors.As(err, &ignored) {
				err = fmt.Errorf("%s: %w", file, err) // a fault of the app, or of the settings
			}
			failed = append(failed, plan.FileError{File: file, Error: err.Error()})
			env.report(err, view.Style{Color: env.color(env.StderrTTY, g.noColor)})
			continue
		}
		one := g.about(got.on)
		env.noteAll(one, got.surplus)
		env.noteUnfinished(one, part.Plan.App.Name)
		if why := part.Plan.Offline; why != "" && !o.offline && why != offline {
			env.note(g, "%s: planning for %s alone. %s", why.Why(part.Plan.OfflineDetail), file, howToGoLive(why))
			offline = why
		}
		parts = append(parts, part)
	}
	return parts, failed, nil
}

// planned is the plan for one of several files.
type planned struct {
	part    view.Part
	surplus []string // notes, as those of a source
	on      view.Commands
	err     error
}

// sideBySide gives the plan of each file, in any order that it is asked for:
// made when it is asked for, or all of them by as many workers as there are
// processors.
func sideBySide(files []string, one func(string) planned, together bool) func(int) planned {
	workers := min(runtime.GOMAXPROCS(0), len(files))
	if !together || workers < 2 {
		return func(i int) planned { return one(files[i]) }
	}
	out := make([]planned, len(files))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				out[i] = one(files[i])
			}
		})
	}
	wg.Wait()
	return func(i int) planned { return out[i] }
}

func planOne(ctx context.Context, env *Env, g *global, o *sourceOptions, build builder) planned {
	s, err := load(ctx, env, g, o)
	if err != nil {
		return planned{err: err}
	}
	p, err := build(s, o)
	if err != nil {
		return planned{err: err}
	}
	return planned{part: s.part(p), surplus: s.surplus, on: s.commands(env, p)}
}

// incomplete is the error after the document, when it lacks a file.
func incomplete(parts []view.Part, failed []plan.FileError, done string) error {
	if len(failed) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d files could not be %s", len(failed), len(parts)+len(failed), done)
}

// runPlanAll is runPlan for every file.
func runPlanAll(ctx context.Context, env *Env, g *global, o *planOptions) error {
	parts, failed, err := planAll(ctx, env, g, &o.source, (*source).plan)
	if err != nil {
		return err
	}
	d := view.Document{Tool: tool(), Parts: parts, Failed: failed, Several: true}
	err = o.format.write(env, g, d, view.Options{Next: o.next, More: o.more})
	if err == nil {
		err = incomplete(parts, failed, "planned")
	}
	changes := slices.ContainsFunc(parts, func(part view.Part) bool { return part.Plan.Changes() })
	if err == nil && o.detailedExitCode && changes {
		return errChanges
	}
	return err
}

// runCheckAll is runCheck for every file.
func runCheckAll(ctx context.Context, env *Env, g *global, o *checkOptions) error {
	accepting := func(s *source, single *sourceOptions) (*plan.Plan, error) {
		one := *o
		one.source = *single
		return one.planAccepting(env, g, s)
	}
	o.source.writes = o.suppressAll || o.prune // one list for all files
	parts, failed, err := planAll(ctx, env, g, &o.source, accepting)
	if err != nil {
		return err
	}
	d := view.Document{Tool: tool(), Parts: parts, Failed: failed, Several: true, Check: true}
	err = o.format.write(env, g, d, view.Options{Next: o.next})
	if err == nil {
		err = incomplete(parts, failed, "checked")
	}
	if err == nil && slices.ContainsFunc(parts, func(part view.Part) bool { return o.fails(part.Plan) }) {
		return errFindings
	}
	return err
}

// runApplyAll is runApply for one file after the other. The first one that is
// not carried out to its end is the last: what is wrong there may be wrong for
// the next app too.
func runApplyAll(ctx context.Context, env *Env, g *global, o *applyOptions) error {
	if o.format.format == "json" {
		return &usageError{"apply --all has no JSON document", "apply one file at a time: fly-standards apply --config FILE --json"}
	}
	if o.plan != "" {
		return &usageError{message: "--all and a saved plan can't be used together: the plan is for one file"}
	}
	files, err := o.source.configs(ctx, env, new(repo.Repositories))
	if err != nil {
		return err
	}
	batch := env.Clock.Now().UTC().Format("20060102T150405Z-") + rand.Text()[:8]
	return oneByOne(env, g, files, func(i int) error {
		one := *o
		one.source, one.batch = *o.source.one(files[i]), batch
		return runApply(ctx, env, g, &one)
	})
}

// oneByOne does one file after the other, until one of them fails.
func oneByOne(env *Env, g *global, files []string, do func(i int) error) error {
	for i, file := range files {
		if i > 0 {
			_, _ = fmt.Fprintln(env.Stdout)
		}
		env.note(g, "%s (%d of %d)", file, i+1, len(files))
		if err := do(i); err != nil {
			if rest := files[i+1:]; len(rest) > 0 {
				env.note(g, "not started: %s", strings.Join(rest, ", "))
			}
			return err
		}
	}
	return nil
}
