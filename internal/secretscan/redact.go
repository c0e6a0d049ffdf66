package secretscan

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
)

// Redact takes out of words whatever looks like a credential: it is for text
// that somebody else wrote and that is about to be shown, as a comment, a path
// with a query, an answer of a server, a part of a configuration. What it
// leaves is no promise; values that are known are hidden by value besides.
// The number of lines stays. Doing it twice does no more than doing it once.
func Redact(text string) string {
	if !mayHold(text) || harmless.has(text) {
		return text
	}
	was := text
	for _, step := range [...]func(string) string{redactKeys, redactURLs, redactQuery, redactPairs, redactScheme, redactTokens} {
		text = step(text)
	}
	if text == was {
		harmless.add(text)
	}
	return text
}

// harmless are short texts in which nothing was found: most of what is shown are
// the same few sentences again, of one file and the next. What holds something is
// not kept.
var harmless seen

// seen remembers some texts, and forgets all of them when they get too many.
type seen struct {
	texts sync.Map
	count atomic.Int32
}

const (
	maxSeen     = 4096
	maxSeenText = 400 // bytes
)

func (s *seen) has(text string) bool {
	_, ok := s.texts.Load(text)
	return ok
}

func (s *seen) add(text string) {
	if len(text) > maxSeenText {
		return
	}
	if s.count.Add(1) > maxSeen {
		s.texts.Clear()
		s.count.Store(1)
	}
	s.texts.Store(strings.Clone(text), nil)
}

// mayHold is a cheap test, because nearly all text holds nothing.
func mayHold(text string) bool {
	return strings.ContainsAny(text, "=:@") || strings.Contains(text, "-----BEGIN ") || couldHoldToken(text) ||
		strings.Contains(text, "earer ") || strings.Contains(text, "asic ")
}

// lazy compiles an expression when it is first needed: most runs need none.
func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

var (
	privateKey = lazy(`(?s)(-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----)(.*?)(-----END|$)`)
	authority  = lazy(`([A-Za-z][A-Za-z0-9+.-]*)://([^\s"'<>]+)`)
	parameter  = lazy(`([?&;])([A-Za-z0-9_.-]{1,60})=([^\s"'<>&;#)\]}]+)`)
	scheme     = lazy(`(?i)\b(bearer|basic)( +|%20)([A-Za-z0-9._~+/=-]{8,})`)
	word       = lazy(`[A-Za-z0-9_+/=.~-]{16,}`)
	// A name, and what is said to be its value: as in TOML, JSON, YAML, a shell,
	// a header. The quotes may be escaped, where all stands in a string.
	pair = lazy(`((?:^|\n)[ \t#*-]+|^)?(\\?["'])?([A-Za-z_][A-Za-z0-9_.-]{0,80})(\\?["'])?([ \t]*[=:][ \t]*)(\\"(?:[^"\\]|\\[^"])*\\"|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\[\s*"(?:[^"\\\n]|\\.)*"|[^\s"',;{}\[\]()]+)`)
)

func redactKeys(text string) string {
	if !strings.Contains(text, "-----BEGIN ") {
		return text
	}
	return replace(privateKey(), text, func(m []string) string {
		return m[1] + hidden + strings.Repeat("\n", strings.Count(m[2], "\n")) + m[3]
	})
}

// redactURLs hides the password of a URL, a token that stands for the user,
// and the token in the path of a webhook.
func redactURLs(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	return replace(authority(), text, func(m []string) string {
		rest := m[2]
		a := splitAddress(strings.ToLower(m[1]), rest)
		if a.hasUser && (a.password != "" && !isInterpolation(a.password) && a.password != hidden || tokenUser(a)) {
			at := strings.LastIndexByte(rest[:len(rest)-len(a.query)], '@')
			user, _, found := strings.Cut(rest[:at], ":")
			switch {
			case tokenUser(a) || strings.ContainsAny(user, "/?#"):
				rest = hidden + rest[at:]
			case found:
				rest = user + ":" + hidden + rest[at:]
			}
		}
		if webhookOf(a) != "" || tokenInPath(a) {
			host, _, _ := strings.Cut(rest, "/")
			rest = host + "/" + hidden
		}
		return m[1] + "://" + rest
	})
}

func redactQuery(text string) string {
	if !strings.ContainsAny(text, "?&;") {
		return text
	}
	return replace(parameter(), text, func(m []string) string {
		value := strings.TrimRight(m[3], ":.,")
		if value == "" || strings.HasPrefix(hidden, value) || querySecret(m[2]+"="+value) == "" && Classify(m[2], value).Verdict != Certain {
			return m[0]
		}
		return m[1] + m[2] + "=" + hidden + m[3][len(value):]
	})
}

// redactPairs hides a value whose name says that it is a secret.
func redactPairs(text string) string {
	if !strings.ContainsAny(text, "=:") {
		return text
	}
	return replace(pair(), text, func(m []string) string {
		lineStart, name, sign, value := m[1] != "", m[3], m[5], m[6]
		before, open, end := m[1]+m[2]+name+m[4]+sign, "", ""
		if strings.HasPrefix(value, "[") {
			i := strings.IndexByte(value, '"')
			open, value = value[:i], value[i:]
		}
		quoted := false
		for _, q := range []string{`\"`, `"`, `'`} {
			if len(value) >= 2*len(q) && strings.HasPrefix(value, q) && strings.HasSuffix(value, q) {
				open, end, value, quoted = open+q, q, value[len(q):len(value)-len(q)], true
				break
			}
		}
		switch {
		case !strings.Contains(value, hidden) && secretPair(name, value, quoted || lineStart || strings.Contains(sign, "=")):
			return before + open + hidden + end
		}
		return before + open + redactPairs(value) + end // it may hold pairs itself
	})
}

// secretPair judges a pair by the rules for [env]. A colon within a sentence
// says little: what follows must look like more than a word.
func secretPair(name, value string, assigned bool) bool {
	if value == "" || isInterpolation(value) {
		return false
	}
	words := splitWords(name)
	switch strings.Join(words, "_") {
	case "AUTHORIZATION", "PROXY_AUTHORIZATION", "COOKIE", "X_API_KEY", "X_AUTH_TOKEN":
		return len(value) >= 6 && strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) })
	}
	if !assigned && (len(value) < 6 || !looksRandom(value, 2.8)) {
		return false
	}
	// The last part of a dotted key is the name: env.DB_PASSWORD = "...".
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	got := Classify(name, value)
	return got.Verdict == Certain || got.Verdict == Likely && suffixOf(splitWords(name)) != ""
}

func redactScheme(text string) string {
	return replace(scheme(), text, func(m []string) string {
		if !strings.ContainsFunc(m[3], unicode.IsDigit) && len(m[3]) < 24 {
			return m[0] // basic authentication
		}
		return m[1] + m[2] + hidden
	})
}

func redactTokens(text string) string {
	if !couldHoldToken(text) {
		return text
	}
	return word().ReplaceAllStringFunc(text, func(w string) string {
		if tokenShape("", w).Verdict == Certain {
			return hidden
		}
		return w
	})
}

// replace is ReplaceAllStringFunc with the groups.
func replace(expr *regexp.Regexp, text string, with func(groups []string) string) string {
	var b strings.Builder
	done := 0
	for _, at := range expr.FindAllStringSubmatchIndex(text, -1) {
		groups := make([]string, len(at)/2)
		for i := range groups {
			if at[2*i] >= 0 {
				groups[i] = text[at[2*i]:at[2*i+1]]
			}
		}
		b.WriteString(text[done:at[0]])
		b.WriteString(with(groups))
		done = at[1]
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}
