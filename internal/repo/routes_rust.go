package repo

import (
	"bytes"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

var (
	rsRoute  = lazy(`\.(?:route|at|route_service)\(\s*"([^"\s]{0,80})"\s*,\s*([\w:]*?)(get|any|web::get|get_service|on)\b`)
	rsAttr   = lazy(`(?m)^[ \t]*#\[(?:get|head|rocket::get|actix_web::get|route)\(\s*"([^"\s?]{0,80})`)
	rsActix  = lazy(`web::resource\(\s*"([^"\s]{0,80})"\s*\)\s*\.(?:route\(\s*web::get|to\(|get\()`)
	rsNested = lazy(`\.(nest|merge|mount)\(\s*`)
	rsScope  = lazy(`web::scope\(\s*`)
	rsChain  = lazy(`^\s*\.\w+\(`)
	rsLayer  = lazy(`()\.(?:layer|route_layer|wrap)\(`)
	rsServed = lazy(`\b(?:service|configure)\(\s*([\w:]+)`)
	rsBound  = lazy(`\blet\s+(?:mut\s+)?(\w+)(?:\s*:[^=;]+)?\s*=\s*$`)
	rsFn     = lazy(`\bfn\s+(\w+)`)
)

// rust reads Axum, Actix, Rocket and poem. Where the tree mounts anything
// below a prefix, every route of it may be there; see mountsOfFile.
func rust(s *source) {
	s.each(rsRoute, func(at []int) {
		prefix, outer := s.rustPlace(at[0])
		maker, rooted := s.rustRouter(outer)
		s.add(found{offset: at[0], framework: "Rust", prefix: prefix, path: s.group(at, 1), rooted: rooted, maker: maker, context: s.around(at[0], 160, "\n") + " "})
	})
	s.each(rsAttr, func(at []int) {
		f := found{offset: at[0], framework: "Rust", path: s.group(at, 1)}
		if m := rsFn().FindSubmatch(s.code[at[1]:min(at[1]+400, len(s.code))]); m != nil {
			f.maker = string(m[1])
		}
		s.add(f)
	})
	s.each(rsActix, func(at []int) {
		prefix, _ := s.rustPlace(at[0])
		s.add(found{offset: at[0], framework: "Rust", prefix: prefix, path: s.group(at, 1)})
	})
}

// zone is code whose routes are mounted below a prefix: the arguments of a nest,
// or what is chained onto a scope.
type zone struct {
	at, from, to int // at is where the call begins
	prefix       string
}

// rustZones are the file's, by where they begin; never nil.
func (s *source) rustZones() []zone {
	if s.zones != nil {
		return s.zones
	}
	s.zones = []zone{}
	for _, at := range s.all(rsNested) {
		open := at[3] + bytes.IndexByte(s.code[at[3]:at[1]], '(')
		z := zone{at: at[0], from: open, to: s.closeOf(open)}
		if arguments := splitArguments(s.arguments(open + 1)); len(arguments) > 1 {
			z.prefix = s.pathOf(arguments[0])
		}
		s.zones = append(s.zones, z)
	}
	for _, at := range s.all(rsScope) {
		open := at[0] + bytes.IndexByte(s.code[at[0]:at[1]], '(')
		z := zone{at: at[0], prefix: s.pathOf(s.arguments(open + 1))}
		z.from = s.closeOf(open)
		z.to = z.from
		for range maxChained {
			if z.to >= len(s.code) {
				break
			}
			more := rsChain().FindIndex(s.code[z.to+1 : min(z.to+300, len(s.code))])
			if more == nil {
				break
			}
			z.to = s.closeOf(z.to + more[1])
		}
		s.zones = append(s.zones, z)
	}
	slices.SortFunc(s.zones, func(a, b zone) int { return a.from - b.from })
	return s.zones
}

// How far the chain of a router is followed, in calls and in bytes.
const (
	maxChained = 200
	maxChain   = 3000
)

// rustPlace is the prefix that stands before what is at offset in its own file,
// and where the outermost call begins that it is in; offset itself for none.
func (s *source) rustPlace(offset int) (prefix string, outer int) {
	outer = offset
	for _, z := range s.rustZones() {
		if z.from < offset && offset < z.to {
			prefix, outer = joinPath(prefix, z.prefix), min(outer, z.at)
		}
	}
	return prefix, outer
}

// layer is something put around routes that turns people away, and the innermost
// zone that it is in, nil for none.
type layer struct {
	at   int
	zone *zone
}

func (s *source) rustLayers() []layer {
	var out []layer
	zones := s.rustZones()
	for _, at := range s.all(rsLayer) {
		if !s.deny(s.arguments(at[1]), "/") {
			continue
		}
		l := layer{at: at[0]}
		for i := range zones {
			if z := &zones[i]; z.from < at[0] && at[0] < z.to {
				l.zone = z
			}
		}
		out = append(out, l)
	}
	return out
}

// rustGuard is the layer around what is mounted at offset: in a call that it is
// in, or behind it in its chain.
func (s *source) rustGuard(layers []layer, offset int) *plan.Evidence {
	for _, l := range layers {
		about := false
		switch {
		case l.zone != nil:
			about = l.zone.from < offset && offset < l.zone.to
		case l.at > offset && l.at-offset < maxChain:
			about = bytes.IndexByte(s.code[offset:l.at], ';') < 0
		}
		if about {
			e := s.at(l.at)
			return &e
		}
	}
	return nil
}

// rustMountings notes what is mounted below which prefix: routers by the
// variable or the function that they come from, handlers by their names.
func (s *source) rustMountings() {
	layers := s.rustLayers()
	note := func(at int, names ...string) {
		prefix, outer := s.rustPlace(at)
		in, _ := s.rustRouter(outer)
		guard := s.rustGuard(layers, at)
		for _, name := range names {
			name, _, _ = strings.Cut(name, "(")
			if strings.HasSuffix(name, "::new") {
				continue // made in its place, and so are its routes
			}
			s.facts.mountedFns = append(s.facts.mountedFns, mountedFn{name: name[strings.LastIndexByte(name, ':')+1:], prefix: joinPath(prefix, ""), in: in, guard: guard})
		}
	}
	if slices.ContainsFunc(s.rustZones(), func(z zone) bool { return joinPath(z.prefix, "") != "/" }) {
		s.facts.mount("Rust")
	}
	s.everywhere(rsNested, func(at []int) {
		arguments := splitArguments(s.arguments(at[1]))
		switch n := len(arguments); {
		case s.group(at, 1) == "merge" && n == 1, n == 2:
			last := arguments[n-1]
			if many, ok := strings.CutPrefix(last, "routes!["); ok {
				note(at[1], splitArguments(strings.TrimSuffix(many, "]"))...)
			} else {
				note(at[1], last)
			}
		}
	})
	s.everywhere(rsServed, func(at []int) {
		if name := s.group(at, 1); !strings.HasPrefix(name, "web::") {
			if _, outer := s.rustPlace(at[2]); outer != at[2] {
				note(at[2], name)
			}
		}
	})
}

// rustRouter is the router that the route at offset is chained onto: the
// variable or the function that it comes from, and whether its own file serves
// it.
func (s *source) rustRouter(offset int) (name string, served bool) {
	for _, mark := range [...]string{"axum::serve", "HttpServer::new", "Server::bind", "Server::new", "rocket::build"} {
		served = served || s.has(mark)
	}
	name = s.functionAt(rsFn, offset)
	low := max(0, offset-20_000)
	before := s.code[low:offset]
	start := max(bytes.LastIndex(before, []byte("Router::new()")), bytes.LastIndex(before, []byte("App::new()")), bytes.LastIndex(before, []byte("Route::new()")))
	if start < 0 {
		return name, false
	}
	start += low
	depth := 0
	for i := start; i < offset; i++ {
		switch s.code[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ';':
			return name, false
		}
	}
	if m := rsBound().FindSubmatch(s.code[max(low, start-120):start]); m != nil {
		name = string(m[1])
	}
	return name, served && depth == 0
}
