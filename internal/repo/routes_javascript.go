package repo

import (
	"bytes"
	"path"
	"strings"
)

var (
	jsCall      = lazy(`([\w$]*)(?:\(\))?\)?\s*\.(get|all|head|use|route)\(\s*` + literal + `\s*(,|\))`)
	jsObject    = lazy(`\b(?:url|path)\s*:\s*` + literal)
	jsMethod    = lazy(`method\s*:\s*\[?\s*["'](?:GET|ALL|\*|get)`)
	jsServe     = lazy(literal + `\s*:\s*(?:new Response|Response|async|\(|\{|function)`)
	jsRequest   = lazy(`(?:\.url|\.pathname|\bpathname|\.path)\s*={2,3}\s*` + literal)
	jsApp       = lazy(`([\w$]+)\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:(?:[\w$]+\.)?(?:express|fastify|Fastify|polka|restana|createServer|createApp|build\w*)\(|new\s+(?:Hono|OpenAPIHono|Elysia|Koa|Application|Server|HyperExpress\.Server)\b)`)
	jsRouter    = lazy(`([\w$]+)\s*(?::[^=\n]+)?=\s*(?:new\s+)?(?:[\w$]+\.)?(?:Router|KoaRouter|createRouter|OpenAPIRouter)\s*(?:<[^>]*>)?\(\s*(?:\{[^}]*prefix\s*:\s*` + literal + `)?`)
	jsMount     = lazy(`([\w$]*)\)?\s*\.(?:use|route|register|group|mount)\(\s*`)
	jsHanded    = lazy(`(?:\brequire\(\s*["'](\.{1,2}/[^"'\s]+)["']\s*\)|\b([\w$]+))\(\s*(app|server|fastify)\b\s*[,)]`)
	jsTarget    = lazy(`^(?:await\s+)?(?:require\(\s*["'](\.{1,2}/[^"'\s]+)["']\s*\)|([\w$]+))`)
	jsOption    = lazy(`\bprefix\s*:\s*([^,}]+)`)
	pathName    = lazy(`(?i)prefix|base|path|root|^api|url|version|mount`)
	jsBase      = lazy(`\.basePath\(\s*([^(),]+)`)
	jsOwn       = lazy(`\bnew\s+Elysia\(\s*\{[^}]*\bprefix\s*:\s*([^,}]+)`)
	nestClass   = lazy(`@Controller\(\s*(?:` + literal + `)?`)
	nestGet     = lazy(`@Get\(\s*(?:` + literal + `)?\s*\)`)
	nestGlobal  = lazy(`setGlobalPrefix\(\s*([^(),]+)`)
	nestVersion = lazy(`\benableVersioning\(`)
	nestDefault = lazy(`\bdefaultVersion\s*:\s*([^,}]+)`)
)

// jsClients are objects whose get() asks another server.
const jsClients = " axios http https got ky superagent request client fetch $http $ agent supertest instance.axios apiClient httpClient undici needle wretch page browser cy z redis cache map params searchParams headers store config i18n _ "

// javascript reads Express, Fastify, Hono, Koa, Elysia, NestJS and plain
// servers.
func javascript(s *source) {
	framework := jsFramework(s.text)
	if s.has("@Controller(") {
		nest(s)
		return
	}
	s.each(jsCall, func(at []int) { jsCalled(s, framework, at) })
	s.each(jsObject, func(at []int) {
		// fastify.route({ method: 'GET', url: '/health' }), in any order.
		head := string(s.code[max(0, at[0]-160):at[0]])
		i := strings.LastIndex(head, ".route(")
		if i < 0 {
			return
		}
		whole := head[i:] + s.around(at[0], 160, "handler", "=>", "})")
		if jsMethod().MatchString(whole) {
			s.add(found{offset: at[0], framework: framework, path: s.group(at, 1), context: whole})
		}
	})
	serves := s.has("Bun.serve") || s.has("Deno.serve") || s.has("createServer(")
	if !serves {
		return
	}
	s.each(jsRequest, func(at []int) {
		s.add(found{offset: at[0], framework: framework, path: s.group(at, 1), request: true, receivers: []string{"-"}})
	})
	if s.has("Bun.serve") {
		for _, at := range jsServe().FindAllSubmatchIndex(s.code, maxMatches) {
			if after := s.around(at[1]-1, 300, "\n\t},", "\n    },", "},\n"); after[0] == '{' && !strings.Contains(after, "GET") {
				continue // an object of methods
			}
			s.add(found{offset: at[0], framework: "Bun", path: s.group(at, 1), receivers: []string{"-"}})
		}
	}
}

