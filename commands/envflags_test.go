package commands

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every flag of every command can be set as FLY_STANDARDS_<FLAG>, and the
// command line takes precedence.
func TestEachFlagIsAlsoAVariable(t *testing.T) {
	values := map[string]string{"bool": "true", "stringSlice": "a,b", "duration": "7s", "string": "x", "int": "7"}
	shown := map[string]string{"stringSlice": "[a,b]"}
	seen := map[string]int{}
	var each func(path []string, cmd *cobra.Command)
	each = func(path []string, cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			each(append(path[:len(path):len(path)], sub.Name()), sub)
		}
		cmd.InheritedFlags() // cobra merges the flags of the parents when it is asked
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Hidden {
				return
			}
			variable := "FLY_STANDARDS_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
			value, ok := values[f.Value.Type()]
			if !ok {
				t.Fatalf("--%s is of type %s, which this test does not know", f.Name, f.Value.Type())
			}
			env := &Env{Getenv: func(name string) (string, bool) {
				if name == variable {
					return value, true
				}
				return "", false
			}}
			root := newRootCmd(env, &global{})
			fresh, _, err := root.Find(path)
			if err != nil {
				t.Fatal(err)
			}
			fresh.InheritedFlags()
			if err := fromEnv(fresh, env); err != nil {
				t.Fatalf("%s: %v", variable, err)
			}
			want := value
			if s := shown[f.Value.Type()]; s != "" {
				want = s
			}
			if got := fresh.Flags().Lookup(f.Name); got.Value.String() != want || typed(got) {
				t.Errorf("%v with %s=%s: --%s is %s (typed: %v)", path, variable, value, f.Name, got.Value, typed(got))
			}
			seen[f.Name]++
		})
	}
	each(nil, newRootCmd(&Env{Getenv: func(string) (string, bool) { return "", false }}, &global{}))
	for _, name := range []string{"config", "rule", "yes", "wait-timeout", "format", "quiet", "regions"} {
		if seen[name] == 0 {
			t.Errorf("--%s was not looked at; the flags were %v", name, seen)
		}
	}
}
