package commands

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/regions"
)

// What a shell offers where a value goes: each with what it means, which most
// shells show beside it. Nothing here speaks to Fly.

type completion = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective)

// completeFlag has the shell offer values for a flag. The flag is there: the
// only error that cobra knows can't happen.
func completeFlag(cmd *cobra.Command, flag string, values completion) {
	_ = cmd.RegisterFlagCompletionFunc(flag, values)
}

// words are fixed values: a word, and what it means.
func words(pairs ...string) completion {
	var all []cobra.Completion
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, cobra.CompletionWithDesc(pair[0], pair[1]))
	}
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

// list makes a completion that goes on after a comma, without what is there
// already.
func list(of completion) completion {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		all, directive := of(cmd, args, typed)
		i := strings.LastIndex(typed, ",") + 1
		var out []cobra.Completion
		for _, c := range all {
			word, meaning, _ := strings.Cut(c, "\t")
			if !slices.Contains(strings.Split(typed[:i], ","), word) {
				out = append(out, cobra.CompletionWithDesc(typed[:i]+word, meaning))
			}
		}
		return out, directive
	}
}

// BashCompletion writes the script for bash. Cobra's holds what bash would escape
// against what was typed, and nobody types lhr\,syd: a value after a comma would
// never be offered. Here a comma stays one.
func BashCompletion(root *cobra.Command, w io.Writer, descriptions bool) error {
	var b bytes.Buffer
	if err := root.GenBashCompletionV2(&b, descriptions); err != nil {
		return err
	}
	script := compared.ReplaceAllString(b.String(), "$0\n${1}${2}=$${$2//\\\\,/,}")
	script = inserted.ReplaceAllString(script, "$0\n${1}COMPREPLY=(\"$${COMPREPLY[@]//\\\\,/,}\")")
	_, err := io.WriteString(w, script)
	return err
}

var (
	compared = regexp.MustCompile(`(?m)^( *)printf -v (comp) "%q".*$`)
	inserted = regexp.MustCompile(`(?m)^( *).*COMPREPLY.*printf "%q.*$`)
)

// completeRules offers the rules with their titles.
func completeRules(_ *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	for _, f := range fixers.All() {
		out = append(out, cobra.CompletionWithDesc(f.ID, f.Title))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// once is for an argument: there is no second one.
func once(of completion) completion {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nothing(cmd, args, typed)
		}
		return of(cmd, args, typed)
	}
}

// completeRegions offers the regions with their cities.
func completeRegions(_ *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	for _, r := range regions.Known() {
		out = append(out, cobra.CompletionWithDesc(r.Code, r.Name))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeRuns offers the applies on record that an undo could be about, the
// last one first.
func (o *undoOptions) completeRuns(env *Env, g *global) completion {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		s, err := o.read(env)
		if err != nil || len(args) > 0 {
			return nil, directive
		}
		all, err := o.histories(env, g, s)
		if err != nil {
			return nil, directive
		}
		var out []cobra.Completion
		for _, h := range slices.Backward(all) {
			if undoable(all, h) {
				out = append(out, cobra.CompletionWithDesc(h.ID, when(h.At)+": "+howFar(h)))
			}
		}
		return out, directive
	}
}

func undoable(all []apply.History, h apply.History) bool {
	return h.Unreadable == nil && h.Undo == "" && h.Left() && !undone(all, h.ID)
}

// completions has the shell offer what flags take, when it is a shell that asks:
// cobra keeps the commands that have such values for as long as the process lasts.
func completions(root *cobra.Command, args []string) {
	if len(args) == 0 || !strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return
	}
	root.PersistentPreRunE = nil // a wrong variable is no reason to offer nothing
	root.PersistentFlags().VisitAll(plainUsage)
	for _, cmd := range root.Commands() {
		for _, c := range append(cmd.Commands(), cmd) {
			c.Flags().VisitAll(plainUsage)
			completeFlags(c)
		}
	}
}

// completeFlags leaves out a flag that the command lacks.
func completeFlags(cmd *cobra.Command) {
	if f := cmd.Flags().Lookup("format"); f != nil {
		completeFlag(cmd, "format", list(words(meanings(f.Annotations[formatNames])...)))
	}
	for flag, values := range map[string]completion{
		"rule":     list(completeRules),
		"skip":     list(completeRules),
		"regions":  list(completeRegions),
		"allow":    list(words("review", "fixes that change behaviour or lack evidence", "paid", "fixes that cost money")),
		"fail-on":  words("error", "what is broken or refused", "warning", "errors and warnings", "info", "everything"),
		"as":       words("markdown", "for people", "agents", "for AGENTS.md", "clinerules", "for .clinerules", "cursor", "for .cursor/rules"),
		"app":      nothing,
		"config":   files("toml"),
		"settings": files("toml"),
	} {
		if cmd.Flags().Lookup(flag) != nil {
			completeFlag(cmd, flag, values)
		}
	}
}

// plainUsage takes out of what a shell shows beside a flag the marks and the
// line ends that are for the help.
func plainUsage(f *pflag.Flag) {
	_, usage := pflag.UnquoteUsage(f)
	f.Usage = strings.Join(strings.Fields(usage), " ")
}

func nothing(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// files are those with an ending.
func files(ending string) completion {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return []cobra.Completion{ending}, cobra.ShellCompDirectiveFilterFileExt
	}
}
