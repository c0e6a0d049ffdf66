package commands

import (
	"bytes"
	"cmp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// A help is read on any terminal, and whole: as wide as that is, and one screen.
// Only a command that is longer stays in one piece.
func TestHelpFitsATerminal(t *testing.T) {
	for _, width := range []int{0, 44, 60, 80, 140} {
		env := &Env{Width: width, Stdin: strings.NewReader(""), Getenv: func(string) (string, bool) { return "", false }}
		most := min(cmp.Or(width, 80), 80)
		var each func(*cobra.Command)
		each = func(cmd *cobra.Command) {
			var out bytes.Buffer
			cmd.SetOut(&out)
			if err := cmd.Help(); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				line = strings.TrimSuffix(line, "\n")
				if isCommand := strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "  fly-standards "); utf8.RuneCountInString(line) > most && !isCommand {
					t.Errorf("%s --help at %d columns: %s", cmd.CommandPath(), width, line)
				}
			}
			if n := strings.Count(out.String(), "\n"); most == 80 && n > 44 {
				t.Errorf("%s --help: %d lines", cmd.CommandPath(), n)
			}
			for _, sub := range cmd.Commands() {
				each(sub)
			}
		}
		each(newRootCmd(env, &global{}))
	}
}
