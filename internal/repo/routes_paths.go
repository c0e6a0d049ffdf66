package repo

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Paths: which mean a health check, which is best, and how they are joined.

// healthPaths are the paths that mean a health check, best first.
var healthPaths = [...]string{"/healthz", "/health", "/livez", "/readyz", "/up", "/ping", "/status", "/healthcheck", "/_health", "/-/healthy",
	"/health/live", "/healthz/live", "/health/liveness", "/health/ready", "/healthz/ready", "/health/readiness"}

// healthRank is the place of a path among the health paths, -1 for none. A
// trailing slash and a leading /api or /v1 don't matter.
func healthRank(p string) int {
	p = strings.TrimSuffix(p, "/")
	rank := 0
	if rest, ok := strings.CutPrefix(p, "/api"); ok && strings.HasPrefix(rest, "/") {
		p, rank = rest, 100
	}
	if len(p) > 3 && strings.HasPrefix(p, "/v") && p[2] >= '0' && p[2] <= '9' && p[3] == '/' {
		p, rank = p[3:], rank+100
	}
	if i := slices.Index(healthPaths[:], p); i >= 0 {
		return rank + i
	}
	return -1
}

// sortRoutes puts first what proves most: routes without a doubt, then those
// whose full path is known, in the order of healthPaths.
func sortRoutes(routes []plan.Route) {
	rank := func(r plan.Route) int {
		n := healthRank(r.Path)
		if n < 0 {
			n = 1000 // below a folder of the app's own
		}
		for _, d := range r.Doubts {
			switch d.Kind {
			case plan.DoubtGuard, plan.DoubtBuilt:
				n += 100_000
			default:
				n += 10_000
			}
		}
		return n
	}
	slices.SortFunc(routes, func(a, b plan.Route) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(strings.Count(a.File, "/"), strings.Count(b.File, "/")), byPlace(a.Evidence, b.Evidence))
	})
}

// joinPath puts a prefix before a path; a trailing slash of p stays, for some
// frameworks answer only with it.
func joinPath(prefix, p string) string {
	prefix = strings.Trim(prefix, "/")
	p = strings.TrimPrefix(p, "/")
	switch {
	case prefix == "":
		return "/" + p
	case p == "":
		return "/" + prefix
	}
	return "/" + prefix + "/" + p
}

// mayBeHealth: a path below a prefix that another file tells.
func mayBeHealth(p string) bool { return p == "/" || healthRank(p) >= 0 }
