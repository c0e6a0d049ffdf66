package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fly-standards/fly-standards/internal/near"
	"github.com/fly-standards/fly-standards/internal/view"
)

// global are the flags of every command.
type global struct {
	noColor, verbose, debug, quiet bool
	// on completes the commands that notes name.
	on view.Commands
}

// about is g for what is about one file and its app.
func (g *global) about(on view.Commands) *global {
	one := *g
	one.on = on
	return &one
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
	ownHelp(root, env)
	return root
}

// nearFlag asks whether a flag was meant whose name looks like the unknown one.
func nearFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return ""
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	words := near.Words(unknown.GetSpecifiedName(), known)
	for i, w := range words {
		words[i] = "--" + w
	}
	return near.Ask(words)
}

// notOneOf is the error of a word that is none of those that there are.
func notOneOf(what, word string, known ...string) *usageError {
	return &usageError{message: what + " " + quoteArg(word) + ": must be " + view.AnyOf(known) + near.Hint(word, known)}
}

// noArgs refuses arguments in our own words.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 && cmd.HasAvailableSubCommands() {
		return unknownCommand(cmd, args[0])
	}
	if len(args) > 0 {
		return &usageError{fmt.Sprintf("%s takes no arguments", cmd.Name()), fmt.Sprintf("`%s --help` says more", cmd.CommandPath())}
	}
	return nil
}

// note tells the user something on stderr.
func (e *Env) note(g *global, format string, args ...any) {
	if !g.quiet {
		_, _ = fmt.Fprintln(e.Stderr, e.told(g.on.Complete(fmt.Sprintf(format, args...))))
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
