package repo

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

var (
	pyDecorator = lazy(`(?m)^[ \t]*@([\w.]+)\.(get|route|api_route|head)\(\s*r?` + literal)
	pyBare      = lazy(`(?m)^[ \t]*@(get|route)\(\s*` + literal)
	pyAdd       = lazy(`\b(?:web\.get|[\w.]+\.add_get|[\w.]+\.add_route|[\w.]+\.add_url_rule|[\w.]+\.add_api_route|Route)\(\s*` + literal + `\s*,`)
	pyTornado   = lazy(`\(\s*r?` + literal + `\s*,\s*\w+Handler\b`)
	pyDjango    = lazy(`\b(path|re_path|url)\(\s*r?` + literal + `\s*,\s*([\w."'(]+)`)
	pyRouter    = lazy(`(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(Blueprint|APIRouter|Router|APIBlueprint)\(((?:[^()]|\([^()]*\))*)\)`)
	pyApp       = lazy(`(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(?:Flask|FastAPI|Starlette|Quart|Sanic|Litestar|Bottle|APIFlask|Robyn|FalconApp|App|create_app)\(`)
	pyMount     = lazy(`(?:include_router|register_blueprint|blueprint|mount)\(\s*(?:` + literal + `\s*,\s*)?([\w.]+)\s*((?:,[^()]*)?)\)`)
	pyPrefix    = lazy(`\b(?:url_prefix|prefix)\s*=\s*` + literal)
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
		s.add(found{offset: at[0], framework: framework, path: s.group(at, 1)})
	})
	if bytes.Contains(s.code, []byte("tornado")) {
		s.each(pyTornado, func(at []int) {
			s.add(found{offset: at[0], framework: "Tornado", path: strings.Trim(s.group(at, 1), "^$")})
		})
	}
	if bytes.Contains(s.code, []byte("urlpatterns")) {
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
			base, made = firstGroup(pyPrefix(), s.group(at, 3)), " "+pyGuards(s.group(at, 3))
		}
	}
	for _, at := range s.all(pyBefore) {
		if s.group(at, 1) == receiver && !isApp && turnsAway(s.from(at[0], 900)) {
			made += " requireAuth"
		}
	}
	if isApp {
		return "", false, made
	}
	for _, at := range s.all(pyMount) {
		if s.group(at, 2) != receiver {
			continue
		}
		made += " " + pyGuards(s.group(at, 3))
		outer := s.group(at, 1) + firstGroup(pyPrefix(), s.group(at, 3))
		if bytes.Contains(s.code[at[0]:at[1]], []byte("register_blueprint")) && outer != "" {
			return outer, false, made // Flask: the later prefix replaces the blueprint's
		}
		return joinPath(outer, base), false, made
	}
	return base, true, made
}

// pyGuards is a mark when a router's arguments name dependencies that guard.
func pyGuards(arguments string) string {
	if i := strings.Index(arguments, "dependencies"); i >= 0 && guardWord().MatchString(arguments[i:]) {
		return "requireAuth"
	}
	return ""
}

func firstGroup(expr *regexp.Regexp, text string) string {
	if m := expr.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// django reads urlpatterns. The root URLconf lies beside settings and wsgi, or
// mounts the admin; the paths of any other stand below an include().
func django(s *source) {
	root := bytes.Contains(s.code, []byte("admin.site.urls"))
	s.each(pyDjango, func(at []int) {
		p, view := s.group(at, 2), s.group(at, 3)
		if s.group(at, 1) != "path" {
			p = strings.NewReplacer("^", "", "$", "", "/?", "/").Replace(p)
		}
		// django-health-check answers at the root of its include.
		included := strings.HasPrefix(view, "include(") && !strings.Contains(view, "health_check")
		if s.postOnly(view) {
			return
		}
		s.add(found{offset: at[0], framework: "Django", path: p, prefixed: included || !root && path.Dir(s.file) != "." && !djangoRoot(s)})
	})
}

// postOnly: the view stands in this file and takes no GET.
func (s *source) postOnly(view string) bool {
	name := strings.Trim(view, `"'(`)
	at := bytes.Index(s.code, []byte("def "+name+"("))
	if at < 0 || name == "" {
		return false
	}
	above := string(s.code[max(0, at-120):at])
	return strings.Contains(above, "require_POST") || strings.Contains(above, `require_http_methods(["POST"`)
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
