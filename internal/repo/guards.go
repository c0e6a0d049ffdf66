package repo

import (
	"bytes"
	"path"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What stands before a route as its own file tells: authentication in its line,
// in its handler, or on its router.

// guardWord finds the names that authentication goes by in code.
var guardWord = lazy(`(?i)\b(require[sd]?_?(auth|login|user|admin|token|session|role|sign_?in)\w*|authenticat\w*|ensure_?(auth|logged_?in|session|user)\w*|is_?(authenticated|logged_?in|admin)|\w+_required|user_passes_test|(must|only|restrict)_?\w*(auth|login|user|admin|session|token|role|member|staff)\w*|(login|permission|token|auth|jwt|session|api_?key)_?required|(get_)?current_(active_)?user|(verify|check|validate)_?(jwt|token|auth|session|api_?key|user)\w*|\w*auth(entication|orization)?_?(middleware|guard|filter|hook|handler|layer|plug|required|check)\w*|use_?guards|(basic|bearer|key|token|api_?key|session)_?auth\w*|\w*(login|sign_?in)_?required\w*|jwt_?(auth|middleware|guard|verify)\w*|jwt\(|with_?auth\w*|passport\.\w+|pre_?authorize|authorize\w*|protected?|admin_?only|api_?key_?(guard|middleware|check|filter)\w*|auth)\b|middleware\(\s*\[?['"]auth`)

// denyWord finds what code does that turns people away.
var denyWord = lazy(`(?i)\b40[13]\b|unauthori[sz]ed|forbidden|redirect|halt\b|abort\(|www-authenticate`)

// turnsAway: a piece of code that may answer in the app's place.
func turnsAway(code string) bool {
	return guardWord().MatchString(code) || denyWord().MatchString(code)
}

// A handler may ask by itself who is there.
var (
	asksWho   = lazy(`(?i)authorization\b|\bbearer\b|x-?api-?key|api_?key|access_?token|\w*secret\b|\w*token\b|remote_?addr`)
	sendsAway = lazy(`(?i)\b40[134]\b|unauthori[sz]ed|forbidden|not_?found\b`)
)

// handler is the code of a handler, as far as it stands in the definition at
// offset.
func (s *source) handler(offset int) string {
	if path.Ext(s.base) == ".py" {
		return s.body(offset, 900)
	}
	open := bytes.IndexByte(s.code[offset:min(offset+maxLine, len(s.code))], '(')
	if open < 0 {
		return ""
	}
	return s.arguments(offset + open + 1)
}

// callGuards are the calls that put something before the routes of a router,
// by language: the receiver is group 1.
var callGuards = []struct {
	ends string
	expr matcher
	// after: what comes after a route in its chain stands before it too.
	after bool
}{
	{ends: " .js .mjs .cjs .ts .mts .cts .jsx .tsx ", expr: lazy(`([\w$]*)\.(?:use|addHook|onBeforeHandle|onRequest|guard|all)\(`)},
	{ends: " .go ", expr: lazy(`(\w+)\.(?:Use|Pre)\(`)},
	{ends: " .rs ", expr: rsLayer, after: true},
	{ends: " .php ", expr: lazy(`(\$\w+)->(?:add|middleware)\(`)},
	{ends: " .cs ", expr: lazy(`(\w+)\.Use\(`)},
}

// routerGuard is the call that guards the route at offset on its own router,
// or on one of those it is part of.
func (s *source) routerGuard(receivers []string, offset int, p string) *plan.Evidence {
	ext := path.Ext(s.base)
	for _, one := range callGuards {
		if !inList(one.ends, ext) {
			continue
		}
		for _, at := range s.all(one.expr) {
			if one.after != (at[0] > offset) {
				if !one.after {
					break
				}
				continue
			}
			if one.after {
				if at[0]-offset > maxChain || strings.ContainsAny(string(s.code[offset:at[0]]), ";") {
					break
				}
			} else if !ours(receivers, s.group(at, 1)) || !s.sees(at[0], offset) {
				continue
			}
			if code := s.arguments(at[1]); s.deny(code, p) {
				e := s.at(at[0])
				return &e
			}
		}
	}
	return nil
}

// mountGuard is what stands before a router where it is mounted: named in the
// call, or put before it on the routers that it is mounted on.
func (s *source) mountGuard(receivers []string, offset int, call string) *plan.Evidence {
	if guardWord().MatchString(call) {
		e := s.at(offset)
		return &e
	}
	return s.routerGuard(receivers, offset, "/")
}

func ours(receivers []string, name string) bool {
	for _, r := range receivers {
		if r == name || name == "" {
			return true
		}
	}
	return len(receivers) == 0
}

var (
	firstPath  = lazy("^\\s*[\"'`](/[^\"'`]*|\\*)[\"'`]\\s*,")
	bareName   = lazy(`^\s*([\w$]+)(?:\(\s*\))?\s*$`)
	safeMiddle = lazy(`(?i)\b(cors|helmet|logger|morgan|compress\w*|json|urlencoded|static|bodyparser|recover\w*|requestid|session|passport\.(initialize|session)|cookieparser|csrf\w*|secureheaders|ratelimit\w*|timeout)\b`)
)

// deny says whether the arguments of a .use() turn people away from p. A path
// in front limits it; a path that its code names is let through.
func (s *source) deny(code, p string) bool {
	if m := firstPath().FindStringSubmatch(code); m != nil {
		head := strings.TrimSuffix(strings.TrimRight(m[1], "*"), "/")
		if head != "" && p != head && !strings.HasPrefix(p, head+"/") {
			return false
		}
		if rest := strings.TrimSpace(code[len(m[0]):]); head == p || rest == "" {
			return false // that is the route itself
		}
		code = code[len(m[0]):]
	}
	if strings.Contains(code, p+"\"") || strings.Contains(code, p+"'") || strings.Contains(code, p+"`") {
		return false
	}
	named := guardWord().MatchString(code)
	if m := bareName().FindStringSubmatch(code); m != nil {
		if body := s.definition(m[1]); body != "" {
			if letsThrough(body, p) {
				return false
			}
			return named || denyWord().MatchString(body)
		}
	}
	if named {
		return !safeMiddle().MatchString(code) || strings.Contains(strings.ToLower(code), "requ")
	}
	return (strings.Contains(code, "=>") || strings.Contains(code, "func")) && denyWord().MatchString(code) && guarding().MatchString(code)
}

// guarding: what inline middleware looks at when it asks who is there.
var guarding = lazy(`(?i)token|session|user|cookie|authorization|password|api_?key|secret|credential`)

// definition is the beginning of the function or value that is called name, as
// far as this file defines it.
func (s *source) definition(name string) string {
	expr := lazy(`\b(?:function|const|let|var|func|fn|def)\s+` + quoteMeta(name) + `\b`)
	if s.defined == nil {
		s.defined = map[string]string{}
	}
	if body, ok := s.defined[name]; ok || len(s.defined) > 50 {
		return body
	}
	body := ""
	if at := expr().FindIndex(s.code); at != nil {
		body = s.from(at[0], 900)
	}
	s.defined[name] = body
	return body
}
