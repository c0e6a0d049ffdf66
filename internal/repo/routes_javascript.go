package repo

import (
	"bytes"
	"strings"
)

var (
	jsCall    = lazy(`([\w$]*)(?:\(\))?\)?\s*\.(get|all|head|use|route)\(\s*` + literal + `\s*(,|\))`)
	jsObject  = lazy(`\b(?:url|path)\s*:\s*` + literal)
	jsMethod  = lazy(`method\s*:\s*\[?\s*["'](?:GET|ALL|\*|get)`)
	jsServe   = lazy(literal + `\s*:\s*(?:new Response|Response|async|\(|\{|function)`)
	jsRequest = lazy(`(?:\.url|\.pathname|\bpathname|\.path)\s*={2,3}\s*` + literal)
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
		if !s.notGet(at[0]) {
			s.add(s.compared(found{offset: at[0], framework: framework, path: s.group(at, 1)}, "createServer(", "serve(", "fetch(", "function "))
		}
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
