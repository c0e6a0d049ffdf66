package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/guidance"
)

// exportOptions are the flags of rules export.
type exportOptions struct {
	as, output string
	complete   bool
}

func newRulesExportCmd(env *Env) *cobra.Command {
	o := &exportOptions{as: string(guidance.Markdown)}
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the rules and guidance as one document",
		Long: `Write the rules, and the standards that no rule can check, as one document for
people or for coding assistants. Topics that this folder's app doesn't use are
left out; --complete keeps them.

With --output the block between its two marker lines is replaced, or added at
the end; everything else in the file stays as it is.`,
		Example: `  fly-standards rules export --as agents --output AGENTS.md
  fly-standards rules export --as clinerules --output .clinerules
  fly-standards rules export > docs/fly-standards.md`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return runExport(env, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.as, "as", o.as, "`FORM`: markdown, agents (for AGENTS.md), clinerules or cursor")
	f.StringVar(&o.output, "output", "", "write into `FILE` instead of standard output")
	f.BoolVar(&o.complete, "complete", false, "keep the topics that this app doesn't use")
	return cmd
}

func runExport(env *Env, o *exportOptions) error {
	form := guidance.Form(o.as)
	if !slices.Contains(guidance.Forms(), form) {
		return notOneOf("--as", o.as, "markdown", "agents", "clinerules", "cursor")
	}
	rules := exportedRules()
	var uses []string
	if !o.complete {
		uses = guidance.Seen(env.Dir)
	}
	topics := guidance.Topics(uses)
	if o.output == "" || o.output == stdout {
		_, err := fmt.Fprint(env.Stdout, guidance.Document(form, rules, topics))
		return err
	}
	return exportInto(env, o.output, form, rules, topics)
}

// exportedRules are the rules as an export lists them.
func exportedRules() []guidance.Rule {
	var rules []guidance.Rule
	for _, f := range fixers.All() {
		rules = append(rules, guidance.Rule{ID: f.ID, Severity: string(f.Severity), Title: f.Title})
	}
	return rules
}

func exportInto(env *Env, path string, form guidance.Form, rules []guidance.Rule, topics []guidance.Topic) error {
	shown := path
	path = env.abs(path)
	old, err := readShown(path, shown, maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text, err := guidance.Replace(string(old), form, rules, topics)
	if err != nil {
		return fmt.Errorf("replace the exported block of %s: %w", shown, err)
	}
	if text == string(old) {
		_, err := fmt.Fprintf(env.Stderr, "%s is already up to date\n", shown)
		return err
	}
	if err := writeShown(path, "write "+shown, []byte(text), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.Stderr, "%s written\n", shown)
	return err
}
