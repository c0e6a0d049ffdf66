package repo

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What stands around a route: conditions, hosts, ports.

var (
	condition = lazy(`^\s*(?:\}?\s*else\s+)?(?:if|unless|elif|elsif|when|case)\b|^\s*(?:\}\s*)?else\b|^\s*#\s*if\b`)
	// perRequest: a condition on what was asked, not on how the app was started.
	perRequest = lazy(`(?i)\b(?:req|request|ctx|context|method|url|uri|pathname|path|err|error|conn|r\.\w+)\b|require\.main|import\.meta|__name__|cluster|is(?:Main|Primary|Worker)|\bnil\b`)
	// inProduction: a condition that holds there.
	inProduction = lazy(`(?i)(?:(?:^|[^!=])={2,3}|\beq\b|\?)\s*["':]?prod(?:uction)?\b|is_?prod\w*\s*\)?\s*$|\.production\?|!==?\s*["'](?:test|dev\w*)["']|\bnot\s+(?:settings\.)?(?:DEBUG|TESTING)\b|unless\s+Rails\.env\.(?:test|development)\?`)
	otherHost    = lazy(`\bRequireHost\(|\bvhost\(|\bsubdomain\s*[:=]|\bconstraints[ (]+[^\n]*\b(?:host|subdomain)\b|Route::domain\(|->domain\(|\bguard::Host\(|\.Host\(\s*"|\bhost\s*=\s*["']|\bhost:\s*["']`)
	cfgLine      = lazy(`#\[cfg\((?:debug_assertions|feature|test)[^\]]*\]`)
)

// conditionAt is the condition under which the code at offset is reached, when
// that is decided before any request comes.
func (s *source) conditionAt(offset int) *plan.Evidence {
	if inList(" .py .rb .ru .ex .exs .cr ", path.Ext(s.base)) {
		return s.indentedCondition(offset)
	}
	if head := s.statement(offset); condition().MatchString(head) && !excused(head) {
		e := s.at(offset)
		return &e
	}
	for _, b := range s.blocksAt(offset) {
		head := s.header(b)
		if condition().MatchString(head) && !excused(head) {
			e := s.at(b.open)
			return &e
		}
	}
	if path.Ext(s.base) == ".rs" {
		above := s.code[max(0, offset-200):offset]
		if at := cfgLine().FindIndex(above); at != nil && bytes.Count(above[at[1]:], []byte("\n")) <= 1 {
			e := s.at(offset - len(above) + at[0])
			return &e
		}
	}
	return nil
}

// outerHeads are the offsets in the lines that open what stands around offset.
func (s *source) outerHeads(offset int) []int {
	if inList(" .py .rb .ru .ex .exs .cr ", path.Ext(s.base)) {
		return s.outerLines(offset)
	}
	var out []int
	for _, b := range s.blocksAt(offset) {
		out = append(out, b.open)
	}
	return out
}

// inTests: Rust's tests stand in the file that they test.
func (s *source) inTests(offset int) bool {
	if path.Ext(s.base) != ".rs" || !s.has("cfg(test)") {
		return false
	}
	return slices.ContainsFunc(s.blocksAt(offset), func(b block) bool {
		low := max(0, b.open-200)
		at := bytes.LastIndex(s.code[low:b.open], []byte("#[cfg(test)]"))
		return at >= 0 && !bytes.ContainsAny(s.code[low+at:b.open], ";{}")
	})
}

func excused(head string) bool {
	return perRequest().MatchString(head) || inProduction().MatchString(strings.TrimSpace(head))
}

// statement is what stands before offset in its own statement.
func (s *source) statement(offset int) string {
	low := max(0, offset-200)
	head := s.code[low:offset]
	if i := bytes.LastIndexAny(head, ";{}\n"); i >= 0 {
		head = head[i+1:]
	}
	return string(head)
}

// indentedCondition is the same where blocks go by indentation.
func (s *source) indentedCondition(offset int) *plan.Evidence {
	for _, at := range s.outerLines(offset) {
		line := s.codeLine(at)
		if condition().MatchString(line) && !excused(line) {
			e := s.at(at)
			return &e
		}
	}
	return nil
}

// outerLines are the offsets of the lines that the line at offset is indented
// below, the innermost first. It looks back a bounded way.
func (s *source) outerLines(offset int) []int {
	start := bytes.LastIndexByte(s.code[:offset], '\n') + 1
	level := indentOf(s.code[start:min(len(s.code), start+200)])
	var out []int
	for end, n := start, 0; end > 0 && level > 0 && n < maxOuter && len(out) < maxNesting; n++ {
		start = bytes.LastIndexByte(s.code[:end-1], '\n') + 1
		line := s.code[start : end-1]
		end = start
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if here := indentOf(line); here < level {
			level = here
			out = append(out, start)
		}
	}
	return out
}

const maxOuter = 2000 // lines

// otherPort is where the server of this file listens, when every number that
// it names is another than those that fly.toml sends requests to. A server that
// is given one of the receivers is the one of the route.
func (s *source) otherPort(receivers []string) *plan.Evidence {
	if len(s.sc.opts.InternalPorts) == 0 {
		return nil
	}
	var other, own *plan.Evidence
	right := false // some server of the file listens where requests come
	for i := range s.listening() {
		l := &s.ports[i]
		mine := slices.ContainsFunc(receivers, func(r string) bool { return r != "" && r != "app" && slices.Contains(l.words, r) })
		switch {
		case slices.Contains(s.sc.opts.InternalPorts, l.port):
			if mine {
				return nil
			}
			right = true
		case mine:
			own = &l.at
		case other == nil:
			other = &l.at
		}
	}
	switch {
	case own != nil:
		return own
	case right || s.has("PORT"):
		return nil
	}
	return other
}

// listening is one place where a server of the file listens.
type listening struct {
	port  int
	words []string // of its line
	at    plan.Evidence
}

func (s *source) listening() []listening {
	if s.ports != nil {
		return s.ports
	}
	s.ports = []listening{}
	for _, at := range s.all(listens)[:min(len(s.all(listens)), 50)] {
		l := listening{at: s.at(at[0])}
		for g := 1; g < len(at)/2; g++ {
			if n := number5(s.group(at, g)); n > 0 {
				l.port = n
			}
		}
		l.words = strings.FieldsFunc(s.codeLine(at[0]), func(r rune) bool { return r > 127 || !isWordByte(byte(r)) && r != '$' })
		s.ports = append(s.ports, l)
	}
	return s.ports
}

func number5(text string) int {
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}
