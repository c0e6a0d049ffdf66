package fixers

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// strayCheckNode is a health check that stands where flyctl doesn't read it.
type strayCheckNode struct {
	node  flytoml.Node
	with  []flytoml.Node // keys beside it that belong to it: health_check_interval
	of    service        // no Path: it may be that of any
	to    string         // where it belongs; "" when it can't be moved
	why   string         // why not
	edits []flytoml.Edit // that move it whole: times, headers and comments go along
	left  []string       // what it says and flyctl has no word for
	waits bool           // it becomes one that only deploys wait for
}

// strayName finds the names that people give to a check, and to what belongs to
// one: health_check, livenessProbe, healthcheckPath.
var strayName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^((?:http|tcp|health|live|liveness|ready|readiness|startup)?(?:checks?|probes?)|healthz|health|liveness|readiness)(.*)$`)
})

// strayChecks are those of the file, in its order.
func strayChecks(f *flytoml.File) []strayCheckNode {
	return once(f, "stray checks", findStrayChecks)
}

func findStrayChecks(f *flytoml.File) []strayCheckNode {
	var found []strayCheckNode
	alone := map[string]int{} // single keys of one check, by their table and the name before path and interval
	for _, n := range unknown(f) {
		name := lastKey(n)
		parts := strayName().FindStringSubmatch(bare(name))
		if parts == nil || isLeftover(name) || strings.HasPrefix(n.Path(), "check") { // [check] is [checks], misspelled
			continue
		}
		key, _ := checkWord(parts[2])
		switch n.Kind() {
		case flytoml.Table, flytoml.ArrayTables, flytoml.Array:
			if parts[2] == "" {
				found = append(found, strayCheckNode{node: n})
			}
		case flytoml.Bool:
		default:
			about := parentPath(n) + "." + parts[1]
			i, more := alone[about]
			switch {
			case key == "" && parts[2] != "" || parts[2] == "" && n.Kind() != flytoml.String:
			case more:
				found[i].with = append(found[i].with, n)
			default:
				alone[about] = len(found)
				found = append(found, strayCheckNode{node: n})
			}
		}
	}
	var out []strayCheckNode
	taken := map[string]bool{}
	for _, c := range found {
		if c.of = strayOwner(f, c.node); placeStray(f, &c, taken) {
			out = append(out, c)
		}
	}
	if c, ok := headless(f); ok {
		out = append(out, c)
	}
	return out
}

// strayOwner is the service that a check was meant for: the one that it stands
// in, else the only one, else the only one that people reach.
func strayOwner(f *flytoml.File, n flytoml.Node) service {
	all := servicesAsWritten(f)
	var public []service
	for _, s := range all {
		real := !isStray(s, all)
		if real && strings.HasPrefix(n.Path(), s.Path+".") {
			return s
		}
		if real && isPublic(s) {
			public = append(public, s)
		}
	}
	all = services(f)
	switch {
	case len(all) == 1:
		return all[0]
	case len(public) == 1:
		return public[0]
	}
	return service{}
}

// headless are checks below [[services.http_checks]] in a file without a
// [[services]]: they were meant for the one service there is, http_service.
func headless(f *flytoml.File) (strayCheckNode, bool) {
	all := servicesAsWritten(f)
	if len(all) != 2 || !isStray(all[1], all) || len(all[0].Checks) > 0 {
		return strayCheckNode{}, false
	}
	n, found := all[1].Node().Key("http_checks")
	if tcp, both := all[1].Node().Key("tcp_checks"); !found {
		n, found = tcp, both
	}
	c := strayCheckNode{node: n, of: all[0]}
	if !found || !placeStray(f, &c, map[string]bool{}) {
		return strayCheckNode{}, false
	}
	for _, item := range n.Items() {
		if said, ok := item.Key("protocol"); ok && c.to != "" && said.Raw() != `"http"` {
			c.edits = append([]flytoml.Edit{removal(said.Path())}, c.edits...)
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
// doesn't read it, so that unknown-keys speaks of it, and no other is put beside it.
func misplacedCheck(t plan.Target, s service) bool {
	return slices.ContainsFunc(strayChecks(t.File), func(c strayCheckNode) bool { return c.of.Path == "" || c.of.Path == s.Path })
}

// withStray says whether a key belongs to a check of which another is told.
func withStray(f *flytoml.File, n flytoml.Node) bool {
	return slices.ContainsFunc(strayChecks(f), func(c strayCheckNode) bool {
		return slices.ContainsFunc(c.with, func(o flytoml.Node) bool { return o.Path() == n.Path() })
	})
}
