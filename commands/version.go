package commands

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/spf13/cobra"
)

// Set by the release build with -ldflags "-X ...". Empty otherwise: then the
// module's own build information is used.
var (
	version string
	commit  string
)

// build is what is known of the program itself.
type build struct{ Version, Commit, Go string }

// buildInfo is read once: each plan names the program.
var buildInfo = sync.OnceValues(debug.ReadBuildInfo)

func readBuild() build {
	b := build{Version: version, Commit: commit, Go: runtime.Version()}
	info, ok := buildInfo()
	if !ok {
		b.Version = cmp.Or(b.Version, "unknown")
		return b
	}
	b.Version = cmp.Or(b.Version, info.Main.Version, "(devel)")
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && b.Commit == "":
			b.Commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true" && commit == "":
			b.Commit += " (modified)"
		}
	}
	return b
}

// tool is how plans and the user agent name the program.
func tool() string { return "fly-standards " + readBuild().Version }

func newVersionCmd(env *Env) *cobra.Command {
	format := &formatOptions{}
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := format.check(cmd.Flags()); err != nil {
				return err
			}
			b := readBuild()
			if format.format == "json" {
				return versionJSON(env, b)
			}
			text := "fly-standards " + b.Version
			if b.Commit != "" {
				text += ", commit " + b.Commit
			}
			_, err := fmt.Fprintf(env.Stdout, "%s, %s %s/%s\n", text, b.Go, runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	format.add(cmd)
	return cmd
}
