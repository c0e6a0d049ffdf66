package repo

import (
	"bytes"
	"path"
	"strings"
)

var (
	pyDecorator = lazy(`(?m)^[ \t]*@([\w.]+)\.(get|route|api_route|head)\(\s*r?` + literal)
	pyBare      = lazy(`(?m)^[ \t]*@(get|route)\(\s*` + literal)
	pyAdd       = lazy(`\b(?:web\.get|[\w.]+\.add_get|[\w.]+\.add_route|[\w.]+\.add_url_rule|[\w.]+\.add_api_route|Route)\(\s*` + literal + `\s*,`)
	pyReturned  = lazy(`\breturn\s+(?:Starlette|FastAPI|Application|web\.Application)\(`)
	pyFactory   = lazy(`(?i)^(?:create|make|build|get|init)?_?(?:the_)?(?:app|application|asgi\w*)(?:_factory)?$`)
	pyDef       = lazy(`(?m)^[ \t]*(?:async\s+)?def\s+(\w+)`)
	pyTornado   = lazy(`\(\s*r?` + literal + `\s*,\s*\w+Handler\b`)
	pyDjango    = lazy(`\b(path|re_path|url)\(\s*r?` + literal + `\s*,\s*([\w."'(]+)`)
	pyRouter    = lazy(`(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(Blueprint|APIRouter|Router|APIBlueprint)\(((?:[^()]|\([^()]*\))*)\)`)
	pyApp       = lazy(`(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(?:Flask|FastAPI|Starlette|Quart|Sanic|Litestar|Bottle|APIFlask|Robyn|FalconApp|App|create_app)\(`)
	pyMount     = lazy(`([\w.]+)\.(?:include_router|register_blueprint|blueprint|mount)\(`)
	pyPrefix    = lazy(`^(?:url_prefix|prefix)\s*=\s*(.+)$`)
	pyName      = lazy(`^(?:router\s*=\s*|blueprint\s*=\s*|app\s*=\s*)?([A-Za-z_][\w.]*)$`)
	pyBefore    = lazy(`(?m)^[ \t]*@(\w+)\.before_request\b`)
	pyMethods   = lazy(`methods\s*=\s*[\[({]([^\])}]*)`)
)

// python reads Flask, FastAPI and their kin, and Django's URLconfs.
func python(s *source) {
	framework := pyFramework(s.text)
	s.each(pyDecorator, func(at []int) {
		// The decorator, others around it, and the function's signature.
		context := s.around(at[0], 500, ":\n", ":\r")
		if m := pyMethods().FindStringSubmatch(s.arguments(at[1])); m != nil && !strings.Contains(strings.ToUpper(m[1]), "GET") {
			return
		}
		prefix, unknown, made := pyWhere(s, s.group(at, 1))
		s.add(found{offset: at[4] - 1, framework: framework, receivers: []string{s.group(at, 1)}, prefix: prefix, path: s.group(at, 3), prefixed: unknown, context: pyAbove(s, at[0]) + context + made})
	})
	s.each(pyBare, func(at []int) {
		s.add(found{offset: at[2], framework: framework, path: s.group(at, 2), prefixed: true, context: s.around(at[0], 500, ":\n")})
	})
	s.each(pyAdd, func(at []int) {
		// A small app that a function returns is one more beside the program's own.
		aside := pyReturned().MatchString(s.statement(at[0])) && !pyFactory().MatchString(s.functionAt(pyDef, at[0]))
		s.add(found{offset: at[0], framework: framework, path: s.group(at, 1), prefixed: aside})
	})
	if s.has("tornado") {
		s.each(pyTornado, func(at []int) {
			s.add(found{offset: at[0], framework: "Tornado", path: strings.Trim(s.group(at, 1), "^$")})
		})
	}
	if s.has("urlpatterns") {
		django(s)
	}
}

// pyAbove is the decorators right above the one at offset.
func pyAbove(s *source, offset int) string {
	var above strings.Builder
	end := offset
	for end > 0 {
		start := bytes.LastIndexByte(s.code[:end-1], '\n') + 1
		line := strings.TrimSpace(string(s.code[start:end]))
		if !strings.HasPrefix(line, "@") {
			break
		}
		above.WriteString(line + " ")
		end = start
	}
	return above.String()
}

