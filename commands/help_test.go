package commands

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// A help is read on any terminal, and whole: 80 columns, and one screen.
func TestHelpFitsATerminal(t *testing.T) {
	env := &Env{Stdin: strings.NewReader(""), Getenv: func(string) (string, bool) { return "", false }}
	var each func(*cobra.Command)
	each = func(cmd *cobra.Command) {
		var out bytes.Buffer
		cmd.SetOut(&out)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%s --help: %d columns: %s", cmd.CommandPath(), n, line)
			}
		}
		if n := strings.Count(out.String(), "\n"); n > 44 {
			t.Errorf("%s --help: %d lines", cmd.CommandPath(), n)
		}
		for _, sub := range cmd.Commands() {
			each(sub)
		}
	}
	each(newRootCmd(env, &global{}))
}
