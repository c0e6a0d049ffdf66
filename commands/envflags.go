package commands

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Flags that come from the environment, and what is wrong with the value of
// one, wherever it comes from.

const envAnnotation = "from-environment"

// against are flags of which one excludes the others: the one that was typed
// wins over the variable of another.
var against = map[string][]string{
	"json": {"format"}, "format": {"json"},
	"offline": {"require-live"}, "require-live": {"offline"},
	"all": {"config", "app", "out"}, "config": {"all"}, "app": {"all"}, "out": {"all"},
}

// fromEnv gives every flag that the command line leaves out the value of
// FLY_STANDARDS_<FLAG>, when that is set and not empty.
func fromEnv(cmd *cobra.Command, env *Env) error {
	var failed error
	flags := cmd.Flags()
	flags.VisitAll(func(f *pflag.Flag) {
		name := "FLY_STANDARDS_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := env.env(name)
		overruled := slices.ContainsFunc(against[f.Name], func(other string) bool {
			o := flags.Lookup(other)
			return o != nil && typed(o)
		})
		if f.Changed || value == "" || f.Name == "help" || overruled || failed != nil {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = &usageError{message: name + ": " + flagFault(err)}
			return
		}
		_ = flags.SetAnnotation(f.Name, envAnnotation, []string{name}) // the flag is there
	})
	return failed
}

// typed says whether the flag is on the command line itself.
func typed(f *pflag.Flag) bool { return f.Changed && f.Annotations[envAnnotation] == nil }

// reportVariables adds to a command line that can't be meant the variables
// that gave it flags which nobody typed.
func (e *Env) reportVariables(cmd *cobra.Command, err error) {
	var usage *usageError
	if cmd == nil || !errors.As(err, &usage) {
		return
	}
	var names []string
	cmd.Flags().Visit(func(f *pflag.Flag) { names = append(names, f.Annotations[envAnnotation]...) })
	if len(names) > 0 {
		_, _ = fmt.Fprintln(e.Stderr, "set in the environment: "+strings.Join(names, ", "))
	}
}

// flagFault is what is wrong with a flag, without the words of Go's parsers.
func flagFault(err error) string {
	var (
		invalid *pflag.InvalidValueError
		missing *pflag.ValueRequiredError
	)
	switch {
	case errors.As(err, &missing):
		return "--" + missing.GetFlag().Name + " needs a value"
	case !errors.As(err, &invalid):
		return err.Error()
	}
	f := invalid.GetFlag()
	text := fmt.Sprintf("--%s %s: ", f.Name, quoteArg(invalid.GetValue()))
	switch f.Value.Type() {
	case "bool":
		return text + "must be true or false"
	case "duration":
		return text + "must be a duration such as 90s or 2m"
	}
	return text + errors.Unwrap(invalid).Error()
}
