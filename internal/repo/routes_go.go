package repo

import (
	"bytes"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

var (
	goRoute  = lazy(`([\w.]*)\.(HandleFunc|Handle|Get|GET|Any|All|Method|MethodFunc|Route)\(\s*(?:http\.MethodGet\s*,\s*|"GET"\s*,\s*)?["` + "`" + `](?:(GET|HEAD|POST|PUT|DELETE|PATCH)\s+)?([^"` + "`" + `\s]{0,80})["` + "`" + `]\s*,`)
	goBeat   = lazy(`\bHeartbeat\(\s*"([^"\s]+)"`)
	goGroup  = lazy(`(\w+)\s*:?=\s*([\w.]+)\.(?:Group|PathPrefix|Party|Route)\(`)
	goChain  = lazy(`^\s*\.(?:Group|PathPrefix|Party|Route)\(`)
	goMount  = lazy(`([\w.]+)\.(?:Handle|Mount)\(\s*"([^"]*)"\s*,\s*`)
	goFunc   = lazy(`(?m)^func\s+(?:\([^)]*\)\s*)?(\w+)\(`)
	goEngine = lazy(`(\w+)\s*:?=\s*(?:gin\.(?:New|Default)|chi\.New\w*|echo\.New|fiber\.New|mux\.NewRouter|http\.NewServeMux)\(`)
	goHands  = lazy(`\b(\w+)\((?:[\w.]+,\s*)*(\w+)(?:\.(?:Group|PathPrefix|Route)\(\s*([^(),]+))?\s*[,)]`)
	goInner  = lazy(`\bStripPrefix\(\s*"([^"]*)"\s*,\s*|(\w+)(?:\(\s*\))?\s*\)*$`)
	goBlock  = lazy(`\.Route\(\s*"([^"]*)"\s*,\s*func\([^)]*\)\s*\{`)
	goServe  = lazy(`\bListenAndServe(?:TLS)?\([^\n]*,|\bHandler:\s`)
	goParam  = lazy(`\(?(\w+)\s+(?:chi\.Router|\*gin\.RouterGroup|gin\.IRouter|gin\.IRoutes|fiber\.Router|\*echo\.Group|\*mux\.Router|iris\.Party)\b`)
)

// golang reads net/http, chi, gin, echo, fiber and gorilla.
func golang(s *source) {
	framework := goFramework(s.text)
	s.each(goRoute, func(at []int) {
		receiver, method, verb := s.group(at, 1), s.group(at, 2), s.group(at, 3)
		if verb != "" && verb != "GET" || method == "Route" {
			return
		}
		statement := s.around(at[0], 300, "\n\n", "\n\t}")
		name := receiver[strings.LastIndexByte(receiver, '.')+1:]
		if i := strings.Index(statement, ".Methods("); i >= 0 && !strings.Contains(statement[:i], "\n") {
			if allowed := strings.SplitN(statement[i:], ")", 2)[0]; !strings.Contains(strings.ToUpper(allowed), "GET") {
				return
			}
		}
		prefix, receivers, unknown := goPrefix(s, name, at[0])
		f := found{offset: at[0], framework: framework, receivers: receivers, prefix: prefix, path: s.group(at, 4), prefixed: unknown, context: s.codeLine(at[0]) + goGroupLines(s, receivers, at[0])}
		f.doubts = goServed(s, framework)
		if name != "" {
			f.maker = s.functionAt(goFunc, at[0])
		}
		s.add(f)
	})
	s.each(goBeat, func(at []int) {
		s.add(found{offset: at[0], framework: framework, path: s.group(at, 1)})
	})
}

// goServed doubts routes whose whole handler is wrapped in authentication.
func goServed(s *source, framework string) []plan.Doubt {
	for _, at := range s.all(goServe) {
		if code := s.from(at[0], 160); guardWord().MatchString(strings.SplitN(code, "\n", 2)[0]) {
			return []plan.Doubt{{Kind: plan.DoubtGuard, Evidence: s.at(at[0])}}
		}
	}
	return nil
}

// goRouter is a router that is made of another, or mounted on it, by its name.
type goRouter struct {
	at                  int
	name, outer, prefix string
}

// goRouters are the groups and the mounted routers of the file.
func (s *source) goRouters() []goRouter {
	if s.routers != nil {
		return s.routers
	}
	s.routers = []goRouter{}
	for _, at := range s.all(goGroup) {
		r := goRouter{at: at[0], name: s.group(at, 1), outer: s.group(at, 2)}
		for end := at[1]; ; { // one behind the other: Group("/api").Group("/v1")
			arguments := s.arguments(end)
			if first := splitArguments(arguments); len(first) > 0 {
				r.prefix = joinPath(r.prefix, s.pathOf(first[0]))
			}
			end = min(end+len(arguments)+1, len(s.code))
			more := goChain().FindIndex(s.code[end:min(end+40, len(s.code))])
			if more == nil {
				break
			}
			end += more[1]
		}
		s.routers = append(s.routers, r)
	}
	for _, at := range s.all(goMount) {
		r := goRouter{at: at[0], outer: s.group(at, 1)}
		stripped := ""
		for _, m := range goInner().FindAllStringSubmatch(s.around(at[1], 160, "\n"), 4) {
			stripped, r.name = stripped+m[1], m[2]
		}
		below := strings.Trim(s.group(at, 2), "/")
		switch {
		case contains(s.code[at[0]:at[1]], ".Mount(") || strings.Trim(stripped, "/") == below:
			r.prefix = below
		default: // it sees the whole path, and gets those below this one only
			r.prefix = unknownPath
		}
		s.routers = append(s.routers, r)
	}
	return s.routers
}

// goHandings notes the functions of other files that make routers for this one,
// or are handed one by it.
func (s *source) goHandings() {
	if !slices.ContainsFunc([]string{".Group(", ".Mount(", "NewRouter(", "NewServeMux(", ".New()", "gin.Default("}, func(word string) bool { return contains(s.text, word) }) {
		return
	}
	made := map[string]bool{}
	for _, at := range s.all(goEngine) {
		made[s.group(at, 1)] = true
	}
	for _, r := range s.goRouters() {
		if made[r.name] = true; strings.Contains(s.codeLine(r.at), "Mount(") {
			prefix, receivers, unknown := goPrefix(s, r.outer[strings.LastIndexByte(r.outer, '.')+1:], r.at)
			s.facts.mountedFns = append(s.facts.mountedFns, mountedFn{name: r.name, prefix: joinPath(prefix, r.prefix), in: s.functionAt(goFunc, r.at), handed: unknown, guard: s.goMountGuard(receivers, r.at)})
		}
	}
	for _, at := range s.all(goHands) {
		router := s.group(at, 2)
		if !made[router] || strings.HasSuffix(string(s.code[max(0, at[2]-5):at[2]]), "func ") {
			continue
		}
		prefix, receivers, unknown := goPrefix(s, router, at[0])
		if group := s.group(at, 3); group != "" {
			prefix = joinPath(prefix, s.pathOf(group))
		}
		if !unknown {
			s.facts.mountedFns = append(s.facts.mountedFns, mountedFn{name: s.group(at, 1), prefix: joinPath(prefix, ""), in: s.functionAt(goFunc, at[0]), guard: s.goMountGuard(receivers, at[0])})
		}
	}
}

// goMountGuard is what stands before a router that is mounted at offset.
func (s *source) goMountGuard(receivers []string, offset int) *plan.Evidence {
	return s.mountGuard(receivers, offset, s.codeLine(offset)+goGroupLines(s, receivers, offset))
}

// goGroupLines are the lines that made the groups that a route is part of.
func goGroupLines(s *source, receivers []string, offset int) string {
	var out strings.Builder
	for _, r := range s.goRouters() {
		if slices.Contains(receivers, r.name) && s.sees(r.at, offset) {
			out.WriteString(" " + s.codeLine(r.at))
		}
	}
	return out.String()
}

// goPrefix follows groups and mounts of the same file, and the blocks around
// the route.
func goPrefix(s *source, receiver string, offset int) (prefix string, receivers []string, unknown bool) {
	blocks := s.enclosing(goBlock, offset)
	prefix = strings.Join(blocks, "")
	receivers = []string{receiver}
	for range 4 {
		var made *goRouter
		for i, r := range s.goRouters() {
			if r.name == receiver && s.sees(r.at, offset) {
				made = &s.routers[i]
			}
		}
		if made == nil || made.outer == receiver {
			break
		}
		prefix, receiver = joinPath(made.prefix, prefix), made.outer
		receivers = append(receivers, receiver)
	}
	if len(blocks) > 0 {
		return prefix, receivers, false
	}
	for _, at := range s.all(goParam) {
		if at[0] < offset && s.group(at, 1) == receiver && s.inFunction(at[1], offset) {
			unknown = true
		}
	}
	return prefix, receivers, unknown
}

// inFunction: the braces that open behind from, as a function's do, hold offset.
func (s *source) inFunction(from, offset int) bool {
	for _, b := range s.blocksAt(offset) {
		if b.open >= from && b.open-from < 200 {
			return true
		}
	}
	return false
}

func goFramework(text []byte) string {
	for _, one := range [...][2]string{{"go-chi/chi", "chi"}, {"gin-gonic/gin", "gin"}, {"labstack/echo", "echo"}, {"gofiber/fiber", "fiber"}, {"gorilla/mux", "gorilla"}} {
		if bytes.Contains(text, []byte(one[0])) {
			return one[1]
		}
	}
	return "net/http"
}
