package repo

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

// healthPaths are the paths that mean a health check, best first.
var healthPaths = [...]string{"/healthz", "/health", "/livez", "/readyz", "/up", "/ping", "/status", "/healthcheck", "/_health", "/-/healthy"}

// healthRank is the place of a path among the health paths, -1 for none. A
// trailing slash and a leading /api or /v1 don't matter.
func healthRank(p string) int {
	p = strings.TrimSuffix(p, "/")
	rank := 0
	if rest, ok := strings.CutPrefix(p, "/api"); ok && strings.HasPrefix(rest, "/") {
		p, rank = rest, 100
	}
	if len(p) > 3 && strings.HasPrefix(p, "/v") && p[2] >= '0' && p[2] <= '9' && p[3] == '/' {
		p, rank = p[3:], rank+100
	}
	if i := slices.Index(healthPaths[:], p); i >= 0 {
		return rank + i
	}
	return -1
}

// sortRoutes puts first what proves most: open routes whose full path is
// known, in the order of healthPaths. One place for each path is enough.
func sortRoutes(routes []plan.Route) {
	rank := func(r plan.Route) int {
		n := healthRank(r.Path)
		if n < 0 {
			n = 1000 // below a prefix of the app's own
		}
		if r.Guarded {
			n += 100000
		}
		if r.Prefixed {
			n += 10000
		}
		return n
	}
	slices.SortFunc(routes, func(a, b plan.Route) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(strings.Count(a.File, "/"), strings.Count(b.File, "/")), byPlace(a.Evidence, b.Evidence))
	})
}

// doubtPackages marks the routes of a monorepo's packages that the Dockerfile
// doesn't name: another app of the same tree may serve them.
func doubtPackages(routes []localRoute, dockerfile []byte) {
	for i, r := range routes {
		parts := strings.SplitN(r.File, "/", 3)
		if len(parts) == 3 && inList(" packages apps services libs crates modules plugins extensions tools ", parts[0]) && !bytes.Contains(dockerfile, []byte(parts[1])) {
			routes[i].Prefixed, routes[i].rooted = true, false
		}
	}
}

// joinPath puts a prefix before a path; a trailing slash of p stays, for some
// frameworks answer only with it.
func joinPath(prefix, p string) string {
	prefix = strings.Trim(prefix, "/")
	p = strings.TrimPrefix(p, "/")
	switch {
	case prefix == "":
		return "/" + p
	case p == "":
		return "/" + prefix
	}
	return "/" + prefix + "/" + p
}

// lazy compiles an expression when it is first needed: most runs need few.
func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// literal matches a string literal without blanks; its text is the group.
const literal = "[\"'`]([^\"'`\\s]{0,80})[\"'`]"

// readerOf is the reader of route definitions for a file's ending.
func readerOf(ext string) func(*source) {
	switch ext {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx":
		return javascript
	case ".py":
		return python
	case ".rb", ".ru":
		return ruby
	case ".ex", ".exs":
		return elixir
	case ".go":
		return golang
	case ".rs":
		return rust
	case ".java", ".kt":
		return jvm
	case ".php":
		return php
	case ".cs":
		return csharp
	}
	return nil
}

// routes finds the route definitions of one file.
func (s *source) routes() {
	if fileRoute(s) {
		return
	}
	read := readerOf(path.Ext(s.base))
	if read == nil {
		return
	}
	s.mountsOfFile()
	if s.marks = s.findMarks(); len(s.marks) == 0 {
		return
	}
	s.parse()
	read(s)
}

// parse blanks the comments; what a reader looks at is code.
func (s *source) parse() {
	if s.code == nil {
		s.code, s.spans = syntaxOf(s.base).strip(s.text)
	}
}

// found is one route definition as a reader saw it.
type found struct {
	offset    int
	framework string
	prefix    string // "" for none, or none known
	path      string
	prefixed  bool // mounted where this file doesn't tell
	rooted    bool // at the root, whatever other files mount
	context   string
}

