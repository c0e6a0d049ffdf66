package fixers

import (
	"strconv"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// fileCheck is one health check of fly.toml. Key gives a value of it.
type fileCheck struct {
	deployed.Value
	Where     string // its path in fly.toml
	Name      string // of a top-level check
	Type      string // http or tcp
	Port      int    // the service's internal port for a service check
	Path      string
	Processes []string
}

// addChecks takes the checks under key; a single table counts as one, whether
// flyctl accepts that there or not.
func (s *service) addChecks(key, kind string) {
	for _, v := range s.Key(key).Items() {
		c := fileCheck{Value: v, Where: v.Path(), Type: kind, Port: s.InternalPort, Processes: s.Processes}
		c.Path, _ = v.Key("path").Str()
		s.Checks = append(s.Checks, c)
	}
}

// topChecks are the checks of [checks.NAME], and of [[checks]] with a name, each
// on its own port or that of http_service, and in the process groups where its
// port is served.
func topChecks(f *flytoml.File) []fileCheck {
	c := deployed.Read(f).Meant()
	table := c.Get("checks")
	var out []fileCheck
	for _, name := range table.Keys() {
		v := table.Key(name)
		if v.Node().Kind() != flytoml.Table {
			continue
		}
		found := fileCheck{Value: v, Where: v.Path(), Name: name, Port: portAt(v.Key("port"))}
		if !v.Key("port").Said() {
			found.Port, _ = c.Get("http_service.internal_port").Int()
		}
		if found.Processes = c.MeantGroups(v); found.Processes == nil {
			found.Processes, _ = v.Key("processes").Strs()
		}
		found.Type, _ = v.Key("type").Str()
		found.Path, _ = v.Key("path").Str()
		out = append(out, found)
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

// tcpName is the name of a top-level TCP check of the service's port.
func tcpName(s service) string { return strconv.Itoa(s.InternalPort) + "-tcp" }

// allChecks are those of the services and of the top level.
func allChecks(c *deployed.Config) []deployed.Value {
	var out []deployed.Value
	for _, s := range c.Services() {
		out = append(out, s.Checks()...)
	}
	checks := c.Get("checks")
	for _, name := range checks.Keys() {
		out = append(out, checks.Key(name))
	}
	return out
}
