package repo

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Where the routers of Go are mounted: groups and mounts of the same file, and
// the functions and packages that make a router for another.

var (
	goGroup     = lazy(`(\w+)\s*:?=\s*([\w.]+)\.(?:Group|PathPrefix|Party|Route)\(`)
	goChain     = lazy(`^\s*\.(?:Group|PathPrefix|Party|Route)\(`)
	goMount     = lazy(`([\w.]+)\.(?:Handle\(\s*("[^"]*")|Mount\(\s*("[^"]*"|[\w.]+))\s*,\s*`)
	goHands     = lazy(`\b(\w+)\((?:[\w.]+,\s*)*(\w+)(?:\.(?:Group|PathPrefix|Route)\(\s*([^(),]+))?\s*[,)]`)
	goStrip     = lazy(`\bStripPrefix\(\s*"([^"]*)"\s*,\s*`)
	goCall      = lazy(`^[\s&]*([\w.]+)(\(?)`)
	goMaker     = lazy(`(?i)^(?:new|make|build|create|init|setup)|router|routes|mux$|handlers?$|api$|app$`)
	goQualifier = lazy(`\b(\w+)\.$`)
	goMade      = lazy(`(\w+)(?:\s*,\s*\w+)?\s*:?=\s*&?(?:(\w+)\.)?(\w+)[({]`)
	goParam     = lazy(`\(?(\w+)\s+(?:chi\.Router|\*gin\.RouterGroup|gin\.IRouter|gin\.IRoutes|fiber\.Router|\*echo\.Group|\*mux\.Router|iris\.Party)\b`)
	goEngine    = lazy(`(\w+)\s*:?=\s*(?:gin\.(?:New|Default)|chi\.New\w*|echo\.New|fiber\.New|mux\.NewRouter|http\.NewServeMux)\(`)
	goBlock     = lazy(`\.Route\(\s*"([^"]*)"\s*,\s*func\([^)]*\)\s*\{`)
)

// goRouter is a router that is made of another, or mounted on it, by its name.
type goRouter struct {
	at                  int
	name, outer, prefix string
	from, made          string // the function that makes one that is mounted, and its package; see goOrigin
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
		stripped, r.name, r.from, r.made = s.goMounted(s.around(at[1], 160, "\n"), at[0])
		below := strings.Trim(s.pathOf(s.group(at, 2)+s.group(at, 3)), "/")
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
			s.facts.mountedFns = append(s.facts.mountedFns, mountedFn{name: s.inPackage(r.from, r.made), prefix: joinPath(prefix, r.prefix), in: s.inPackage("", s.functionAt(goFunc, r.at)), handed: unknown, guard: s.goMountGuard(receivers, r.at)})
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
			from, name := "", s.group(at, 1)
			if before := goQualifier().FindSubmatch(s.code[max(0, at[2]-60):at[2]]); before != nil {
				from, name = s.goOrigin(string(before[1]), name, at[0])
			}
			s.facts.mountedFns = append(s.facts.mountedFns, mountedFn{name: s.inPackage(from, name), prefix: joinPath(prefix, ""), in: s.inPackage("", s.functionAt(goFunc, at[0])), guard: s.goMountGuard(receivers, at[0])})
		}
	}
}

// anyPackage stands for a package that can't be told.
const anyPackage = "?"

// inPackage is a function as other files know it: "v1.New" of the package v1,
// "New" of one that can't be told. from "" is the file's own.
func (s *source) inPackage(from, name string) string {
	switch from {
	case anyPackage:
		return name
	case "":
		from = path.Base(path.Dir(s.file))
	}
	return from + "." + name
}

// goMounted takes apart what is mounted at offset: the prefix that is stripped
// before it, its name here, and the function that makes it with its package.
func (s *source) goMounted(what string, offset int) (stripped, name, from, made string) {
	for m := goStrip().FindStringSubmatchIndex(what); m != nil; m = goStrip().FindStringSubmatchIndex(what) {
		stripped += what[m[2]:m[3]]
		what = what[m[1]:]
	}
	first, name := s.goCalled(what)
	if name == "" {
		return stripped, name, "", name
	}
	from, made = s.goOrigin(first, name, offset)
	return stripped, name, from, made
}

// goCalled is what makes the router: the function of v1.New(db), of
// v1.New(db).App() the method, of auth(api) and auth(cfg, v1.Router()) what is
// wrapped. first is what stands before its name, or the name.
func (s *source) goCalled(what string) (first, name string) {
	for range 4 {
		m := goCall().FindStringSubmatchIndex(what)
		if m == nil {
			break
		}
		dotted := what[m[2]:m[3]]
		first, _, _ = strings.Cut(dotted, ".")
		name = dotted[strings.LastIndexByte(dotted, '.')+1:]
		if m[4] == m[5] {
			break
		}
		inside, behind := cutCall(what[m[5]:])
		if method := goCall().FindStringSubmatch(strings.TrimPrefix(behind, ".")); strings.HasPrefix(behind, ".") && method != nil {
			name = method[1][strings.LastIndexByte(method[1], '.')+1:]
			break
		}
		wrapped := splitArguments(inside)
		if len(wrapped) == 0 || goMaker().MatchString(name) && !s.makesRouter(wrapped[len(wrapped)-1]) {
			break
		}
		what = wrapped[len(wrapped)-1]
	}
	return first, name
}

// makesRouter: a variable of the file that holds a router.
func (s *source) makesRouter(name string) bool {
	return slices.ContainsFunc(s.all(goEngine), func(at []int) bool { return s.group(at, 1) == strings.TrimSpace(name) })
}

// goOrigin is the package that first.name is of: first may be a package, or a
// variable that a function of one made.
func (s *source) goOrigin(first, name string, offset int) (from, of string) {
	if s.importsGo(first) {
		return first, name
	}
	for _, at := range slices.Backward(s.all(goMade)) {
		if at[0] >= offset || s.group(at, 1) != first {
			continue
		}
		if first == name { // the router itself is what was made
			name = s.group(at, 3)
		}
		if from = s.group(at, 2); from != "" && !s.importsGo(from) {
			from = anyPackage
		}
		return from, name
	}
	if first == name {
		return "", name
	}
	return anyPackage, name
}

// importsGo says whether a name is that of a package that the file imports.
func (s *source) importsGo(name string) bool {
	return s.hasAny("/"+name+`"`, name+` "`, `"`+name+`"`)
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
