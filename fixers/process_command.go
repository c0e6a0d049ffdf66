package fixers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func processCommand() plan.Fixer {
	return plan.Fixer{
		ID:       "process-command",
		Title:    "a command needs no shell, or calls one",
		Severity: plan.Warning,
		Doc: `flyctl splits a command into words, and the machine runs the first with the others as its arguments. No shell reads the line: in
NAME=value cmd the program is called NAME=value, and &&, |, > and $PORT reach the program as they are. The machine fails with
"executable not found", or the program with an argument that it doesn't know. Text in experimental.cmd, entrypoint and exec isn't even
split: it is one word.

A leading NAME=value becomes env NAME=value cmd, and what needs a shell is given to sh -c, in both cases with consent: an image without a
shell (distroless, scratch) can't run it, and an entrypoint that ends in exec "$@" may be a shell already.

Manual fix: sh -c 'NAME=value cmd && exec next'.`,
		Check: checkProcessCommand,
	}
}

var (
	assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
	variable   = regexp.MustCompile(`\$(\{[A-Za-z_]|[A-Za-z_(])`)
)

func checkProcessCommand(t plan.Target) []plan.Finding {
	c := t.Deployed()
	var out []plan.Finding
	processes := c.Get("processes")
	for _, name := range processes.Keys() {
		out = append(out, command(t, processes.Key(name))...)
	}
	for _, path := range []string{"deploy.release_command", "console_command"} {
		out = append(out, command(t, c.Get(path))...)
	}
	for _, path := range []string{"experimental.cmd", "experimental.entrypoint", "experimental.exec"} {
		out = append(out, oneWord(t, c.Get(path))...)
	}
	return out
}

// oneWord is a text under [experimental]: flyctl does not split it, as it does
// the other commands.
func oneWord(t plan.Target, v deployed.Value) []plan.Finding {
	line, ok := v.Node().Str()
	words, err := deployed.Split(line)
	if !ok || err != nil || len(words) < 2 {
		return nil
	}
	f := plan.Finding{
		Message: v.Path() + " is one word to flyctl, spaces included", At: placeOf(t.File, v.Path(), ""),
		Notes: []string{"an array has the words one by one"},
	}
	if len(shellOnly(words)) > 0 || assignment.MatchString(words[0]) {
		return []plan.Finding{f}
	}
	f.Fix = reviewFix("one argument with spaces in it may be meant", flytoml.Edit{Op: flytoml.Set, Path: v.Path(), Value: quotedList(words)})
	return []plan.Finding{f}
}

func command(t plan.Target, v deployed.Value) []plan.Finding {
	line, ok := v.Str()
	words, err := deployed.Split(line)
	if !ok || err != nil || len(words) == 0 || runsShell(words) {
		return nil
	}
	needs := shellOnly(words)
	assigned := assignment.MatchString(words[0])
	if len(needs) == 0 && !assigned {
		return nil
	}
	f := plan.Finding{At: placeOf(t.File, v.Path(), "")}
	edit := flytoml.Edit{Op: flytoml.Set, Path: v.Path()}
	switch {
	case len(needs) > 0:
		f.Message = fmt.Sprintf("%s has %s, and no shell runs it", v.Path(), strings.Join(needs, ", "))
		edit.Value = quote("sh -c " + shellQuote(line))
	default:
		name, _, _ := strings.Cut(words[0], "=")
		f.Message = fmt.Sprintf("%s begins with %s=..., and no shell runs it: that is taken as the name of the program", v.Path(), name)
		edit.Value = quote("env " + line)
	}
	if strings.ContainsAny(line, "'\n") { // quoting it once more is not for a tool
		f.Notes = []string{"sh -c takes the whole line as one quoted word"}
		return []plan.Finding{f}
	}
	f.Fix = reviewFix("the image needs a shell for it, and its entrypoint may be one already", edit)
	if len(needs) == 0 {
		f.Fix.Why = "the image's entrypoint may be a shell already"
	}
	return []plan.Finding{f}
}

// runsShell says whether the command gives its line to a shell.
func runsShell(words []string) bool {
	i := slices.IndexFunc(words, func(w string) bool {
		name := w[strings.LastIndexByte(w, '/')+1:]
		return slices.Contains([]string{"sh", "bash", "ash", "dash", "zsh"}, name)
	})
	return i >= 0 && i+1 < len(words) && strings.HasPrefix(words[i+1], "-") && strings.Contains(words[i+1], "c")
}

// shellOnly is what in the words only a shell understands.
func shellOnly(words []string) []string {
	var out []string
	for _, w := range words {
		what := ""
		switch {
		case slices.Contains([]string{"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"}, w):
			what = w
		case strings.HasSuffix(w, ";") && len(w) > 1:
			what = ";"
		case variable.MatchString(w):
			what = variable.FindString(w) + "..."
			if name := regexp.MustCompile(`\$[A-Za-z_][A-Za-z0-9_]*`).FindString(w); name != "" {
				what = name
			}
		}
		if what != "" && !slices.Contains(out, what) {
			out = append(out, what)
		}
	}
	return out
}

// shellQuote is a line without quotes of its own kind as one word.
func shellQuote(line string) string { return "'" + line + "'" }
