package repo

import (
	"path"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What stands before every route of an app: middleware of the whole app, and the
// files in which a framework looks for it.

// appGuard is something that every route of some frameworks is behind.
type appGuard struct {
	frameworks string // a list
	code       string // its own code: a path that it names is let through
	moves      bool   // it sends visitors elsewhere, whoever they are
	plan.Evidence
}

// guardRow is one way to put something before all routes of an app.
type guardRow struct {
	frameworks string
	ends       string // of the files in which it is written
	file       string // with a slash: the file's path from its package; else its name without ending; "" any
	words      string // must be in the text; cheap
	expr       matcher
	body       int  // so much of the code from the match is looked at; 0: to the end of the call
	certain    bool // the match alone says it; otherwise its code must turn away
	alone      bool // the file holds nothing but the guard
}

// guardRows is the table.
var guardRows = [...]guardRow{
	{frameworks: " Flask Quart ", ends: " .py ", words: "before_request", expr: lazy(`(?m)@(?:app|application|\w*app)\.before_request\b|\b(?:app|application)\.before_request\(`), body: 1500},
	{frameworks: " FastAPI Starlette ", ends: " .py ", words: "dependencies", expr: lazy(`\bFastAPI\((?:[^()]|\([^()]*\))*\bdependencies\s*=\s*\[`)},
	{frameworks: " FastAPI Starlette ", ends: " .py ", words: "middleware", expr: lazy(`(?m)@(?:app|application)\.middleware\(\s*["']http["']\s*\)`), body: 1500},
	{frameworks: " FastAPI Starlette ", ends: " .py ", words: "add_middleware", expr: lazy(`\.add_middleware\(`)},
	{frameworks: " Sanic ", ends: " .py ", words: "request", expr: lazy(`(?m)@app\.(?:on_request|middleware\(\s*["']request["']\s*\))`), body: 1200},
	{frameworks: " Litestar ", ends: " .py ", words: "guards", expr: lazy(`\bLitestar\((?:[^()]|\([^()]*\))*\bguards\s*=\s*\[`), certain: true},
	{frameworks: " aiohttp ", ends: " .py ", words: "middlewares", expr: lazy(`\bmiddlewares\s*=\s*\[`)},
	{frameworks: " Django ", ends: " .py ", words: "MIDDLEWARE", expr: lazy(`(?m)["'][\w.]*(?:LoginRequired|RequireLogin|BasicAuth|ForceLogin|AuthRequired|StaffOnly|Token|ApiKey|Firewall)\w*["']`), body: 1, certain: true},
	{frameworks: " NestJS ", ends: " .ts .js ", words: "APP_GUARD", expr: lazy(`provide\s*:\s*APP_GUARD\b`), body: 200},
	{frameworks: " NestJS ", ends: " .ts .js ", words: "useGlobalGuards", expr: lazy(`\.useGlobalGuards\(`), certain: true},
	{frameworks: " Next.js ", ends: " .ts .js .mts .mjs ", file: "middleware proxy", expr: lazy(`\bexport\s+(?:default\s+|async\s+|const\s+|function\s+|\{)+`), body: 6000, alone: true},
	{frameworks: " SvelteKit ", ends: " .ts .js ", file: "hooks.server", expr: lazy(`\bhandle\b`), body: 6000, alone: true},
	{frameworks: " Nitro ", ends: " .ts .js ", file: "server/middleware/", expr: lazy(`\bexport\s+default\b`), body: 3000, alone: true},
	{frameworks: " Astro ", ends: " .ts .js ", file: "src/middleware", expr: lazy(`\bonRequest\b`), body: 4000, alone: true},
	{frameworks: " Sinatra ", ends: " .rb .ru ", words: "before", expr: lazy(`(?m)^[ \t]*before\s+(?:do|\{)`), body: 500},
	{frameworks: " Sinatra Rack Roda Rails ", ends: " .rb .ru ", words: "Rack::Auth", expr: lazy(`\buse\s+Rack::Auth::\w+`), body: 80, certain: true},
	{frameworks: " Phoenix Plug ", ends: " .ex ", file: "endpoint", words: "plug", expr: lazy(`(?m)^[ \t]*plug[ (]+[:\w.]*(?i:auth)\w*`), body: 200, certain: true},
	{frameworks: " ASP.NET ASP.NET-MVC ", ends: " .cs ", words: "FallbackPolicy", expr: lazy(`\bFallbackPolicy\s*=|\bSetFallbackPolicy\(`), body: 1, certain: true},
	{frameworks: " ASP.NET ASP.NET-MVC ", ends: " .cs ", words: "UseMiddleware", expr: lazy(`\.UseMiddleware<\w*(?i:auth|apikey|token)\w*>`), body: 1, certain: true},
	{frameworks: " ASP.NET-MVC ", ends: " .cs ", words: "MapControllers", expr: lazy(`\.MapControllers\(\)\s*\.RequireAuthorization\(`), body: 1, certain: true},
	{frameworks: " ASP.NET-MVC ", ends: " .cs ", words: "AuthorizeFilter", expr: lazy(`\.Filters\.Add\(\s*(?:new\s+)?<?AuthorizeFilter\b`), body: 1, certain: true},
	{frameworks: " Laravel ", ends: " .php ", file: "bootstrap/app", words: "withMiddleware", expr: lazy(`->(?:append|prepend|web|api|appendToGroup|prependToGroup)\(`)},
	{frameworks: " Slim ", ends: " .php ", words: "->add(", expr: lazy(`\$app->add\(`)},
	{frameworks: " Symfony ", ends: " .yaml .yml ", file: "security", words: "access_control", expr: lazy(`(?m)^\s*-\s*\{\s*path:\s*['"]?\^/['"]?\s*,\s*roles?:\s*[\['"]*(?:ROLE_|IS_AUTHENTICATED)`), body: 1, certain: true, alone: true},
	{frameworks: " Ktor ", ends: " .kt ", words: "intercept", expr: lazy(`\bintercept\(\s*ApplicationCallPipeline`), body: 600},
	{frameworks: " Javalin ", ends: " .java .kt ", words: "before", expr: lazy(`\bapp\.before\(`), body: 400},
	{frameworks: " Rust ", ends: " .rs ", words: ".wrap(", expr: lazy(`\bApp::new\(\)(?:[^;]|\n){0,400}?\.wrap\(\s*\w*(?i:auth)\w*`), body: 1, certain: true},
}

// guardsOfFile notes what the file puts before all routes.
func (s *source) guardsOfFile() {
	ext := path.Ext(s.base)
	for i := range guardRows {
		row := &guardRows[i]
		if !inList(row.ends, ext) || !row.fits(s) || row.words != "" && !contains(s.text, row.words) {
			continue
		}
		all := s.all(row.expr)
		moves := row.alone && len(all) > 0 && s.seenIn(movesLanguage) != nil
		for _, at := range all {
			code := s.body(at[0], row.body)
			if row.body == 0 {
				code = s.arguments(at[1])
			}
			if row.frameworks == " Django " && !s.has("MIDDLEWARE") {
				continue
			}
			if moves || row.certain || turnsAway(code) {
				s.facts.guards = append(s.facts.guards, appGuard{row.frameworks, row.exempting(s, code), moves, s.at(at[0])})
			}
		}
	}
}

// movesLanguage finds middleware that redirects to the visitor's language.
var movesLanguage = lazy(`["'](?:next-intl|next-i18n-router|next-international|next-globe-gen|next-translate)(?:/\w+)?["']|\bparaglideMiddleware\b|negotiator|@formatjs/intl-localematcher`)

// exempting is the code in which a path may be let through: the guard's own,
// and the lists that it names. A file that is nothing but a guard is all that.
func (r *guardRow) exempting(s *source, code string) string {
	if r.alone {
		return string(s.code[:min(len(s.code), 20_000)])
	}
	for _, name := range listName().FindAllString(code, 10) {
		code += "\n" + s.definition(name)
	}
	return code
}

// listName finds what lists of open paths are called.
var listName = lazy(`\b\w*(?i:public|exempt|allow|skip|open|white_?list|ignore|anonymous|excluded?)\w*\b`)

// body is the code of a guard from offset on: so much of it as belongs to it.
func (s *source) body(offset, n int) string {
	code := s.from(offset, n)
	if !inList(" .py .rb .ru ", path.Ext(s.base)) || n < 200 {
		return code
	}
	started := false
	for i := strings.IndexByte(code, '\n'); i >= 0 && i+1 < len(code); {
		rest := code[i+1:]
		indented := rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r' || rest[0] == ')'
		if started && !indented {
			return code[:i]
		}
		started = started || strings.HasPrefix(rest, "def ") || strings.HasPrefix(rest, "async def ") || indented
		next := strings.IndexByte(rest, '\n')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return code
}

func (r *guardRow) fits(s *source) bool {
	stem := strings.TrimSuffix(s.base, path.Ext(s.base))
	switch {
	case r.file == "":
		return true
	case strings.HasSuffix(r.file, "/"):
		return strings.Contains("/"+s.file, "/"+r.file)
	case strings.Contains(r.file, "/"):
		return strings.HasSuffix("/"+strings.TrimSuffix(s.file, path.Ext(s.file)), "/"+r.file)
	}
	return inList(" "+r.file+" ", stem)
}

// stops says whether the guard stands before the path. A guard whose own code
// names the path, or its last part, makes an exception of it.
func (g *appGuard) stops(framework, p string) bool {
	if !inList(g.frameworks, framework) {
		return false
	}
	if strings.Contains(g.code, p) || letsThrough(g.code, p) {
		return false
	}
	return !strings.HasSuffix(g.File, "middleware.ts") && !strings.HasSuffix(g.File, "middleware.js") && !strings.HasSuffix(g.File, "proxy.ts") || nextMatches(g.code, p)
}

// letsThrough: the code names the last part of the path as a string or a name.
func letsThrough(code, p string) bool {
	last := strings.Trim(p[strings.LastIndexByte(strings.TrimSuffix(p, "/"), '/')+1:], "/")
	if last == "" {
		return false
	}
	lower := strings.ToLower(code)
	for _, form := range []string{`"` + last, "'" + last, "/" + last, "`" + last, "|" + last, "(" + last} {
		if strings.Contains(lower, form) {
			return true
		}
	}
	return strings.Contains(lower, last) && len(last) > 5 // health_check, healthz
}

var nextMatcher = lazy(`\bmatcher\s*:\s*(\[[^\]]*(?:\[[^\]]*\][^\]]*)*\]|["'` + "`" + `][^"'` + "`" + `]*)`)

// nextMatches: the matcher of Next.js' middleware covers the path. A matcher
// that leaves out what begins like it does not.
func nextMatches(code, p string) bool {
	m := nextMatcher().FindStringSubmatch(code)
	if m == nil {
		return true
	}
	first := "/" + strings.SplitN(strings.TrimPrefix(p, "/"), "/", 2)[0]
	if strings.Contains(m[1], "(?!") {
		i := strings.Index(m[1], "(?!")
		excluded := m[1][i+3:]
		if j := strings.IndexByte(excluded, ')'); j >= 0 && strings.Count(excluded[:j], "(") == 0 {
			excluded = excluded[:j]
		}
		return !inList(" "+strings.NewReplacer("|", " ", "/", " ", "(", " ", ")", " ").Replace(excluded)+" ", first[1:])
	}
	for _, lit := range lazy(`["'`+"`"+`](/[^"'`+"`"+`]*)["'`+"`"+`]`)().FindAllStringSubmatch(m[1]+"'", -1) {
		head := lit[1]
		if i := strings.IndexAny(head, ":(*["); i >= 0 {
			head = head[:i]
		}
		if head = strings.TrimSuffix(head, "/"); p == lit[1] || strings.ContainsAny(lit[1], ":(*") && (head == "" || p == head || strings.HasPrefix(p, head+"/")) {
			return true
		}
	}
	return false
}
