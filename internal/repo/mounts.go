package repo

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

type matcher = func() *regexp.Regexp

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
		s.everywhere(rsPrefix, func(at []int) {
			if s.group(at, 1)+s.group(at, 2)+s.group(at, 3) != "/" {
				s.facts.mount("Rust")
			}
		})
	}
}

var (
	jsImport   = lazy(`\bimport\s+(?:\*\s+as\s+)?([\w$]+|\{[^}]*\})\s+from\s+["'](\.{1,2}/[^"'\s]+)["']|\b(?:const|let|var)\s+([\w$]+|\{[^}]*\})\s*=\s*require\(\s*["'](\.{1,2}/[^"'\s]+)["']\s*\)`)
	jsMounts   = lazy("([\\w$]*)\\)?\\s*\\.(?:use|route|register|group|mount)\\(\\s*(?:[\"'`]([^\"'`\\s]*)[\"'`]\\s*,\\s*)?(?:[\\w$]+\\s*,\\s*)*?(?:require\\(\\s*[\"'](\\.{1,2}/[^\"'\\s]+)[\"']\\s*\\)|([\\w$]+))(?:\\.(?:routes|middleware|router)(?:\\(\\))?)?(?:\\(\\))?\\s*(?:,\\s*\\{[^}]*?prefix\\s*:\\s*[\"'`]([^\"'`]*)[\"'`][^}]*\\}\\s*)?\\)")
	pyFrom     = lazy(`(?m)^[ \t]*from\s+([.\w]+)\s+import\s+([^\n(#]+|\([^)]*\))`)
	pyMounts   = lazy(`(\w+)\.(?:include_router|register_blueprint)\(\s*([\w.]+)((?:[^()]|\([^()]*\))*)\)`)
	djangoIncl = lazy(`\b(?:path|re_path|url)\(\s*r?["']\^?([^"'\s]*)["']\s*,\s*include\(\s*\(?["']([\w.]+)["']`)
)

// mountings notes the routers of other files that this one mounts.
func (s *source) mountings() {
	switch path.Ext(s.base) {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts":
		if contains(s.text, `.get("/"`) || contains(s.text, `.get('/'`) {
			s.facts.rootGets = append(s.facts.rootGets, s.file)
		}
		if contains(s.text, "./") && (contains(s.text, ".use(") || contains(s.text, ".route(") || contains(s.text, ".register(") || contains(s.text, ".group(")) {
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

// imports are the files that names of this one come from, without endings.
func (s *source) imports() map[string]string {
	if s.imported != nil {
		return s.imported
	}
	s.imported = map[string]string{}
	for _, at := range s.all(jsImport) {
		names, target := s.group(at, 1)+s.group(at, 3), s.group(at, 2)+s.group(at, 4)
		target = path.Join(path.Dir(s.file), target)
		for _, ext := range []string{".js", ".ts", ".mjs", ".mts", ".cjs"} {
			target = strings.TrimSuffix(target, ext)
		}
		for _, name := range strings.FieldsFunc(names, func(r rune) bool { return strings.ContainsRune("{}, \n\t\r", r) }) {
			s.imported[name] = target
		}
	}
	return s.imported
}

func (s *source) jsMountings() {
	s.parse()
	from := s.imports()
	for _, at := range s.all(jsMounts) {
		target := from[s.group(at, 4)]
		if t := s.group(at, 3); t != "" {
			target = path.Join(path.Dir(s.file), t)
		}
		if target == "" {
			continue
		}
		receiver := s.group(at, 1)
		base, unknown, _ := jsPrefix(s, receiver)
		s.facts.mountings = append(s.facts.mountings, mounting{
			by: s.file, target: target, prefix: joinPath(base, s.group(at, 2)+s.group(at, 5)), rooted: !unknown,
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
	for _, at := range s.all(pyMounts) {
		name, attr, dotted := strings.Cut(s.group(at, 2), ".")
		module, ok := from[name]
		if !ok {
			continue
		}
		target := module
		if dotted && attr != "" && !strings.Contains(attr, ".") { // from app.routers import health; health.router
			target = strings.TrimPrefix(module+"/"+name, "/")
		}
		_, unknown, _ := pyWhere(s, s.group(at, 1))
		s.facts.mountings = append(s.facts.mountings, mounting{
			by: s.file, target: target, prefix: joinPath(firstGroup(pyPrefix(), s.group(at, 3)), ""), rooted: !unknown,
		})
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
			by: s.file, target: strings.ReplaceAll(s.group(at, 2), ".", "/"), prefix: joinPath(s.group(at, 1), ""), rooted: djangoRoot(s),
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
	low := max(0, offset-20_000)
	before := s.code[low:offset]
	start := max(bytes.LastIndex(before, []byte("Router::new()")), bytes.LastIndex(before, []byte("App::new()")), bytes.LastIndex(before, []byte("Route::new()")))
	if !serves || start < 0 {
		return false
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
			return false
		}
	}
	nested := bytes.LastIndex(bytes.TrimRight(s.code[low:start], " \t\r\n"), []byte(".nest("))
	return depth == 0 && (nested < 0 || bytes.ContainsAny(s.code[low+nested:start], ")"))
}
