package commands

import (
	"context"
	"errors"
	"fmt"
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
		Short: "The findings only, for CI and editors",
		Long: `List what is not up to standard in fly.toml, one finding a line. It needs no
network and no token, so it says the same on every computer; --require-live looks
at the app too.

Exit codes, the same for every format: 0 when nothing is found at or above
--fail-on, 1 when something is, 2 for an error, 3 when there is no fly.toml.`,
		Example: `  fly-standards check
  fly-standards check --format github      annotations on the lines of a pull request
  fly-standards check --format sarif > fly.sarif
  fly-standards check --all                     every fly*.toml of the repository
  fly-standards check --fail-on error --rule config-shape`,
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
	f.StringVarP(&s.config, "config", "c", "", "`PATH` of fly.toml, or of a folder with one; - reads it\nfrom standard input")
	f.StringVar(&o.stdinFilename, "stdin-filename", "", "`PATH` that --config - is read for")
	s.addAll(f)
	f.StringVarP(&s.app, "app", "a", "", "`NAME` of the app; over FLY_APP and the file's own")
	f.StringVarP(&s.token, "access-token", "t", "", "Fly `TOKEN`, for --require-live")
	f.BoolVar(&s.offline, "offline", false, "don't look at the app; so it is without --require-live")
	f.BoolVar(&s.requireLive, "require-live", false, "look at the app too; that it can't be is an error")
	f.StringSliceVar(&s.rules, "rule", nil, "only the rule `ID` (repeatable)")
	f.StringSliceVar(&s.skip, "skip", nil, "all but the rule `ID` (repeatable)")
	f.StringVar(&s.settings, "settings", "", "`FILE` to use for "+settings.Name)
	f.StringVar(&o.failOn, "fail-on", "warning", "the least `SEVERITY` that fails: error, warning or\ninfo")
	f.BoolVar(&o.suppressAll, "suppress-all", false, "accept all that is found now: list it in\n"+baselineName+", which check ignores")
	f.BoolVar(&o.prune, "prune-suppressions", false, "take out of that list what is no longer found")
	o.format.addAll(cmd)
	return cmd
}

func (o *checkOptions) check(cmd *cobra.Command) error {
	if err := o.format.check(cmd.Flags()); err != nil {
		return err
	}
	if !slices.Contains([]string{"error", "warning", "info"}, o.failOn) {
		return &usageError{message: fmt.Sprintf("--fail-on %s: want error, warning or info", o.failOn)}
	}
	if err := o.source.check(); err != nil {
		return err
	}
	if o.suppressAll && o.prune {
		return &usageError{message: "--suppress-all and --prune-suppressions exclude each other"}
	}
	if (o.suppressAll || o.prune) && len(o.source.rules)+len(o.source.skip) > 0 {
		return &usageError{message: "the list of accepted findings is of all rules: leave --rule and --skip out"}
	}
	if o.source.config != fromStdin && o.stdinFilename != "" {
		return &usageError{message: "--stdin-filename needs --config -"}
	}
	if o.source.config == fromStdin && (o.suppressAll || o.prune) {
		return &usageError{message: "the list of accepted findings is about a file, not about standard input"}
	}
	o.source.offline = !o.source.requireLive
	o.next = "fly-standards plan" + o.source.again()
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
		env.note(g, "%d in %s", n, baselineName)
		if known, err = s.readBaseline(); err != nil {
			return nil, err
		}
	}
	s.accepted = known.accepts(filepath.Base(s.path))
	return s.plan(&o.source)
}