// add keeps a definition when its path is a health path. The context is what
// of the code may name a guard: the line by default.
func (s *source) add(f found) {
	if inString(s.spans, f.offset) || strings.ContainsAny(f.path, ":*{<$") {
		return
	}
	own := joinPath("", f.path)
	full := joinPath(f.prefix, f.path)
	if healthRank(own) < 0 && healthRank(full) < 0 || strings.ContainsAny(full, ":*{<$") {
		return
	}
	if f.context == "" {
		f.context = lineFrom(s.code, bytes.LastIndexByte(s.code[:f.offset], '\n')+1)
	}
	s.addRoute(localRoute{
		Route:  route(s.at(f.offset), full, f.framework, f.prefixed, guardWord().MatchString(f.context)),
		rooted: f.rooted,
	})
}

// guardWord finds the names that authentication goes by in code.
var guardWord = lazy(`(?i)\b(require[sd]?_?(auth|login|user|admin|token)\w*|authenticat\w*|ensure_?(auth|logged_?in)\w*|is_?(authenticated|logged_?in|admin)|(login|permission|token|auth|jwt)_?required|(get_)?current_(active_)?user|(verify|check|validate)_?(jwt|token|auth|session|api_?key)\w*|auth_?(middleware|guard)\w*|use_?guards|basic_?auth\w*|jwt_?auth\w*|passport\.\w+|pre_?authorize|authorize\w*|protected?)\b|middleware\(\s*\[?['"]auth`)

// around is code from offset to the end of the definition's head: the first
// of the marks, or limit bytes.
func (s *source) around(offset, limit int, marks ...string) string {
	text := string(s.code[offset:min(offset+limit, len(s.code))])
	end := len(text)
	for _, mark := range marks {
		if i := strings.Index(text, mark); i >= 0 {
			end = min(end, i)
		}
	}
	return text[:end]
}

// arguments is what stands from offset to the parenthesis that closes the call.
func (s *source) arguments(offset int) string {
	depth := 1
	for i := offset; i < min(offset+2000, len(s.code)); i++ {
		switch s.code[i] {
		case '(':
			depth++
		case ')':
			depth--
		default:
			continue
		}
		if inString(s.spans, i) {
			depth += map[byte]int{'(': -1, ')': 1}[s.code[i]]
		} else if depth == 0 {
			return string(s.code[offset:i])
		}
	}
	return s.around(offset, 2000)
}

// group is the text of a match's group, "" when it took no part.
func (s *source) group(at []int, n int) string {
	if at[2*n] < 0 {
		return ""
	}
	return string(s.code[at[2*n]:at[2*n+1]])
}

// each calls fn for every match outside strings. It looks around the marks
// only: the expression must match the health path itself.
func (s *source) each(expr matcher, fn func(at []int)) {
	for _, w := range s.windows() {
		for _, at := range expr().FindAllSubmatchIndex(s.code[w[0]:w[1]], -1) {
			for i := range at {
				if at[i] >= 0 {
					at[i] += w[0]
				}
			}
			if !inString(s.spans, at[0]) {
				fn(at)
			}
		}
	}
}

// everywhere is each over the whole file.
func (s *source) everywhere(expr matcher, fn func(at []int)) {
	for _, at := range expr().FindAllSubmatchIndex(s.code, -1) {
		if !inString(s.spans, at[0]) {
			fn(at)
		}
	}
}

// enclosing gives the arguments of the blocks `word("argument" ... {` that are
// still open at offset, outermost first.
func (s *source) enclosing(expr matcher, offset int) []string {
	var open []string
	for _, at := range expr().FindAllSubmatchIndex(s.code, -1) {
		if at[0] >= offset {
			break
		}
		if !inString(s.spans, at[0]) && s.openAt(at[1], offset) {
			open = append(open, s.group(at, 1))
		}
	}
	return open
}

// openAt says whether the brace that opened just before from is still open at
// offset.
func (s *source) openAt(from, offset int) bool {
	depth := 1
	for i := from; i < offset; i++ {
		switch s.code[i] {
		case '{':
			depth++
		case '}':
			depth--
		default:
			continue
		}
		if inString(s.spans, i) {
			depth += map[byte]int{'{': -1, '}': 1}[s.code[i]]
		} else if depth == 0 {
			return false
		}
	}
	return true
}
