package deployed

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// repairGroup names a process group that there is.
func repairGroup(c *Config, r Refusal) *Repair {
	name, _ := r.Node.Str()
	groups := c.Groups()
	edit := func(w string) flytoml.Edit { return set(r.Node.Path(), strconv.Quote(w)) }
	for _, g := range groups {
		if strings.EqualFold(g, name) {
			return likely("did you mean "+strconv.Quote(g)+"?", edit(g))
		}
	}
	if g := near(name, groups); g != "" {
		return likely("did you mean "+strconv.Quote(g)+"?", edit(g))
	}
	if len(groups) == 1 {
		return likely("the app has this process group alone", edit(groups[0]))
	}
	return nil
}

// addGroup gives a service the process group that serves it.
func addGroup(c *Config, r *Refusal) *Repair {
	groups := c.Groups()
	edit := func(g string) flytoml.Edit {
		r.Groups = []string{g}
		return set(flytoml.Join(r.Node.Path(), "processes"), "["+strconv.Quote(g)+"]")
	}
	if len(groups) == 1 {
		return sure(edit(groups[0]))
	}
	var serves []string
	for _, g := range groups {
		if slices.Contains([]string{"app", "web", "server", "http", "api", "www", "frontend"}, g) {
			serves = append(serves, g)
		}
	}
	if len(serves) == 1 {
		return likely("of the process groups, "+serves[0]+" is the one whose name says that it serves", edit(serves[0]))
	}
	return nil
}

// complete writes what a combination of values lacks.
func complete(r Refusal) *Repair {
	key := lastName(r.Type.Path)
	path := flytoml.Join(r.Node.Path(), key)
	switch key {
	case "strategy":
		return likely("it is what flyctl does by itself for an app with volumes", set(r.Node.Path(), `"rolling"`))
	case "auto_extend_size_threshold":
		return likely("80 is what Fly's documentation shows", set(path, "80"))
	case "auto_extend_size_increment":
		return likely("1 GB is what Fly's documentation shows", set(path, `"1gb"`))
	}
	return nil
}

// processCommand gives the command of an entry of [[processes]] its name.
func processCommand(n flytoml.Node) *Repair {
	entry, name, _ := strings.Cut(n.Path(), "].")
	if _, isText := n.Str(); !isText || !strings.HasPrefix(entry, "processes[") || !slices.Contains([]string{"cmd", "run", "exec", "start", "entrypoint", "startCommand", "start_command"}, name) {
		return nil
	}
	return likely("it reads as the command of the process group", flytoml.Edit{Op: flytoml.Move, Path: n.Path(), To: entry + "].command"})
}
