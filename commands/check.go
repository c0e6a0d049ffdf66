package commands

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/settings"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// errFindings is the outcome of a check that found something, not a failure.
var errFindings = errors.New("there are findings")

type checkOptions struct {
	source sourceOptions
	format formatOptions
	failOn string
	next   string // the plan that says what would be done
	// suppressAll writes the baseline, prune takes out of it what is met.
	suppressAll, prune bool
	stdinFilename      string
}

func newCheckCmd(env *Env, g *global) *cobra.Command {
	o := &checkOptions{}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "List the findings only, for CI and editors",
		Long: `List what is not up to standard in fly.toml, one finding a line. It needs no
network and no token, so it says the same on every computer.

Exit codes, for every format: 0 nothing found at or above --fail-on, 1 something
found, 2 error, 3 no fly.toml.`,
		Example: `  fly-standards check
  fly-standards check --all --fail-on error
  fly-standards check --format github            annotations on a pull request
  fly-standards check --format human --format sarif --output findings.sarif`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			if err := o.source.fitsAll(cmd.Flags()); err != nil {
				return err
			}
			if o.source.config == fromStdin {
				var err error
				if o.source.buffer, err = readStdin(env, o.stdinFilename); err != nil {
					return err
				}
			}
			if o.source.all {
				return runCheckAll(cmd.Context(), env, g, o)
			}
			return runCheck(cmd.Context(), env, g, o)
		},
	}
	s, f := &o.source, cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&s.config, "config", "c", "", "`PATH` of fly.toml or its folder; - is stdin")
	f.StringVar(&o.stdinFilename, "stdin-filename", "", "with --config -: the `PATH` it stands for")
	s.addAll(f)
	f.StringVarP(&s.app, "app", "a", "", "app `NAME` (over FLY_APP and the file)")
	f.StringVarP(&s.token, "access-token", "t", "", "Fly API `TOKEN` (with --require-live)")
	f.BoolVar(&s.offline, "offline", false, "don't read the app (the default)")
	f.BoolVar(&s.requireLive, "require-live", false, "read the app too; fail if it can't be")
	f.StringSliceVar(&s.rules, "rule", nil, "only the rule `ID` (repeatable)")
	f.StringSliceVar(&s.skip, "skip", nil, "all rules but `ID` (repeatable)")
	f.StringVar(&s.settings, "settings", "", "settings `FILE` (default "+settings.Name+")")
	f.StringVar(&o.failOn, "fail-on", "warning", "lowest `SEVERITY` that fails")
	f.BoolVar(&o.suppressAll, "suppress-all", false, "accept what is found now (in a baseline file)")
	f.BoolVar(&o.prune, "prune-suppressions", false, "drop accepted findings that are fixed")
	o.format.addAll(cmd)
	return cmd
}

func (o *checkOptions) check(cmd *cobra.Command) error {
	if err := o.format.check(cmd.Flags()); err != nil {
		return err
	}
	if known := []string{"error", "warning", "info"}; !slices.Contains(known, o.failOn) {
		return notOneOf("--fail-on", o.failOn, known...)
	}
	if err := o.source.check(); err != nil {
		return err
	}
	if o.suppressAll && o.prune {
		return &usageError{message: "--suppress-all and --prune-suppressions can't be used together"}
	}
	if (o.suppressAll || o.prune) && len(o.source.rules)+len(o.source.skip) > 0 {
		return &usageError{message: "the baseline covers all rules: leave out --rule and --skip"}
	}
	if o.source.config != fromStdin && o.stdinFilename != "" {
		return &usageError{message: "--stdin-filename needs --config -"}
	}
	if o.source.config == fromStdin && (o.suppressAll || o.prune) {
		return &usageError{message: "the baseline is for a file, not for standard input"}
	}
	o.source.offline = !o.source.requireLive
	named := o.source
	if named.config == fromStdin {
		named.config = o.stdinFilename
	}
	o.next = "fly-standards plan" + named.again()
	return nil
}

func runCheck(ctx context.Context, env *Env, g *global, o *checkOptions) error {
	s, err := load(ctx, env, g, &o.source)
	if err != nil {
		return err
	}
	p, err := o.planAccepting(env, g, s)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	env.noteAll(g, s.surplus)
	d := s.document(p)
	d.Check = true
	if err := o.format.write(env, g, d, view.Options{Next: o.next}); err != nil {
		return err
	}
	if o.fails(p) {
		return errFindings
	}
	return nil
}

// fails says whether a plan has a finding that --fail-on is about.
func (o *checkOptions) fails(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Findings, func(f plan.Outcome) bool {
		return f.Outcome != plan.Ignored && view.AtLeast(f.Severity, plan.Severity(o.failOn))
	})
}

// planAccepting plans with what is in the baseline ignored, after the baseline
// was written as the flags say.
func (o *checkOptions) planAccepting(env *Env, g *global, s *source) (*plan.Plan, error) {
	known, err := s.readBaseline()
	if err != nil {
		return nil, err
	}
	if o.suppressAll || o.prune {
		p, err := s.plan(&o.source)
		if err != nil {
			return nil, err
		}
		n, err := s.writeBaseline(known, p, o.prune)
		if err != nil {
			return nil, err
		}
		env.note(g, "accepted findings in %s: %d", baselineName, n)
		if known, err = s.readBaseline(); err != nil {
			return nil, err
		}
	}
	s.accepted = known.accepts(filepath.Base(s.path))
	return s.plan(&o.source)
}
