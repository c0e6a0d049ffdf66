package repo

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

// lazy compiles an expression when it is first needed: most runs need few.
func lazy(expr string) matcher { return (&pattern{expr: expr}).compiled }

type pattern struct {
	expr string
	once sync.Once
	re   *regexp.Regexp
}

func (p *pattern) compiled() *regexp.Regexp {
	p.once.Do(func() { p.re = regexp.MustCompile(p.expr) })
	return p.re
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
	case ".cr":
		return crystal
	}
	return nil
}

// routes finds the route definitions of one file.
func (s *source) routes() {
	s.placedRedirects()
	if fileRoute(s) {
		return
	}
	read := readerOf(path.Ext(s.base))
	if read == nil {
		return
	}
	s.mountsOfFile()
	s.mountings()
	if path.Ext(s.base) == ".cs" {
		s.aspnet()
	}
	if s.marks = append(s.findMarks(), s.askedMarks()...); len(s.marks) == 0 {
		return
	}
	slices.Sort(s.marks)
	s.parse()
	s.comparedRoutes()
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
	offset      int
	framework   string
	receivers   []string // the router and those that it is part of
	prefix      string   // "" for none, or none known
	path        string
	prefixed    bool // mounted where this file doesn't tell
	rooted      bool // at the root, whatever other files mount
	known       bool // a path of the file's place, judged already
	request     bool // found in a condition on the request
	context     string
	handler     string // Rails: controller#action
	maker       string // the function that makes the router, or takes it
	unsureMount bool
	target      string // the file whose router answers, without its ending
	doubts      []plan.Doubt
}

// add keeps a definition when its full path is a health path. The context is
// what of the code may name a guard: the line by default.
func (s *source) add(f found) {
	if inString(s.spans, f.offset) || !isTold(f.path) {
		return
	}
	if s.inTests(f.offset) {
		return
	}
	full := joinPath(f.prefix, f.path)
	health := f.known || !isTold(full) || healthRank(full) >= 0 || nearHealth(full) || f.prefixed && mayBeHealth(full)
	asked, redirects := s.sc.isAsked(full), s.redirects(f.offset, full)
	if !isNamed(full) || !asked && (redirects || !health) {
		return
	}
	if f.context == "" {
		f.context = s.codeLine(f.offset)
	}
	r := localRoute{Route: plan.Route{Evidence: s.at(f.offset), Path: full, Framework: f.framework, Doubts: f.doubts},
		file: s.file, rooted: f.rooted, prefixed: f.prefixed, handler: f.handler, known: f.known, maker: f.maker, target: f.target, unsureMount: f.unsureMount, asked: asked && (redirects || !health), redirects: redirects, open: isOpen().MatchString(f.context)}
	guard := guardWord().MatchString(f.context) && !r.open
	if handler := s.handler(f.offset); !f.request && asksWho().MatchString(handler) && sendsAway().MatchString(handler) && denyWord().MatchString(handler) {
		guard = !r.open
	}
	if e := s.routerGuard(f.receivers, f.offset, full); e != nil && !guard {
		r.doubt(plan.DoubtGuard, *e)
	} else if guard {
		r.doubt(plan.DoubtGuard, plan.Evidence{})
	}
	if e := s.conditionAt(f.offset); e != nil && !f.request {
		r.doubt(plan.DoubtCondition, *e)
	}
	if otherHost().MatchString(f.context) || otherHost().MatchString(s.from(f.offset, 300)[:statementEnd(s.from(f.offset, 300))]) {
		r.doubt(plan.DoubtHost, plan.Evidence{})
	}
	for _, at := range s.outerHeads(f.offset) {
		if otherHost().MatchString(s.codeLine(at)) {
			r.doubt(plan.DoubtHost, s.at(at))
		}
	}
	if e := s.otherPort(f.receivers); e != nil {
		r.doubt(plan.DoubtPort, *e)
	}
	if s.verdict == unsure {
		r.doubt(plan.DoubtBuilt, s.sc.unsureOf())
	}
	s.addRoute(r)
}

// isOpen finds what frameworks call an exception from a guard.
var isOpen = lazy(`(?i)@(?:public|skip_?auth|no_?auth|allow_?anonymous|unprotected)\b|AllowAnonymous|login_not_required|permitAll|@PermitAll|skip_?auth`)

// statementEnd is where the statement ends that a text begins with.
func statementEnd(text string) int {
	if i := strings.Index(text, ";\n"); i >= 0 {
		return i
	}
	if i := strings.Index(text, "\n"); i >= 0 && !strings.HasPrefix(strings.TrimSpace(text[i:]), ".") {
		return i
	}
	return len(text)
}

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
		s.work += w[1] - w[0]
		for _, at := range expr().FindAllSubmatchIndex(s.code[w[0]:w[1]], maxMarks) {
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
	for _, at := range s.all(expr) {
		fn(at)
	}
}

// enclosing gives the arguments of the blocks `word("argument" ... {` that are
// open at offset, outermost first.
func (s *source) enclosing(expr matcher, offset int) []string {
	in := s.blocksAt(offset)
	var open []string
	for _, at := range s.all(expr) {
		if at[0] >= offset {
			break
		}
		if slices.ContainsFunc(in, func(b block) bool { return b.open == at[1]-1 }) {
			open = append(open, s.group(at, 1))
		}
	}
	return open
}