// pyUse is a router or an app that another is given.
type pyUse struct {
	at                        int
	outer, name, prefix, call string
	flask                     bool // its prefix replaces the blueprint's own
}

// pyUses are those of the file.
func (s *source) pyUses() []pyUse {
	if s.given != nil {
		return s.given
	}
	s.given = []pyUse{}
	for _, at := range s.all(pyMount) {
		use := pyUse{at: at[0], outer: s.group(at, 1), call: s.arguments(at[1]), flask: contains(s.code[at[0]:at[1]], "blueprint")}
		arguments := splitArguments(use.call)
		if contains(s.code[at[0]:at[1]], ".mount(") && len(arguments) > 1 {
			use.prefix = s.pathOf(arguments[0])
			arguments = arguments[1:]
		}
		for _, one := range arguments {
			if m := pyPrefix().FindStringSubmatch(one); m != nil {
				use.prefix = s.pathOf(m[1])
			} else if m := pyName().FindStringSubmatch(one); m != nil && use.name == "" {
				use.name = m[1]
			}
		}
		s.given = append(s.given, use)
	}
	return s.given
}

// pyOwn is the prefix that a router is made with.
func (s *source) pyOwn(arguments string) string {
	for _, one := range splitArguments(arguments) {
		if m := pyPrefix().FindStringSubmatch(one); m != nil {
			return s.pathOf(m[1])
		}
	}
	return ""
}

// pyWhere is the prefix of a router as this file tells it, and the code that
// made it. A blueprint that isn't mounted here is mounted elsewhere.
func pyWhere(s *source, receiver string) (prefix string, unknown bool, made string) {
	isApp := receiver == "app" || receiver == "application" || receiver == "server"
	for _, at := range s.all(pyApp) {
		isApp = isApp || s.group(at, 1) == receiver
	}
	base := ""
	for _, at := range s.all(pyRouter) {
		if s.group(at, 1) == receiver {
			isApp = false
			base, made = s.pyOwn(s.group(at, 3)), " "+pyGuards(s.group(at, 3))
		}
	}
	for _, at := range s.all(pyBefore) {
		if s.group(at, 1) == receiver && !isApp && turnsAway(s.from(at[0], 900)) {
			made += " requireAuth"
		}
	}
	for _, use := range s.pyUses() {
		if use.name != receiver || use.outer == receiver {
			continue
		}
		made += " " + pyGuards(use.call)
		if use.flask && use.prefix != "" {
			return use.prefix, false, made
		}
		return joinPath(use.prefix, base), false, made
	}
	return base, !isApp, made
}

// pyGuards is a mark when a router's arguments name dependencies that guard.
func pyGuards(arguments string) string {
	if i := strings.Index(arguments, "dependencies"); i >= 0 && guardWord().MatchString(arguments[i:]) {
		return "requireAuth"
	}
	return ""
}

// django reads urlpatterns. The root URLconf lies beside settings and wsgi, or
// mounts the admin; the paths of any other stand below an include().
func django(s *source) {
	root := s.has("admin.site.urls")
	s.each(pyDjango, func(at []int) {
		p, view := s.group(at, 2), s.group(at, 3)
		if s.group(at, 1) != "path" {
			p = strings.NewReplacer("^", "", "$", "", "/?", "/").Replace(p)
		}
		// django-health-check answers at the root of its include.
		included := strings.HasPrefix(view, "include(") && !strings.Contains(view, "health_check")
		if s.inLanguages(at[0]) {
			return
		}
		s.add(found{offset: at[0], framework: "Django", path: p, handler: view, prefixed: included || !root && path.Dir(s.file) != "." && !djangoRoot(s)})
	})
}

// djangoRoot: the file is the project's URLconf, not an application's.
func djangoRoot(s *source) bool {
	for _, beside := range []string{"settings.py", "wsgi.py", "asgi.py", "settings/__init__.py", "settings/base.py", "settings/production.py"} {
		if fileExists(s.sc.root, path.Join(path.Dir(s.file), beside)) {
			return true
		}
	}
	return false
}

func pyFramework(text []byte) string {
	for _, name := range [...]string{"FastAPI", "Flask", "Quart", "Starlette", "Sanic", "Litestar", "aiohttp", "Bottle", "falcon", "robyn"} {
		if bytes.Contains(text, []byte(name)) || bytes.Contains(text, []byte(strings.ToLower(name))) {
			return name
		}
	}
	return "Python"
}
