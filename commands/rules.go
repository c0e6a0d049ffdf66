package commands

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/plan"
)

func newRulesCmd(env *Env) *cobra.Command {
	format := &formatOptions{}
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "The rules that there are",
		Long:  "List the rules, with how much each matters. `fly-standards explain RULE` says more.",
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
				if _, err := fmt.Fprintf(env.Stdout, "%-*s  %-7s  %s\n", width, f.ID, f.Severity, f.Title); err != nil {
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

func newRulesExportCmd(env *Env) *cobra.Command {
	as := "markdown"
	cmd := &cobra.Command{
		Use:   "export",
		Short: "The rules as a document, for people or for coding agents",
		Example: `  fly-standards rules export > docs/fly-standards.md
  fly-standards rules export --as agents >> AGENTS.md
  fly-standards rules export --as clinerules > .clinerules`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			var text string
			switch as {
			case "markdown":
				text = rulesAsMarkdown(fixers.All())
			case "agents", "clinerules":
				text = rulesForAgents(fixers.All())
			default:
				return &usageError{message: fmt.Sprintf("--as %s: want markdown, agents or clinerules", as)}
			}
			_, err := fmt.Fprint(env.Stdout, text)
			return err
		},
	}
	cmd.Flags().StringVar(&as, "as", as, "`FORM`: markdown, agents (for AGENTS.md) or\nclinerules")
	return cmd
}

func rulesAsMarkdown(all []plan.Fixer) string {
	var b strings.Builder
	b.WriteString("# Standards for apps on Fly.io\n\nChecked by `fly-standards check`, met by `fly-standards apply`.\n")
	for _, f := range all {
		fmt.Fprintf(&b, "\n## %s\n\n%s. Severity: %s.\n\n%s\n", f.ID, f.Heading(), f.Severity, f.Doc)
	}
	return b.String()
}

// rulesForAgents is short: a coding agent reads it in every session.
func rulesForAgents(all []plan.Fixer) string {
	var b strings.Builder
	b.WriteString(`## Fly.io

When you write or change fly.toml, see that:

`)
	for _, f := range all {
		fmt.Fprintf(&b, "- %s (%s, %s)\n", f.Title, f.ID, f.Severity)
	}
	b.WriteString(`
After the change run ` + "`fly-standards check`" + `; it needs no network. ` + "`fly-standards explain RULE`" + ` says why and how.
Run ` + "`fly-standards apply`" + ` only when asked to: it changes the running app. Never put a secret value into fly.toml.
`)
	return b.String()
}
