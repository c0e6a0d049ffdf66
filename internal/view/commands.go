package view

import (
	"regexp"
	"strings"
	"sync"
)

// Commands are the flags that commands need to mean the same file and app as
// the one that tells of them. The zero value: none, they mean it anyhow.
type Commands struct {
	Same string // of fly-standards, each behind a space; "": they mean it anyhow
	App  string // whom those of flyctl are about
}

// quoted is a command in backquotes that is about a file or an app.
var quoted = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("`(fly-standards (?:apply|plan|undo)|fly (?:deploy|logs|machine|secrets|status|tokens))( [^`]*)?`")
})

// Complete gives each command in backquotes the flags that it lacks. It is done
// to whole texts, so that no message can forget it.
func (c Commands) Complete(text string) string {
	if c.Same == "" {
		return text
	}
	return quoted().ReplaceAllStringFunc(text, func(command string) string {
		command = strings.Trim(command, "`")
		switch {
		case strings.Contains(command+" ", " --app ") || strings.Contains(command+" ", " -a ") || strings.Contains(command, " --config "):
		case strings.HasPrefix(command, "fly "):
			if c.App != "" {
				command += " --app " + c.App
			}
		case strings.HasPrefix(command, "fly-standards apply ") && command[len("fly-standards apply ")] != '-': // a saved plan says it
		default:
			command += c.Same
		}
		return "`" + command + "`"
	})
}
