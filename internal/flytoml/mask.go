package flytoml

import (
	"net/url"
	"slices"
	"strings"
)

// minSecret is the length from which a secret's text is hidden wherever it
// stands. Shorter text is found in words that have nothing to do with it.
const minSecret = 6

// Masked is the file with the values at the paths replaced by "(hidden)", and
// every other occurrence of those values, in comments too. Of a URL with
// user:password only the password is hidden. At a table or an array, every
// value in it is. It has as many lines as the file; paths that find nothing
// are ignored.
func (f *File) Masked(paths ...string) []byte {
	var m masker
	for _, p := range paths {
		segs, err := ParsePath(p)
		if err != nil {
			continue
		}
		if at := f.resolve(segs); at.problem == "" && len(at.rest) == 0 {
			m.node(f, at.node)
		}
	}
	return m.write(f.src)
}

// masker collects what to hide.
type masker struct {
	literals []splice // whole literals and what stands for each
	texts    []string // to be hidden wherever they stand
}

func (m *masker) node(f *File, n *node) {
	switch n.kind {
	case Table:
		for _, k := range n.kids {
			m.node(f, k)
		}
	case Array, ArrayTables:
		for _, it := range n.items {
			m.node(f, it)
		}
	default:
		m.scalar(string(f.src[n.val.start:n.val.end]), n)
	}
}

func (m *masker) scalar(text string, n *node) {
	value, isString := n.value.(string)
	if !isString {
		m.literals = append(m.literals, splice{span: n.val, text: `"` + hidden + `"`})
		m.add(text)
		return
	}
	quote := text[:1]
	if strings.HasPrefix(text, `"""`) || strings.HasPrefix(text, `'''`) {
		quote = text[:3]
	}
	inner := text[len(quote) : len(text)-len(quote)]
	if inner == value {
		if shown, password, ok := hidePassword(value); ok {
			m.literals = append(m.literals, splice{span: n.val, text: quote + shown + quote})
			if len(password) < minSecret {
				m.add(value)
			}
			m.add(password)
			if plain, err := url.PathUnescape(password); err == nil {
				m.add(plain)
			}
			return
		}
	}
	shown := `"` + hidden + `"`
	if breaks := lineBreaks(text); breaks != "" {
		shown = `"""` + hidden + breaks + `"""`
	}
	m.literals = append(m.literals, splice{span: n.val, text: shown})
	m.add(value)
	m.add(inner)
	for l := range strings.SplitSeq(value, "\n") {
		m.add(strings.TrimSpace(l))
	}
}

func (m *masker) add(text string) {
	if len(text) >= minSecret {
		m.texts = append(m.texts, text)
	}
}

// hidePassword gives a URL with its password hidden. It says no when there is
// none, or when one can't be sure that nothing else in the URL is secret.
func hidePassword(s string) (shown, password string, ok bool) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found || strings.ContainsAny(s, " \t\r\n\"'\\") {
		return "", "", false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, after := rest[:end], rest[end:]
	userinfo, host, found := strings.Cut(authority, "@")
	user, password, hasPassword := strings.Cut(userinfo, ":")
	// An "@" further on means that the password has one of / ? # @ in it, so
	// that it ends who knows where; a long user name may be a token.
	if !found || !hasPassword || password == "" || len(user) > 16 || strings.Contains(host+after, "@") {
		return "", "", false
	}
	if i := strings.IndexAny(after, "?#"); i >= 0 && i+1 < len(after) {
		after = after[:i+1] + hidden
	}
	return scheme + "://" + user + ":" + hidden + "@" + host + after, password, true
}

func lineBreaks(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if text[i] == '\n' {
			if i > 0 && text[i-1] == '\r' {
				b.WriteByte('\r')
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// write replaces the literals, and hides the texts in all that is left.
func (m *masker) write(src []byte) []byte {
	slices.SortFunc(m.literals, func(a, b splice) int { return a.start - b.start })
	m.literals = slices.CompactFunc(m.literals, func(a, b splice) bool { return a.span == b.span })
	hide := NewTexts(m.texts, minSecret).spans(string(src), -1)
	var out []byte
	done := 0
	for _, l := range m.literals {
		out, hide = appendHidden(out, src, span{done, l.start}, hide)
		out = append(out, l.text...)
		done = l.end
	}
	out, _ = appendHidden(out, src, span{done, len(src)}, hide)
	return out
}

// appendHidden copies a part of src, its hidden ranges aside; their line
// breaks stay. It gives the ranges that are left.
func appendHidden(out, src []byte, part span, hide []span) ([]byte, []span) {
	done := part.start
	for len(hide) > 0 && hide[0].start < part.end {
		h := hide[0]
		if h.end > part.end { // it goes on behind the part
			h.end = part.end
		} else {
			hide = hide[1:]
		}
		if start := max(h.start, done); start < h.end {
			out = append(append(out, src[done:start]...), hidden...)
			out = append(out, lineBreaks(string(src[start:h.end]))...)
			done = h.end
		}
		if h.end == part.end {
			break
		}
	}
	return append(out, src[done:part.end]...), hide
}
