package fixers

import (
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// fileCheck is one health check of fly.toml.
type fileCheck struct {
	Node      flytoml.Node
	Name      string // of a top-level check
	Type      string // http or tcp
	Port      int    // the service's internal port for a service check
	Path      string
	Processes []string
}

// addChecks takes the checks under key; a single table counts as one, whether
// flyctl accepts that there or not.
func (s *service) addChecks(key, kind string) {
	n, _ := s.Node.Key(key)
	for _, n := range n.Items() {
		if n.Kind() != flytoml.Table {
			continue
		}
		c := fileCheck{Node: n, Type: kind, Port: s.InternalPort, Processes: s.Processes}
		c.Path, _ = str(n, "path")
		if kind == "" {
			c.Type = "http"
		}
		s.Checks = append(s.Checks, c)
	}
}

// topChecks are the checks of [checks.NAME], and of [[checks]] with a name.
func topChecks(f *flytoml.File) []fileCheck {
	root, ok := f.Get("checks")
	if !ok {
		return nil
	}
	var out []fileCheck
	add := func(name string, n flytoml.Node) {
		if n.Kind() != flytoml.Table {
			return
		}
		c := fileCheck{Node: n, Name: name, Port: portNumber(n, "port"), Processes: strs(n, "processes")}
		c.Type, _ = str(n, "type")
		c.Path, _ = str(n, "path")
		out = append(out, c)
	}
	if root.Kind() == flytoml.Table {
		for _, key := range root.Keys() {
			n, _ := root.Key(key)
			add(key, n)
		}
		return out
	}
	for _, n := range root.Items() {
		name, _ := str(n, "name")
		add(name, n)
	}
	return out
}

func hasAnyCheck(f *flytoml.File) bool {
	if len(topChecks(f)) > 0 {
		return true
	}
	for _, s := range services(f) {
		if len(s.Checks) > 0 {
			return true
		}
	}
	return false
}

// coveringTop is a top-level check on the service's port and group.
func coveringTop(t plan.Target, s service) (fileCheck, bool) {
	for _, c := range topChecks(t.File) {
		if c.Port == s.InternalPort && (len(c.Processes) == 0 || overlap(c.Processes, groupsServed(t.File, s.Processes))) {
			return c, true
		}
	}
	return fileCheck{}, false
}
