package repo

import (
	"bytes"
	"path"
	"regexp"

	"github.com/fly-standards/fly-standards/plan"
)

type matcher = func() *regexp.Regexp

// localRoute is a route before what other files say about it.
type localRoute struct {
	plan.Route
	rooted bool // its file shows that it stands at the root
}

func route(at plan.Evidence, p, framework string, prefixed, guarded bool) plan.Route {
	return plan.Route{Evidence: at, Path: p, Framework: framework, Prefixed: prefixed, Guarded: guarded}
}

func (s *source) addRoute(r localRoute) { s.facts.routes = append(s.facts.routes, r) }

// mountsOfFile notes what this file says about the routes of others: a global
// prefix, or that routers are mounted below prefixes.
func (s *source) mountsOfFile() {
	switch path.Ext(s.base) {
	case ".ts", ".js":
		if !bytes.Contains(s.text, []byte("setGlobalPrefix(")) {
			return
		}
		s.parse()
		if at := nestGlobal().FindSubmatchIndex(s.code); at != nil {
			s.facts.prefix("NestJS", s.group(at, 1))
		} else {
			s.facts.mount("NestJS") // not a literal, or excluded routes
		}
		if bytes.Contains(s.code, []byte("exclude")) {
			s.facts.mount("NestJS")
		}
	case ".rs":
		if !bytes.Contains(s.text, []byte(".nest(")) && !bytes.Contains(s.text, []byte("web::scope(")) && !bytes.Contains(s.text, []byte(".mount(")) {
			return
		}
		s.parse()
		s.everywhere(rsPrefix, func(at []int) {
			if s.group(at, 1)+s.group(at, 2)+s.group(at, 3) != "/" {
				s.facts.mount("Rust")
			}
		})
	}
}

// rustRooted says whether the route at offset is chained onto the app or the
// router that its own file serves.
func (s *source) rustRooted(offset int) bool {
	serves := false
	for _, mark := range [...]string{"axum::serve", "HttpServer::new", "Server::bind", "Server::new", "rocket::build"} {
		serves = serves || bytes.Contains(s.code, []byte(mark))
	}
	start := max(bytes.LastIndex(s.code[:offset], []byte("Router::new()")), bytes.LastIndex(s.code[:offset], []byte("App::new()")), bytes.LastIndex(s.code[:offset], []byte("Route::new()")))
	if !serves || start < 0 {
		return false
	}
	depth := 0
	for i := start; i < offset; i++ {
		switch s.code[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ';':
			return false
		}
	}
	nested := bytes.LastIndex(bytes.TrimRight(s.code[:start], " \t\r\n"), []byte(".nest("))
	return depth == 0 && (nested < 0 || bytes.ContainsAny(s.code[nested:start], ")"))
}
