package fixers

import (
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

// wellKnown are the paths that --probe asks when nothing names one. With the
// control path they are ten requests: no more may be sent.
var wellKnown = [...]string{"/healthz", "/health", "/livez", "/readyz", "/up", "/ping", "/status", "/healthcheck", "/_health"}

// ProbePaths are the paths that a probe of the app's public hostname could
// tell something about, best first: the one that is known already, or the
// usual ones; none when no rule wants to know.
func ProbePaths(t plan.Target) []string {
	services := services(t.File)
	for _, s := range services {
		if !isPublic(s) || !s.HTTPService && !s.handler("http") || len(s.Checks) > 0 || s.InternalPort == 0 || coveredByService(t, s, services) {
			continue
		}
		if w := choosePath(t, s); w.path != "" {
			return []string{w.path}
		}
		if _, covered := coveringTop(t, s); !covered {
			return slices.Clone(wellKnown[:])
		}
	}
	return nil
}

// noteProbe tells a fix what the probe saw of its path. Where the source tree
// names the path as well, and nothing in it speaks against the check, a lone
// machine needs no proof of its own: that saves it one restart. What only the
// probe knows is not enough for that: Fly asks by IP address, and without
// fly-proxy before the app.
func noteProbe(t plan.Target, w pathSource, f *plan.Finding) {
	if w.rank == rankProbe || w.path != t.Settings.ProbedPath {
		return
	}
	f.Evidence = append(slices.Clone(f.Evidence), plan.Evidence{Text: t.Settings.Probe})
	if f.Fix.Safety != plan.Safe || t.Repo == nil {
		return
	}
	for _, c := range f.Fix.Changes {
		if c.Machine != nil && c.Machine.Proof {
			c.Machine.Seen = true
		}
	}
}
