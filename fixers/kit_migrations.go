package fixers

import (
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// ServingCommands are the commands of the process groups that have a service,
// as fly.toml gives them; none where the image's own command runs.
func ServingCommands(f *flytoml.File) []string {
	var out []string
	text := func(n flytoml.Node) {
		s, _ := n.Str()
		for _, item := range n.Items() {
			word, _ := item.Str()
			s += " " + word
		}
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	processes, _ := f.Get("processes")
	served := map[string]bool{}
	for _, s := range services(f) {
		for _, g := range groupsServed(f, s.Processes) {
			served[g] = true
		}
	}
	if processes.Kind() == flytoml.Table {
		for _, name := range processes.Keys() {
			if n, _ := processes.Key(name); served[name] {
				text(n)
			}
		}
	}
	for _, key := range []string{"experimental.entrypoint", "experimental.cmd", "experimental.exec"} {
		if n, ok := f.Get(key); ok {
			text(n)
		}
	}
	return out
}
