package repo

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

type matcher = func() *regexp.Regexp

func (s *source) addRoute(r localRoute) { s.facts.routes = append(s.facts.routes, r) }

// mountsOfFile notes what this file says about the routes of others: a global
// prefix, or that routers are mounted below prefixes.
func (s *source) mountsOfFile() {
	switch path.Ext(s.base) {
	case ".ts", ".js":
		if !contains(s.text, "setGlobalPrefix(") && !contains(s.text, "VersioningType.URI") {
			return
		}
		s.parse()
		prefix := ""
		if at := s.seen(nestGlobal); at != nil {
			prefix = s.pathOf(s.group(at, 1))
		}
		if version := s.nestVersion(); version != "" { // every route is below it
			prefix = joinPath(prefix, version)
		}
		s.facts.prefix("NestJS", prefix)
		if s.has("exclude") {
			s.facts.mount("NestJS")
		}
	case ".go":
		s.goHandings()
	case ".rs":
		if !contains(s.text, ".nest(") && !contains(s.text, "web::scope(") && !contains(s.text, ".mount(") && !(contains(s.text, ".merge(") && contains(s.text, "Router")) {
			return
		}
		s.rustMountings()
	}
}

var (
	pyFrom     = lazy(`(?m)^[ \t]*from\s+([.\w]+)\s+import\s+([^\n(#]+|\([^)]*\))`)
	djangoI18n = lazy(`\bi18n_patterns\(`)
	djangoIncl = lazy(`\b(?:path|re_path|url)\(\s*(?:r?["']\^?([^"'\s]*)["']|([^"',()][^,()]*))\s*,\s*include\(\s*\(?["']([\w.]+)["']`)
)

// mountings notes the routers of other files that this one mounts.
func (s *source) mountings() {
	switch path.Ext(s.base) {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts":
		if contains(s.text, `.get("/"`) || contains(s.text, `.get('/'`) {
			s.facts.rootGets = append(s.facts.rootGets, s.file)
		}
		if contains(s.text, "/") && slices.ContainsFunc([]string{".use(", ".route(", ".register(", ".group(", "(app", "(server", "(fastify"}, func(word string) bool { return contains(s.text, word) }) {
			s.jsMountings()
		}
	case ".py":
		if contains(s.text, "include_router") || contains(s.text, "register_blueprint") {
			s.pyMountings()
		}
		if contains(s.text, "urlpatterns") && contains(s.text, "include(") {
			s.djangoMountings()
		}
	}
}

func (s *source) jsMountings() {
	s.parse()
	from := s.imports()
	for _, use := range s.jsUses() {
		target := from[use.name]
		if use.file != "" {
			target = path.Join(path.Dir(s.file), use.file)
		}
		if target == "" {
			continue
		}
		base, unknown, receivers := jsPrefix(s, use.outer)
		s.facts.mountings = append(s.facts.mountings, mounting{
			by: s.file, target: target, prefix: joinPath(base, use.prefix), rooted: !unknown, guard: s.mountGuard(receivers, use.at, use.call),
		})
	}
}

func (s *source) pyMountings() {
	s.parse()
	from := map[string]string{}
	for _, at := range s.all(pyFrom) {
		module := pyModule(s.file, s.group(at, 1))
		for _, name := range strings.FieldsFunc(s.group(at, 2), func(r rune) bool { return strings.ContainsRune("(), \n\t\r", r) }) {
			from[name] = module
		}
		if fields := strings.Fields(s.group(at, 2)); len(fields) == 3 && fields[1] == "as" {
			from[fields[2]] = module
		}
	}
	for _, use := range s.pyUses() {
		name, attr, dotted := strings.Cut(use.name, ".")
		module, ok := from[name]
		if !ok {
			continue
		}
		target := module
		if dotted && attr != "" && !strings.Contains(attr, ".") { // from app.routers import health; health.router
			target = strings.TrimPrefix(module+"/"+name, "/")
		}
		base, unknown, made := pyWhere(s, use.outer)
		m := mounting{by: s.file, target: target, prefix: joinPath(base, use.prefix), rooted: !unknown}
		if strings.TrimSpace(made+pyGuards(use.call)) != "" {
			e := s.at(use.at)
			m.guard = &e
		}
		s.facts.mountings = append(s.facts.mountings, m)
	}
}

// pyModule is a module as the end of a path.
func pyModule(file, module string) string {
	rest := strings.TrimLeft(module, ".")
	dots := len(module) - len(rest)
	name := strings.ReplaceAll(rest, ".", "/")
	if dots == 0 {
		return name
	}
	dir := path.Dir(file)
	for range dots - 1 {
		dir = path.Dir(dir)
	}
	return path.Join(dir, name)
}

func (s *source) djangoMountings() {
	s.parse()
	for _, at := range s.all(djangoIncl) {
		s.facts.mountings = append(s.facts.mountings, mounting{
			by: s.file, target: strings.ReplaceAll(s.group(at, 3), ".", "/"), prefix: joinPath(s.djangoPrefix(at), ""), rooted: djangoRoot(s),
		})
	}
}

// djangoPrefix is the path of an include, below the language where it is one of
// i18n_patterns.
func (s *source) djangoPrefix(at []int) string {
	prefix := s.group(at, 1)
	if other := s.group(at, 2); other != "" {
		prefix = s.pathOf(other)
	}
	if s.inLanguages(at[0]) {
		return unknownPath
	}
	return prefix
}

// inLanguages: what stands at offset is served below the code of a language.
func (s *source) inLanguages(offset int) bool {
	for _, at := range s.all(djangoI18n) {
		if at[1] <= offset && offset < s.closeOf(at[1]-1) {
			return true
		}
	}
	return false
}
