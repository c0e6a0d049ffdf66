package repo

import (
	"slices"
	"strings"
)

// A web server on the service's port stands before the app: a path that it does
// not pass on is not the app's, whatever routes that has. One that answers every
// other path with a page of its own would let each check pass.

var (
	ngxServer = lazy(`\bserver\s*\{`)
	ngxPlace  = lazy(`\blocation\s+(=|\^~|~\*?)?\s*["']?([^\s{"']{1,80})["']?\s*\{`)
	ngxAll    = lazy(`\b(?:fastcgi|uwsgi|scgi|grpc)_pass\b|@\w|\binclude\s+[^;]*(?:conf|sites|snippets|\*)`)
)

// front is what one server on our port passes on: all, or what lies below some
// paths; of exact ones themselves.
type front struct {
	all          bool
	below, exact []string
}

func (f front) passes(p string) bool {
	return f.all || slices.Contains(f.exact, p) || slices.ContainsFunc(f.below, func(b string) bool { return strings.HasPrefix(p, b) })
}

// nginxFront notes the servers of nginx's settings that listen at our port.
func (s *source) nginxFront() {
	for _, at := range s.all(ngxServer) {
		n, ok := slices.BinarySearchFunc(s.blocks(), at[1]-1, func(b block, at int) int { return b.open - at })
		if !ok {
			continue
		}
		server := s.braces[n]
		var ports []string
		for _, m := range ngxListen().FindAllStringSubmatch(s.outermost(server), 20) {
			ports = append(ports, m[1])
		}
		if !s.ourPort(ports, "80") {
			continue
		}
		f := front{all: ngxAll().Match(s.code[server.open:server.close])}
		for _, at := range s.all(ngxPlace) {
			if at[0] < server.open || at[0] > server.close || !strings.Contains(s.inside(at[1]-1), "proxy_pass") {
				continue
			}
			switch how, p := s.group(at, 1), s.group(at, 2); {
			case strings.HasPrefix(how, "~") || p == "/":
				f.all = true
			case how == "=":
				f.exact = append(f.exact, p)
			default:
				f.below = append(f.below, p)
			}
		}
		s.facts.fronts = append(s.facts.fronts, f)
	}
}

// reached: nothing stands before the app, or passes the path on to it.
func (f *facts) reached(p string) bool {
	return len(f.fronts) == 0 || slices.ContainsFunc(f.fronts, func(front front) bool { return front.passes(p) })
}
