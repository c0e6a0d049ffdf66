package fixers

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// The ranks of how a health path was found, best first.
const (
	rankSettings = iota + 1
	rankFile
	rankDockerfile
	rankRoute
	rankProbe
)

// pathSource is a health path and how it was found. No path: none was.
type pathSource struct {
	path     string
	rank     int
	evidence []plan.Evidence
	notes    []string
	route    plan.Route
}

// choosePath finds the path that a check of the service should ask; the first
// source that has one wins. It never guesses.
func choosePath(t plan.Target, s service) pathSource {
	if p := t.Settings.HealthPath; p != "" {
		return pathSource{path: p, rank: rankSettings, evidence: plan.Saw("path " + p + " from the settings")}
	}
	if c, ok := otherCheck(t, s); ok {
		pos := c.Node.Position()
		return pathSource{path: c.Path, rank: rankFile, evidence: []plan.Evidence{
			{File: t.File.Name(), Line: pos.Line, Text: fmt.Sprintf("another check of port %d asks %s", c.Port, c.Path)}}}
	}
	if c, ok := strayCheck(t, s); ok {
		return pathSource{path: c.Path, rank: rankFile, evidence: []plan.Evidence{
			{File: t.File.Name(), Line: c.Node.Position().Line, Text: "a check that belongs to no service asks " + c.Path}}}
	}
	if t.Repo != nil {
		if h := t.Repo.Healthcheck; h != nil && h.Path != "" && (h.Port == s.InternalPort || h.Port == 0 && s.InternalPort == 80) {
			return pathSource{path: h.Path, rank: rankDockerfile, evidence: []plan.Evidence{h.Evidence}}
		}
		if len(t.Repo.Routes) > 0 {
			r := t.Repo.Routes[0]
			return pathSource{path: r.Path, rank: rankRoute, route: r, evidence: []plan.Evidence{r.Evidence}}
		}
	}
	if p := t.Settings.ProbedPath; p != "" {
		return pathSource{path: p, rank: rankProbe, evidence: plan.Saw(t.Settings.Probe)}
	}
	return pathSource{}
}

// otherCheck is an HTTP check elsewhere in the file for the same port.
func otherCheck(t plan.Target, s service) (fileCheck, bool) {
	all := topChecks(t.File)
	for _, o := range services(t.File) {
		all = append(all, o.Checks...)
	}
	for _, c := range all {
		if c.Type == "http" && c.Path != "" && c.Port == s.InternalPort {
			return c, true
		}
	}
	return fileCheck{}, false
}

// strayCheck is an HTTP check of a [[services]] that is nothing else, in a file
// with one service that it can be meant for.
func strayCheck(t plan.Target, s service) (fileCheck, bool) {
	all := servicesAsWritten(t.File)
	if len(all) != 2 || !s.HTTPService || !isStray(all[1], all) {
		return fileCheck{}, false
	}
	i := slices.IndexFunc(all[1].Checks, func(c fileCheck) bool { return c.Type == "http" && c.Path != "" })
	if i < 0 {
		return fileCheck{}, false
	}
	return all[1].Checks[i], true
}

// doubt says why a check on this path needs a person's consent; "" when apply
// may put it in, proving it on one machine before the others.
func (w pathSource) doubt(t plan.Target, s service) string {
	switch {
	case severalPorts(t) && (w.rank == rankSettings || w.rank == rankRoute || w.rank == rankProbe):
		return "the app serves on several ports, and nothing says which of them answers the path"
	case speaksHTTP2(s):
		return "the app is spoken to in HTTP/2 only (h2_backend), and Fly's checks speak HTTP/1"
	case w.rank == rankProbe:
		return "only a probe of the public hostname knows the path; Fly asks from inside, by IP address"
	case w.route.Prefixed:
		return "the route's router may be mounted under a prefix"
	case w.route.Guarded:
		return "the route seems to be behind authentication"
	case t.Repo != nil && t.Repo.HostCheck != nil:
		return "the app refuses unknown Host headers, and Fly's checks send an IP address: " + t.Repo.HostCheck.String()
	case forcesSSL(t):
		return "the app redirects http to https, and a redirect fails a check: " + t.Repo.ForceSSL.String()
	case t.App == nil:
		return "offline, no machine can prove that the path answers: " + cmp.Or(t.Offline.Why(t.OfflineDetail), "the app was not read")
	case len(machinesOf(t, nil)) == 0:
		return "the app has no machine yet that could prove the path"
	}
	return ""
}

func forcesSSL(t plan.Target) bool { return t.Repo != nil && t.Repo.ForceSSL != nil }

// severalPorts says whether public services stand on more than one port.
func severalPorts(t plan.Target) bool {
	seen := map[int]bool{}
	for _, s := range services(t.File) {
		if isPublic(s) {
			seen[s.InternalPort] = true
		}
	}
	return len(seen) > 1
}

func speaksHTTP2(s service) bool {
	on := func(n flytoml.Node) bool {
		opts, _ := n.Key("http_options")
		h2, _ := opts.Key("h2_backend")
		v, _ := h2.Bool()
		return v
	}
	ports, _ := s.Node.Key("ports")
	return on(s.Node) || slices.ContainsFunc(ports.Items(), on)
}
