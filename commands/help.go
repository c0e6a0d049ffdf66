package commands

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/near"
	"github.com/fly-standards/fly-standards/internal/view"
)

// helpWidth is the widest that help is written for, as its texts are.
const helpWidth = 80

// ownHelp writes help and usage as wide as the terminal, and makes errors of
// the names that cobra's own commands pass over.
func ownHelp(root *cobra.Command, env *Env) {
	width := func() int { return min(env.width(), helpWidth) }
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := io.WriteString(cmd.OutOrStdout(), usageText(cmd, width()))
		return err
	})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		_, _ = io.WriteString(cmd.OutOrStdout(), fit(strings.TrimRight(cmp.Or(cmd.Long, cmd.Short), " \n"), width())+usageText(cmd, width()))
	})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Short, cmd.Long = "Help about any command", "Help about any command: fly-standards help apply"
			cmd.RunE = func(_ *cobra.Command, args []string) error { return helpOn(root, args) }
		case "completion":
			cmd.Short, cmd.Long = "Write a completion script for your shell", "Write a completion script for your shell.\nThe help of each says how to install it."
			cmd.Args = cobra.ArbitraryArgs
			cmd.RunE = helpOn
			for _, shell := range cmd.Commands() {
				shell.Args, shell.Short = noArgs, "Write the completion script for "+shell.Name()
				shell.Long = strings.ReplaceAll(shell.Long, "#### ", "")
				if shell.Name() == "bash" {
					shell.RunE = func(cmd *cobra.Command, _ []string) error {
						bare, _ := cmd.Flags().GetBool("no-descriptions")
						return BashCompletion(root, cmd.OutOrStdout(), !bare)
					}
				}
			}
		}
	}
}

// helpOn is the help of a command below another one.
func helpOn(from *cobra.Command, args []string) error {
	cmd, rest, err := from.Find(args)
	if err != nil || len(rest) > 0 {
		return unknownCommand(cmp.Or(cmd, from), cmp.Or(strings.Join(rest, " "), strings.Join(args, " ")))
	}
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	return cmd.Help()
}

// unknownCommand is the error of a name that no command below parent has.
func unknownCommand(parent *cobra.Command, name string) error {
	var known []string
	for _, cmd := range parent.Commands() {
		if cmd.IsAvailableCommand() {
			known = append(known, cmd.Name())
		}
	}
	path := strings.TrimPrefix(parent.CommandPath()+" "+name, parent.Root().Name()+" ")
	return &usageError{fmt.Sprintf("there is no command %q", path) + near.Hint(name, known), fmt.Sprintf("`%s --help` lists the commands", parent.CommandPath())}
}

// usageText is how a command is called: it names the flags that every command
// has on one line, so that the help of each fits one screen.
func usageText(cmd *cobra.Command, width int) string {
	var b strings.Builder
	part := func(title, text string) {
		if text != "" {
			b.WriteString("\n" + title + ":\n" + fit(strings.TrimRight(text, " \n"), width))
		}
	}
	use := cmd.UseLine()
	if !cmd.Runnable() {
		use = cmd.CommandPath() + " COMMAND"
	}
	part("Usage", "  "+use)
	part("Examples", cmd.Example)
	var commands strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			fmt.Fprintf(&commands, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	part("Commands", commands.String())
	if cmd.HasAvailableLocalFlags() {
		b.WriteString("\nFlags:\n" + strings.TrimRight(cmd.LocalFlags().FlagUsagesWrapped(width), " \n") + "\n")
	}
	if cmd.HasAvailableInheritedFlags() {
		b.WriteString("\n" + fit("Everywhere: --quiet, --verbose, --debug, --no-color", width))
	}
	return b.String()
}

// column is a line of two columns: what is typed, and what it is.
var column = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^( *)(\S.*?)(  +)(\S.*)$`) })

// leastColumn is the narrowest that the second column may become.
const leastColumn = 30

// fit wraps the lines of a text that are longer than width: paragraphs anew,
// columns below themselves. What is indented and has no columns is a command,
// and stays whole.
func fit(text string, width int) string {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		lines := strings.Split(paragraph, "\n")
		if !isIndented(lines[0]) {
			for _, l := range lines {
				if len(l) > width {
					lines = []string{view.Wrapped(strings.Join(lines, " "), width)}
					break
				}
			}
		}
		for _, l := range lines {
			if m := column().FindStringSubmatch(l); m != nil && isIndented(l) && len(l) > width {
				l = twoColumns(m[1]+m[2], m[3], m[4], width)
			}
			b.WriteString(l + "\n")
		}
	}
	return b.String()
}

func isIndented(line string) bool {
	return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
}

// twoColumns wraps the second column of a line; where that would be too narrow,
// it stands below the first.
func twoColumns(first, gap, second string, width int) string {
	lead := first + gap
	indent := strings.Repeat(" ", len(lead))
	if width-len(lead) < leastColumn {
		indent = "      "
		lead = first + "\n" + indent
	}
	return lead + strings.ReplaceAll(view.Wrapped(second, width-len(indent)), "\n", "\n"+indent)
}
