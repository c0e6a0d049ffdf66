package fixers

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// strayCheckNode is a check of a service that stands where flyctl doesn't read it.
type strayCheckNode struct {
	node  flytoml.Node
	of    service
	to    string         // where it belongs; "" when it can't be moved
	why   string         // why not
	edits []flytoml.Edit // that move it whole: times, headers and comments go along
}

// strayNames are the names that people give to what is called checks in
// http_service, and http_checks and tcp_checks in an entry of services.
func strayNames() []string {
	return []string{"checks", "check", "http_checks", "http_check", "tcp_checks", "tcp_check", "health_checks", "health_check",
		"healthchecks", "healthcheck", "health_check_path", "healthcheck_path"}
}

// strayChecks are the stray checks of the file's services: those that stand in
// the service, and, where there is one service only, those at the top.
func strayChecks(f *flytoml.File) []strayCheckNode {
	return once(f, "stray checks", findStrayChecks)
}

func findStrayChecks(f *flytoml.File) []strayCheckNode {
	all := services(f)
	var out []strayCheckNode
	for _, s := range all {
		for _, name := range strayNames() {
			n, found := f.Get(s.Path + "." + name)
			if _, known := flyschema.Lookup(n.Path()); found && !known {
				out = append(out, placeStray(f, s, n))
			}
			if n, found = f.Get(name); found && len(all) == 1 && name != "checks" {
				out = append(out, placeStray(f, s, n))
			}
		}
	}
	if c, ok := headless(f); ok {
		out = append(out, c)
	}
	return out
}

// headless are checks below [[services.http_checks]] in a file without a
// [[services]]: they were meant for the one service there is, http_service.
func headless(f *flytoml.File) (strayCheckNode, bool) {
	all := servicesAsWritten(f)
	if len(all) != 2 || !isStray(all[1], all) {
		return strayCheckNode{}, false
	}
	n, found := all[1].Node().Key("http_checks")
	if !found || len(all[0].Checks) > 0 {
		return strayCheckNode{}, false
	}
	c := placeStray(f, all[0], n)
	for _, item := range n.Items() {
		if said, ok := item.Key("protocol"); ok && c.to != "" && said.Raw() != `"http"` {
			c.edits = append([]flytoml.Edit{{Op: flytoml.Remove, Path: said.Path()}}, c.edits...)
		}
	}
	return c, true
}

// headlessLimits are [services.concurrency] in such a file, where http_service has none.
func headlessLimits(f *flytoml.File) (deployed.Value, bool) {
	all := servicesAsWritten(f)
	if len(all) != 2 || !isStray(all[1], all) || all[0].Key("concurrency").Said() {
		return deployed.Value{}, false
	}
	limits := all[1].Key("concurrency")
	return limits, limits.Said()
}

// misplacedCheck says whether a check of the service stands where flyctl
// doesn't read it, so that unknown-keys takes it to where it counts.
func misplacedCheck(t plan.Target, s service) bool {
	return slices.ContainsFunc(strayChecks(t.File), func(c strayCheckNode) bool { return c.to != "" && c.of.Path == s.Path })
}

