package deployed

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func (c *Config) checkFailures() []Failure {
	var out []Failure
	checks := c.Get("checks")
	for _, name := range checks.Keys() {
		v := checks.Key(name)
		for _, item := range v.Key("processes").Items() {
			if g, ok := item.Str(); ok && !slices.Contains(c.Groups(), g) {
				out = append(out, Failure{
					Kind: NoCheckGroup, Value: item, Takes: "one of " + strings.Join(c.Groups(), ", "),
					Repair: repairGroup(c, Refusal{Node: item.Node()}),
				})
			}
		}
		if f, ok := c.otherGroupPort(v); ok {
			out = append(out, f)
		}
	}
	return out
}

// otherGroupPort: a deploy waits for the check on every machine that gets it. A
// port that services of other groups have, and none of its own, is nobody's.
func (c *Config) otherGroupPort(v Value) (Failure, bool) {
	port, ok := v.Key("port").Int()
	mine, known := c.GroupsOf(v.Key("processes"))
	if !ok || !known {
		return Failure{}, false
	}
	var theirs []string
	for _, s := range c.Services() {
		if p, _ := s.Key("internal_port").Int(); p != port {
			continue
		}
		groups, known := c.GroupsOf(s.Processes)
		if !known || slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(mine, g) }) {
			return Failure{}, false
		}
		theirs = append(theirs, groups...)
	}
	if len(theirs) == 0 {
		return Failure{}, false
	}
	slices.Sort(theirs)
	theirs = slices.Compact(theirs)
	f := Failure{Kind: OtherGroupPort, Value: v, Group: strings.Join(mine, ", "), Takes: "processes = [" + oneOf(theirs) + "]"}
	if len(theirs) == 1 {
		f.Meant = theirs
		f.Repair = likely("that group serves the port", set(flytoml.Join(v.Path(), "processes"), "["+strconv.Quote(theirs[0])+"]"))
	}
	return f, true
}

// MeantGroups are the process groups that deploy-blockers gives a top-level
// check; nil when it has the right ones, or nobody can tell.
func (c *Config) MeantGroups(check Value) []string {
	f, _ := c.otherGroupPort(check)
	return f.Meant
}

// serviceFailures: force_https is for the handler http alone (Fly's documentation
// of public network services: "deployments will fail if set on other handlers"),
// and flyctl makes no machine for a machine check without a command.
func (c *Config) serviceFailures() []Failure {
	var out []Failure
	checks := c.Get("machine_checks").Items()
	for _, s := range c.Services() {
		checks = append(checks, s.Key("machine_checks").Items()...)
		for _, p := range s.Key("ports").Items() {
			force, handlers := p.Key("force_https"), p.Key("handlers")
			known := []string{"tls", "pg_tls", "proxy_proto"} // of others passedOn speaks
			names, _ := handlers.Strs()
			if on, _ := force.Bool(); !on || s.HTTP || handlers.Mistyped() || slices.ContainsFunc(names, func(h string) bool { return !slices.Contains(known, h) }) {
				continue
			}
			f := Failure{Kind: NoHandler, Value: force, Takes: `handlers = ["http"]`}
			if port, _ := p.Key("port").Int(); port == 80 && len(names) == 0 {
				f.Repair = likely("port 80 is that of HTTP", set(flytoml.Join(p.Path(), "handlers"), `["http"]`))
			}
			out = append(out, f)
		}
	}
	strategy := text(c.Get("deploy.strategy"))
	for _, check := range checks {
		if v := check.Key("command"); !v.Mistyped() && len(v.Items()) == 0 && strategy != "bluegreen" && strategy != "immediate" {
			out = append(out, Failure{Kind: NoCommand, Value: check, Takes: "a command"})
		}
	}
	return out
}
