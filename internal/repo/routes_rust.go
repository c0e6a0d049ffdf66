package repo

import (
	"bytes"
	"strings"
)

var (
	rsRoute  = lazy(`\.(?:route|at|route_service)\(\s*"([^"\s]{0,80})"\s*,\s*([\w:]*?)(get|any|web::get|get_service|on)\b`)
	rsAttr   = lazy(`(?m)^[ \t]*#\[(?:get|head|rocket::get|actix_web::get|route)\(\s*"([^"\s?]{0,80})`)
	rsActix  = lazy(`web::resource\(\s*"([^"\s]{0,80})"\s*\)\s*\.(?:route\(\s*web::get|to\(|get\()`)
	rsNested = lazy(`\.(nest|merge|mount)\(\s*`)
	rsScope  = lazy(`web::scope\(\s*([^()]*)\)((?:\s*\.\w+\((?:[^()]|\([^()]*\))*\))*)`)
	rsServed = lazy(`\b(?:service|configure|mount)\(\s*([\w:]+)|routes!\[([^\]]*)\]`)
	rsBound  = lazy(`\blet\s+(?:mut\s+)?(\w+)(?:\s*:[^=;]+)?\s*=\s*$`)
	rsFn     = lazy(`\bfn\s+(\w+)`)
)

// rust reads Axum, Actix, Rocket and poem. Where the tree mounts anything
// below a prefix, every route of it may be there; see mountsOfFile.
func rust(s *source) {
	s.each(rsRoute, func(at []int) {
		maker, rooted := s.rustRouter(at[0])
		s.add(found{offset: at[0], framework: "Rust", path: s.group(at, 1), rooted: rooted, maker: maker, context: s.around(at[0], 160, "\n") + " "})
	})
	s.each(rsAttr, func(at []int) {
		f := found{offset: at[0], framework: "Rust", path: s.group(at, 1)}
		if m := rsFn().FindSubmatch(s.code[at[1]:min(at[1]+400, len(s.code))]); m != nil {
			f.maker = string(m[1])
		}
		s.add(f)
	})
	s.each(rsActix, func(at []int) {
		s.add(found{offset: at[0], framework: "Rust", path: s.group(at, 1)})
	})
}

// rustMountings notes what is mounted below which prefix: routers by the
// variable or the function that they come from, handlers by their names.
func (s *source) rustMountings() {
	note := func(expr, names string) {
		prefix := s.pathOf(expr)
		if prefix != "/" {
			s.facts.mount("Rust")
		}
		for _, name := range strings.FieldsFunc(names, func(r rune) bool { return strings.ContainsRune(", \n\t\r", r) }) {
			name, _, _ = strings.Cut(name, "(")
			s.facts.mountedFns = append(s.facts.mountedFns, mountedFn{name: name[strings.LastIndexByte(name, ':')+1:], prefix: prefix})
		}
	}
	s.everywhere(rsNested, func(at []int) {
		arguments := splitArguments(s.arguments(at[1]))
		switch {
		case s.group(at, 1) == "merge" && len(arguments) == 1:
			note(`"/"`, arguments[0])
		case len(arguments) == 2 && strings.HasPrefix(arguments[1], "routes!["):
			note(arguments[0], strings.TrimSuffix(strings.TrimPrefix(arguments[1], "routes!["), "]"))
		case len(arguments) == 2:
			note(arguments[0], arguments[1])
		}
	})
	s.everywhere(rsScope, func(at []int) {
		names := ""
		for _, m := range rsServed().FindAllStringSubmatch(s.group(at, 2), 100) {
			names += m[1] + " "
		}
		note(s.group(at, 1), names)
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
	nested := bytes.LastIndex(bytes.TrimRight(s.code[low:start], " \t\r\n"), []byte(".nest("))
	return name, served && depth == 0 && (nested < 0 || bytes.ContainsAny(s.code[low+nested:start], ")"))
}
