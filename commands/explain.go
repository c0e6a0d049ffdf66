package commands

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

func newExplainCmd(env *Env, g *global) *cobra.Command {
	o, format := &sourceOptions{offline: true}, &formatOptions{}
	cmd := &cobra.Command{
		Use:   "explain RULE",
		Short: "Explain a rule: why, how to fix it, how to ignore it",
		Long: `Explain a rule: why it matters, what the platform does, how to fix it yourself,
how to ignore it. Next to a fly.toml it also shows what the rule finds there.`,
		Example: `  fly-standards explain health-checks
  fly-standards rules                      list the rules`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{"explain takes one rule", "`fly-standards rules` lists them"}
			}
			return nil
		},
		ValidArgsFunction: once(completeRules),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := format.check(cmd.Flags()); err != nil {
				return err
			}
			return runExplain(cmd.Context(), env, g, o, format.format, args[0])
		},
	}
	cmd.Flags().StringVarP(&o.config, "config", "c", "", "`PATH` of fly.toml or its folder")
	cmd.Flags().StringVar(&o.settings, "settings", "", "settings `FILE` (default .fly-standards.toml)")
	format.add(cmd)
	return cmd
}

func runExplain(ctx context.Context, env *Env, g *global, o *sourceOptions, format, id string) error {
	all := fixers.All()
	if err := plan.KnownRule(id, all); err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(f plan.Fixer) bool { return f.ID == id })
	look := view.Options{Width: env.width(), Color: env.color(env.StdoutTTY, g.noColor)}
	p, err := ownLines(ctx, env, g, o, id, &look)
	if err != nil {
		return err
	}
	if format == "json" {
		return explainJSON(env, all[i], p, look.Mask)
	}
	return view.Explain(env.Stdout, all[i], p, look)
}

// ownLines plans for one rule. No fly.toml here is fine, and one that can't be
// read does not keep the rule from being explained.
func ownLines(ctx context.Context, env *Env, g *global, o *sourceOptions, id string, look *view.Options) (*plan.Plan, error) {
	o.rules = []string{id}
	s, err := load(ctx, env, g, o)
	var noFile *noFileError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &noFile) && o.config == "":
		return nil, nil
	case err != nil && o.config != "":
		return nil, err
	case err != nil:
		env.note(g, "%v", err)
		return nil, nil
	}
	p, err := s.plan(o)
	if err != nil {
		env.note(g, "%v", err)
		return nil, nil
	}
	look.File, look.Mask, look.On = s.target.File, s.mask, s.commands(env, p)
	return p, nil
}