// jsCalled judges one receiver.method("path", ...).
func jsCalled(s *source, framework string, at []int) {
	receiver, method, p := s.group(at, 1), s.group(at, 2), s.group(at, 3)
	more := s.group(at, 4) == ","
	if inList(jsClients, receiver) {
		return
	}
	rest := s.around(at[1], 240)
	arguments := s.arguments(at[1])
	prefix, prefixed, receivers := jsPrefix(s, receiver)
	context := s.around(at[0], 240, "=>", "function", ";")
	switch {
	case method == "route" && !more:
		// app.route('/health').get(...)
		if !strings.HasPrefix(strings.TrimSpace(rest), ".get(") && !strings.HasPrefix(strings.TrimSpace(rest), ".all(") {
			return
		}
	case !more || method == "head":
		return
	case method == "use" || method == "route":
		// app.use('/health', router): where below it, the router's file says.
		if !jsHandler(arguments) {
			s.add(found{offset: at[4] - 1, framework: framework, receivers: receivers, prefix: prefix, path: p, prefixed: true, unsureMount: prefixed,
				context: context, target: s.imports()[strings.TrimSpace(arguments)]})
			return
		}
	case !jsHandler(arguments) && (!jsNamedHandler(arguments, receiver) || jsAsked(s.code[:at[0]])):
		return
	}
	// The dot before the method: a chained call's receiver is lines above.
	s.add(found{offset: at[4] - 1, framework: framework, receivers: receivers, prefix: prefix, path: p, prefixed: prefixed, context: context})
}

// jsAsked: what stands before a call uses its result, as clients do.
func jsAsked(before []byte) bool {
	before = bytes.TrimRight(before, " \t")
	for _, end := range [...]string{"await", "return", "=", "=>", "(", "?", ":"} {
		if bytes.HasSuffix(before, []byte(end)) {
			return true
		}
	}
	return false
}

// jsHandler: the arguments hold a function.
func jsHandler(arguments string) bool {
	return strings.Contains(arguments, "=>") || strings.Contains(arguments, "function")
}

// jsNamedHandler: what follows names handlers, as in ("/health", check). An
// object alone is what clients take as options.
func jsNamedHandler(arguments, receiver string) bool {
	arguments = strings.TrimSpace(arguments)
	return arguments != "" && (arguments[0] != '{' || inList(" app fastify server router ", receiver))
}

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
	return part || !s.has("export default") && s.has("export ")
}

// nest reads NestJS controllers: a class's path, then its methods'.
func nest(s *source) {
	classes := s.all(nestClass)
	s.everywhere(nestGet, func(at []int) {
		prefix, from := "", 0
		for _, class := range classes {
			if class[0] < at[0] {
				prefix, from = s.group(class, 1), class[0]
			}
		}
		context := string(s.code[max(0, at[0]-120):at[0]])
		context = context[strings.LastIndexAny(context, "}{")+1:] + s.around(at[0], 200, "{")
		if head := string(s.code[max(0, from-200):at[0]]); strings.Contains(head, "@UseGuards") {
			context += " useGuards"
		}
		s.add(found{offset: at[0], framework: "NestJS", prefix: prefix, path: s.group(at, 1), context: context})
	})
}

// nestVersion is what an app with versions puts before every route that names
// none, "" for nothing.
func (s *source) nestVersion() string {
	at := s.seen(nestVersion)
	if at == nil {
		return ""
	}
	call := s.arguments(at[1])
	m := nestDefault().FindStringSubmatch(call)
	if m == nil || !strings.Contains(call, "VersioningType.URI") {
		return ""
	}
	before := "v"
	if own := jsOption().FindStringSubmatch(call); own != nil {
		before = strings.TrimPrefix(s.pathOf(own[1]), "/")
	}
	return before + strings.TrimPrefix(s.pathOf(m[1]), "/")
}

func jsFramework(text []byte) string {
	for _, name := range [...]string{"Fastify", "Hono", "Elysia", "Koa", "Express"} {
		if bytes.Contains(text, []byte(name)) || bytes.Contains(text, []byte(strings.ToLower(name))) {
			return name
		}
	}
	switch {
	case bytes.Contains(text, []byte("Bun.serve")):
		return "Bun"
	case bytes.Contains(text, []byte("Deno.serve")):
		return "Deno"
	}
	return "Node.js"
}
