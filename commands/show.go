package commands

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

type showOptions struct {
	config string
	format formatOptions
	plan   string
}

func newShowCmd(env *Env, g *global) *cobra.Command {
	o := &showOptions{}
	cmd := &cobra.Command{
		Use:   "show PLANFILE",
		Short: "Show a saved plan, even a stale one",
		Long: `Show a plan saved with plan --out. If fly.toml has changed since, its edits are
described instead of shown as a diff.`,
		Example: `  fly-standards show plan.json
  fly-standards show plan.json --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{"show takes one plan file", "`fly-standards plan --out FILE` saves one"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.format.check(cmd.Flags()); err != nil {
				return err
			}
			o.plan = args[0]
			return runShow(cmd.Context(), env, g, o)
		},
	}
	cmd.Flags().StringVarP(&o.config, "config", "c", "", "`PATH` of fly.toml, if it has moved")
	o.format.addAll(cmd)
	return cmd
}

func runShow(_ context.Context, env *Env, g *global, o *showOptions) error {
	p, err := readPlan(env.abs(o.plan), o.plan)
	if err != nil {
		return err
	}
	s, stale := planSource(env, p, o.config)
	if stale != "" {
		env.note(g, "stale: %s, so the edits are described and apply would refuse the plan", stale)
	}
	next := "fly-standards apply " + quoteArg(o.plan)
	if stale != "" {
		next = ""
	}
	return o.format.write(env, g, s.document(p), view.Options{Next: next})
}

// planSource reads the fly.toml that a saved plan is for. stale says why its
// diff can't be shown; "" when it can.
func planSource(env *Env, p *plan.Plan, config string) (s *source, stale string) {
	if config == "" {
		config = filepath.FromSlash(p.File.Path)
	}
	shown, path, file, err := readFlyToml(env, config)
	var noFile *noFileError
	switch {
	case errors.As(err, &noFile):
		return &source{}, "there is no " + config + " now"
	case err != nil:
		return &source{}, config + " can't be read now"
	case view.SHA256(file.Bytes()) != p.File.SHA256:
		return &source{shown: shown, path: path}, shown + " has changed since it was planned for"
	}
	s = &source{shown: shown, path: path, mask: maskOf(file)}
	s.target.File = file
	return s, ""
}
