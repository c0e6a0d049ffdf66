package commands

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

type planOptions struct {
	source           sourceOptions
	format           formatOptions
	out              string
	detailedExitCode bool
	next             string // the command that applies this plan
	more             string // the one that takes further flags
}

func newPlanCmd(env *Env, g *global) *cobra.Command {
	o := &planOptions{}
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what would change, in fly.toml and on the app",
		Long: `Show what would change to bring the app up to standard: fly.toml as a diff, and
the machines, secrets and regions it touches. Changes nothing. Without a token
it plans for the file alone.

Exit codes: 0 done, 1 error, 3 no fly.toml; with --detailed-exitcode, 2 if apply
would change something.`,
		Example: `  fly-standards plan
  fly-standards plan -c deploy/fly.staging.toml -a my-app-staging
  fly-standards plan --out plan.json
  fly-standards plan --format markdown           as a pull request comment`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.format.check(cmd.Flags()); err != nil {
				return err
			}
			switch {
			case o.out == stdout:
				return &usageError{"--out -: a saved plan is a file, which apply reads again", "--json writes the plan on standard output"}
			case o.out != "" && o.format.writes(o.out):
				return &usageError{message: "--out and --output name the same file, " + o.out}
			}
			o.next, o.more = nextCommand(cmd.Flags(), o.out), nextCommand(cmd.Flags(), "")
			if err := o.source.fitsAll(cmd.Flags()); err != nil {
				return err
			}
			if o.source.all {
				return runPlanAll(cmd.Context(), env, g, o)
			}
			return runPlan(cmd.Context(), env, g, o)
		},
	}
	o.source.add(cmd.Flags())
	cmd.Flags().StringVar(&o.out, "out", "", "save the plan to `FILE`, for apply")
	cmd.Flags().BoolVar(&o.detailedExitCode, "detailed-exitcode", false, "exit 2 if apply would change something")
	o.format.addAll(cmd)
	return cmd
}

func runPlan(ctx context.Context, env *Env, g *global, o *planOptions) error {
	s, err := load(ctx, env, g, &o.source)
	if err != nil {
		return err
	}
	p, err := s.plan(&o.source)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	g = g.about(s.commands(env, p))
	env.noteAll(g, s.surplus)
	env.noteUnfinished(g, p.App.Name)
	if o.out != "" {
		p.Asked = o.source.asked()
		if err := savePlan(env.abs(o.out), o.out, s.path, p); err != nil {
			return err
		}
		env.note(g, "plan saved in %s", o.out)
	}
	if err := o.format.write(env, g, s.document(p), view.Options{Next: o.next, More: o.more}); err != nil {
		return err
	}
	if o.detailedExitCode && p.Changes() {
		return errChanges
	}
	return nil
}

// document is a plan of one file.
func (s *source) document(p *plan.Plan) view.Document {
	return view.Document{Tool: p.Tool, Parts: []view.Part{s.part(p)}}
}

func (s *source) part(p *plan.Plan) view.Part {
	part := view.Part{Plan: p, File: s.target.File, Mask: s.mask}
	if part.File != nil { // else nothing is known of what stands around it
		part.Other = otherFiles(s.path) // the source itself is large, and of no use any more
	}
	return part
}

// show writes the plan for a person.
func (s *source) show(env *Env, g *global, p *plan.Plan) error {
	return unseen(view.Write(env.Stdout, "human", s.document(p), view.Options{
		Width: env.width(), Color: env.color(env.StdoutTTY, g.noColor), Verbose: g.verbose,
	}))
}

// unseen is the error of a plan that nobody could read before it is carried
// out: then it is not.
func unseen(err error) error {
	if isClosedPipe(err) {
		return &usageError{message: "the plan could not be shown: stdout was closed; nothing was changed"}
	}
	return err
}

// nextCommand is the apply that carries this very plan out: the saved file,
// or the same flags again. The token is never repeated.
func nextCommand(f *pflag.FlagSet, out string) string {
	words := []string{"fly-standards", "apply"}
	if out != "" {
		return strings.Join(append(words, quoteArg(out)), " ")
	}
	leaveOut := map[string]bool{
		"access-token": true, "detailed-exitcode": true, "format": true, "output": true, "json": true,
		"no-color": true, "verbose": true, "debug": true, "quiet": true, "out": true,
	}
	f.VisitAll(func(flag *pflag.Flag) {
		if !typed(flag) || leaveOut[flag.Name] {
			return
		}
		words = append(words, "--"+flag.Name)
		if flag.Value.Type() == "bool" {
			return
		}
		value := flag.Value.String()
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			value = strings.Join(list.GetSlice(), ",")
		}
		words = append(words, quoteArg(value))
	})
	return strings.Join(words, " ")
}

// commands are the flags that another command needs to mean the file and the
// app of this one.
func (s *source) commands(env *Env, p *plan.Plan) view.Commands {
	flags := ""
	if file := filepath.ToSlash(s.shown); file != "fly.toml" {
		flags += " --config " + quoteArg(file)
	}
	if s.target.File != nil && p.App.Name != "" && appName(env, "", s.target.File) != p.App.Name {
		flags += " --app " + quoteArg(p.App.Name)
	}
	return view.Commands{Same: flags, App: p.App.Name}
}

// quoteArg quotes a word for a POSIX shell where it needs that.
func quoteArg(s string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./,:=@%+", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !safe(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