func placeStray(f *flytoml.File, s service, n flytoml.Node) strayCheckNode {
	c := strayCheckNode{node: n, of: s}
	if path, isPath := n.Str(); isPath {
		c.to = checksPath(s, "http")
		c.edits = []flytoml.Edit{
			{Op: flytoml.Append, Path: c.to, Entries: []flytoml.Entry{{Key: "method", Value: `"GET"`}, {Key: "path", Value: quote(path)}}},
			{Op: flytoml.Remove, Path: n.Path()},
		}
		if !strings.HasPrefix(path, "/") || s.Protocol != "tcp" {
			c.to, c.why = "", "the path of a check begins with a slash"
		}
		return c
	}
	kind, why := strayKind(s, n)
	if why != "" {
		c.why = why
		return c
	}
	c.to = checksPath(s, kind)
	if have, taken := f.Get(c.to); taken && len(have.Items()) > 0 {
		c.to, c.why = "", c.to+" has a check already: keep one of the two"
		return c
	} else if taken { // checks = []: an empty array is in the way
		c.edits = append(c.edits, flytoml.Edit{Op: flytoml.Remove, Path: c.to})
	}
	for _, item := range n.Items() {
		for _, key := range []string{"type", "port"} {
			if said, ok := item.Key(key); ok {
				c.edits = append(c.edits, flytoml.Edit{Op: flytoml.Remove, Path: said.Path()})
			}
		}
	}
	if s.HTTPService {
		c.sayUnits()
	}
	if c.to == "" {
		return c
	}
	c.edits = append(c.edits, flytoml.Edit{Op: flytoml.Move, Path: n.Path(), To: c.to})
	if n.Kind() == flytoml.Table && s.HTTPService { // flyctl refuses the single table there
		c.edits = append(c.edits, flytoml.Edit{Op: flytoml.ArrayOf, Path: c.to})
	}
	return c
}

// sayUnits gives the times of a check that goes to http_service their unit: a
// number there means nanoseconds, and milliseconds in an entry of services.
func (c *strayCheckNode) sayUnits() {
	milliseconds := strings.HasPrefix(c.node.Path(), "services")
	for _, item := range c.node.Items() {
		for _, key := range []string{"interval", "timeout", "grace_period"} {
			said, ok := item.Key(key)
			if !ok || said.Kind() != flytoml.Integer {
				continue
			}
			literal := deployed.WithUnit(said, milliseconds)
			if literal == "" {
				c.to, c.why = "", said.Path()+" has no unit"
				return
			}
			c.edits = append(c.edits, flytoml.Edit{Op: flytoml.Set, Path: said.Path(), Value: literal})
		}
	}
}

// moveCheck takes a stray check to where its service's checks are read.
func moveCheck(c strayCheckNode, f *plan.Finding) {
	if c.to == "" {
		f.Notes = append(f.Notes, "it looks like a health check of "+c.of.Path+"; not moved: "+c.why)
		return
	}
	f.Message = c.node.Path() + " is ignored by flyctl; it belongs in " + c.to
	f.Fix = &plan.Fix{
		Safety: plan.Review, Why: "the check takes effect at the next deploy: a machine that fails it gets no requests", Edits: c.edits,
	}
}

func checksPath(s service, kind string) string {
	if s.HTTPService {
		return s.Path + ".checks"
	}
	return s.Path + "." + kind + "_checks"
}

// strayKind is http or tcp, or why the check can't be moved as it is.
func strayKind(s service, n flytoml.Node) (kind, why string) {
	items := n.Items()
	if n.Kind() != flytoml.Table && n.Kind() != flytoml.ArrayTables || len(items) == 0 {
		return "", "it is not a table"
	}
	for _, item := range items {
		this := "tcp"
		if path, _ := nodeText(item, "path"); path != "" {
			this = "http"
		}
		if said, ok := nodeText(item, "type"); ok && said != this {
			return "", "its type and its path don't agree"
		}
		if kind != "" && kind != this {
			return "", "its entries are of two kinds"
		}
		kind = this
		if _, said := item.Key("port"); said && nodePort(item) != s.InternalPort {
			return "", "it asks another port than the service's: that takes a top-level check, [checks.NAME]"
		}
		form := "services." + kind + "_checks"
		if s.HTTPService {
			form = "http_service.checks"
		}
		for _, key := range item.Keys() {
			if key != "type" && key != "port" && !isLeftover(key) && !slices.Contains(flyschema.Children(form), key) {
				return "", "a check has no " + key
			}
		}
	}
	if kind == "tcp" && s.HTTPService {
		return "", "http_service has HTTP checks only: a TCP check of its port is a top-level one, [checks.NAME] with type and port"
	}
	return kind, ""
}
