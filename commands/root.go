package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fly-standards/fly-standards/internal/view"
)

// global are the flags of every command.
type global struct {
	noColor, verbose, debug, quiet bool
}

// Main runs one command line (without the program's name) and gives the exit
// code. It prints errors itself.
func Main(ctx context.Context, env *Env, args []string) int {
	g := &global{}
	root := newRootCmd(env, g)
	root.SetArgs(args)
	completions(root, args)
	cmd, err := root.ExecuteContextC(ctx)
	env.report(err, view.Style{Color: env.color(env.StderrTTY, g.noColor)})
	env.reportVariables(cmd, err)
	return exitCodeOf(cmd, err)
}

// Root is the whole command line with its flags and help, for what is written
// about it: completions and man pages. It runs nothing.
func Root() *cobra.Command {
	return newRootCmd(&Env{Getenv: func(string) (string, bool) { return "", false }}, &global{})
}

func newRootCmd(env *Env, g *global) *cobra.Command {
	root := &cobra.Command{
		Use:   "fly-standards",
		Short: "Bring an app on Fly.io up to standard",
		Long: `fly-standards brings an app on Fly.io up to standard: it shows what to change in
fly.toml and on the running machines, and applies it when you say so. Every byte
of fly.toml that no fix names stays as it is.

Start with plan, which changes nothing.

Each flag can also be set in the environment: FLY_STANDARDS_FORMAT=json is
--format json. The command line takes precedence.`,
		Example: `  fly-standards demo           see it work on a sample app, without an account
  fly-standards plan           what would change for the fly.toml in this folder
  fly-standards apply          show it, ask, and do it`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		DisableAutoGenTag: true,
		Args:              cobra.ArbitraryArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return fromEnv(cmd, env) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.Version = readBuild().Version
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{flagFault(err) + nearFlag(cmd, err), fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath())}
	})
	f := root.PersistentFlags()
	f.BoolVar(&g.noColor, "no-color", false, "no color (also NO_COLOR)")
	f.BoolVar(&g.verbose, "verbose", false, "show all details")
	f.BoolVar(&g.debug, "debug", false, "log every request to Fly on stderr")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "no notes or progress on stderr")
	f.SortFlags = false
	root.SetUsageTemplate(usage)
	root.AddCommand(
		newPlanCmd(env, g),
		newApplyCmd(env, g),
		newUndoCmd(env, g),
		newCheckCmd(env, g),
		newShowCmd(env, g),
		newExplainCmd(env, g),
		newRulesCmd(env),
		newInitCmd(env),
		newLSPCmd(env),
		newMCPCmd(env),
		newDemoCmd(env, g),
		newVersionCmd(env),
	)
	return root
}

// usage is cobra's with the global flags of a command on one line, so that the
// help of each fits one screen.
const usage = `Usage:
  {{if .Runnable}}{{.UseLine}}{{else}}{{.CommandPath}} COMMAND{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

Commands:{{range .Commands}}{{if or .IsAvailableCommand (eq .Name "help")}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

Everywhere: --quiet, --verbose, --debug, --no-color{{end}}
`

func unknownCommand(root *cobra.Command, name string) error {
	e := &usageError{message: fmt.Sprintf("there is no command %q", name), hint: "`fly-standards --help` lists the commands"}
	root.SuggestionsMinimumDistance = 2
	if near := root.SuggestionsFor(name); len(near) > 0 {
		e.message += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return e
}

// nearFlag asks whether a flag was meant whose name looks like the unknown one.
func nearFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return ""
	}
	name := unknown.GetSpecifiedName()
	best, distance := "", len(name)/3
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := levenshtein.ComputeDistance(name, f.Name); d <= distance {
			best, distance = f.Name, d-1
		}
	})
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean --%s?", best)
}

// noArgs refuses arguments in our own words.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Sprintf("%s takes no arguments", cmd.Name()), fmt.Sprintf("`%s --help` says more", cmd.CommandPath())}
	}
	return nil
}

// note tells the user something on stderr.
func (e *Env) note(g *global, format string, args ...any) {
	if !g.quiet {
		_, _ = fmt.Fprintln(e.Stderr, e.told(fmt.Sprintf(format, args...)))
	}
}

// told is a text for stderr: wrapped on a terminal, one line in a log. What is
// indented is a line of a file, and stays one.
func (e *Env) told(text string) string {
	if e.StderrTTY && !strings.HasPrefix(text, " ") {
		return view.Wrapped(text, e.width())
	}
	return view.Clean(text)
}
