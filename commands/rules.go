package commands

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/fixers"
)

func newRulesCmd(env *Env) *cobra.Command {
	format := &formatOptions{}
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List all rules",
		Long:  "List all rules with their severity. `fly-standards explain RULE` says more.",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := format.check(cmd.Flags()); err != nil {
				return err
			}
			if format.format == "json" {
				return rulesJSON(env, fixers.All())
			}
			width := 0
			for _, f := range fixers.All() {
				width = max(width, len(f.ID))
			}
			for _, f := range fixers.All() {
				line := fmt.Sprintf("%-*s  %-7s", width, f.ID, f.Severity)
				if env.StdoutTTY {
					line = twoColumns(line, "  ", f.Title, env.width())
				} else {
					line += "  " + f.Title
				}
				if _, err := fmt.Fprintln(env.Stdout, line); err != nil {
					return err
				}
			}
			return nil
		},
	}
	format.add(cmd)
	cmd.AddCommand(newRulesExportCmd(env))
	return cmd
}
