package repo

import (
	"path"
	"strings"
)

// Where the routers of JavaScript are mounted, as far as their own file tells.

var (
	jsApp    = lazy(`([\w$]+)\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:(?:[\w$]+\.)?(?:express|fastify|Fastify|polka|restana|createServer|createApp|build\w*)\(|new\s+(?:Hono|OpenAPIHono|Elysia|Koa|Application|Server|HyperExpress\.Server)\b)`)
	jsRouter = lazy(`([\w$]+)\s*(?::[^=\n]+)?=\s*(?:new\s+)?(?:[\w$]+\.)?(?:Router|KoaRouter|createRouter|OpenAPIRouter)\s*(?:<[^>]*>)?\(\s*(?:\{[^}]*prefix\s*:\s*` + literal + `)?`)
	jsMount  = lazy(`([\w$]*)\)?\s*\.(?:use|route|register|group|mount)\(\s*`)
	jsHanded = lazy(`(?:\brequire\(\s*["'](\.{1,2}/[^"'\s]+)["']\s*\)|\b([\w$]+))\(\s*(app|server|fastify)\b\s*[,)]`)
	jsTarget = lazy(`^(?:await\s+)?(?:require\(\s*["'](\.{1,2}/[^"'\s]+)["']\s*\)|([\w$]+))`)
	jsOption = lazy(`\bprefix\s*:\s*([^,}]+)`)
	pathName = lazy(`(?i)prefix|base|path|root|^api|url|version|mount`)
	jsBase   = lazy(`\.basePath\(\s*([^(),]+)`)
	jsOwn    = lazy(`\bnew\s+Elysia\(\s*\{[^}]*\bprefix\s*:\s*([^,}]+)`)
)

// jsUse is a router that is put onto another: by its name, or by the file that
// it comes from.
type jsUse struct {
	at                        int
	outer, prefix, name, file string
	call                      string // its arguments
}

// jsUses are the routers that the file puts onto others.
func (s *source) jsUses() []jsUse {
	if s.used != nil {
		return s.used
	}
	s.used = []jsUse{}
	for _, at := range s.all(jsMount) {
		call := s.arguments(at[1])
		use := jsUse{at: at[0], outer: s.group(at, 1), call: call}
		arguments := splitArguments(call)
		if n := len(arguments); n > 1 && arguments[n-1][0] == '{' {
			if m := jsOption().FindStringSubmatch(arguments[n-1]); m != nil {
				use.prefix = s.pathOf(m[1])
			}
			arguments = arguments[:n-1]
		}
		if len(arguments) == 0 {
			continue
		}
		if first := arguments[0]; len(arguments) > 1 {
			// A name may be middleware, and then it says nothing of the path.
			if p := s.pathOf(first); p != unknownPath || strings.ContainsAny(first[:1], "\"'`") || pathName().MatchString(first) {
				use.prefix = joinPath(p, use.prefix)
			}
		}
		if m := jsTarget().FindStringSubmatch(arguments[len(arguments)-1]); m != nil {
			use.file, use.name = m[1], m[2]
			s.used = append(s.used, use)
		}
	}
	if !s.hasAny("(app", "(server", "(fastify", "( app", "( server", "( fastify") {
		return s.used
	}
	for _, at := range s.all(jsHanded) {
		s.used = append(s.used, jsUse{at: at[0], outer: s.group(at, 3), file: s.group(at, 1), name: s.group(at, 2)})
	}
	return s.used
}

// jsPrefix is where the receiver of a route is mounted, as far as this file
// tells, and the routers that it is part of. A router that the file neither
// serves nor exports as the app is mounted elsewhere, and so is an app that a
// function is handed.
func jsPrefix(s *source, receiver string) (prefix string, unknown bool, receivers []string) {
	base := ""
	for _, at := range s.all(jsBase) {
		base = s.pathOf(s.group(at, 1))
		break
	}
	for i, at := range s.all(jsOwn) {
		if own := s.pathOf(s.group(at, 1)); i == 0 {
			base = own
		} else if own != base {
			base = unknownPath
		}
	}
	receivers = []string{receiver}
	isApp, made := receiver == "app" || receiver == "server" || receiver == "", false
	for _, at := range s.all(jsApp) {
		made = made || s.group(at, 1) == receiver
	}
	isRouter := !made && isApp && s.isParameter(receiver)
	isApp = isApp || made
	for _, at := range s.all(jsRouter) {
		if s.group(at, 1) == receiver {
			isRouter, isApp, base = true, false, joinPath(base, s.group(at, 2))
		}
	}
	for _, use := range s.jsUses() {
		if use.name == receiver && receiver != "" && use.outer != receiver {
			return joinPath(use.prefix, base), false, append(receivers, "app", "server")
		}
	}
	if isApp && s.subApp() {
		return base, true, receivers
	}
	return base, isRouter || !isApp, receivers
}

// maxParameters bounds what is gone through for names, in bytes.
const maxParameters = 10 << 20

// isParameter: a function of the file takes it, and the file makes no app.
func (s *source) isParameter(name string) bool {
	if name == "" || !s.hasAny("("+name, ","+name, ", "+name, "="+name, "= "+name) || len(s.all(jsApp)) > 0 {
		return false
	}
	is, known := s.parameters[name]
	if !known && len(s.parameters)*len(s.code) < maxParameters {
		s.work += len(s.code)
		is = lazy(`(?:\(|,\s*|=\s*)` + quoteMeta(name) + `\s*(?::\s*[\w.<>, \[\]]+)?\s*(?:,[^()]*)?\)?\s*(?::\s*[\w<>\[\] ]+)?\s*(?:=>|\{)`)().Match(s.code)
		if s.parameters == nil {
			s.parameters = map[string]bool{}
		}
		s.parameters[name] = is
	}
	return is
}

// subApp: the file makes an app of a kind that is a router as well (Hono,
// Elysia, Koa), does not serve it, and its place says that it is a part.
func (s *source) subApp() bool {
	if !s.has("new Hono") && !s.has("new Elysia") && !s.has("new OpenAPIHono") {
		return false
	}
	for _, serves := range []string{"serve(", ".listen(", "export default {", "Bun.serve", "handle(", "fetch:", ".fetch"} {
		if s.has(serves) {
			return false
		}
	}
	dir := path.Base(path.Dir(s.file))
	stem := strings.TrimSuffix(s.base, path.Ext(s.base))
	part := inList(" routes routers router controllers handlers modules features endpoints rest api v1 v2 ", dir) && !inList(" index app server main ", stem)
	whole := inList(" app server main ", stem) && inList(" . src server backend ", dir) // which another file serves
	return part || !whole && !s.has("export default") && s.has("export ")
}
