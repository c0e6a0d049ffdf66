package flytoml

import (
	"bytes"
	"fmt"
	"strings"
)

// ParseError is a file that is not TOML. Text is the offending line as it
// stands, with any value that may be a secret masked.
type ParseError struct {
	Name string
	Position
	Text    string
	Message string
}

// Error is `fly.toml:12:5: message`. It quotes no value.
func (e *ParseError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Message)
}

const hidden = "(hidden)"

// errorAt makes the error for the byte at off. s is the statement it is in,
// when that is known.
func (f *File) errorAt(off int, message string, s *stmt) error {
	e := &ParseError{Name: f.name, Position: f.position(off), Message: message}
	e.Text = f.maskedLine(e.Line, s)
	return e
}

// bareMessage takes go-toml's prefix away, and the part of a number's error
// that quotes the value.
func bareMessage(m string) string {
	m = strings.TrimPrefix(m, "toml: ")
	m, _, _ = strings.Cut(m, ": strconv.")
	return m
}

// maskedLine is the text of line n (1-based). The statement that the line is
// in says what the value is; without it the line is read by itself, and only
// shown when nothing in it can be a secret.
func (f *File) maskedLine(n int, s *stmt) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	text := f.content(n - 1)
	if len(text) > 400 || !printable(text) {
		return hidden
	}
	first, table := f.stmtStart(n, s)
	trimmed := bytes.TrimSpace(text)
	switch {
	case first != n-1:
		// In the middle of a value that spans lines, as far as one can tell.
		return f.maskedElement(first, text)
	case len(trimmed) == 0:
		return ""
	case plainHeading(trimmed):
		return string(text)
	}
	eq := bytes.IndexByte(text, '=')
	if eq < 0 {
		return hidden
	}
	key := strings.ToLower(string(text[:eq]))
	if !plainKey(key) {
		return hidden
	}
	if secretTable(table) || secretTable(strings.TrimSpace(key)) || secretKey(key) || !plainValue(text[eq+1:]) {
		return string(text[:eq+1]) + " " + hidden
	}
	return string(text)
}

// maskedElement is a line inside an array that starts on line first: of a
// `key = value`, which does not belong there, the key. Inside a string nothing
// is shown, because what looks like a key may be a part of the value.
func (f *File) maskedElement(first int, text []byte) string {
	opens := f.content(first)
	_, value, _ := bytes.Cut(opens, []byte("="))
	if !bytes.HasPrefix(bytes.TrimSpace(value), []byte("[")) || bytes.ContainsAny(value, `"'`) {
		return hidden
	}
	eq := bytes.IndexByte(text, '=')
	if eq < 0 || !plainKey(strings.ToLower(string(text[:eq]))) {
		return hidden
	}
	return string(text[:eq+1]) + " " + hidden
}

// stmtStart gives the index of the line on which the statement of line n
// starts, and the heading above it. Statements that go-toml did accept are
// known; what follows them starts at the next line that is no comment.
func (f *File) stmtStart(n int, s *stmt) (first int, table string) {
	next := 0
	for _, st := range f.stmts {
		if st.first > n-1 || st == s {
			break
		}
		if st.heading {
			table = joinParts(st.keys)
		}
		next = st.last + 1
	}
	if s != nil {
		return s.first, table
	}
	for next < n-1 {
		text := bytes.TrimSpace(f.content(next))
		if len(text) > 0 && text[0] != '#' {
			break
		}
		next++
	}
	return next, table
}

func joinParts(keys []keyPart) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = k.text
	}
	return strings.ToLower(strings.Join(parts, "."))
}

func secretTable(table string) bool {
	for _, t := range []string{"env", "build.args", "secrets"} {
		if table == t || strings.HasPrefix(table, t+".") {
			return true
		}
	}
	return false
}

// secretKey errs on the side of yes: it only costs the user a look into the
// file.
func secretKey(key string) bool {
	for _, word := range []string{"secret", "pass", "pwd", "token", "key", "auth", "cred", "private", "dsn", "url", "uri", "cert", "header", "env", "arg", "salt", "session", "cookie", "conn"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

func plainHeading(text []byte) bool {
	return text[0] == '[' && !bytes.ContainsFunc(text, func(r rune) bool {
		return !(r < 0x80 && bareByte(byte(r)) || strings.ContainsRune("[]. \t", r))
	})
}

func plainKey(key string) bool {
	for i := range len(key) {
		if !bareByte(key[i]) && !strings.ContainsRune(". \t", rune(key[i])) {
			return false
		}
	}
	return strings.TrimSpace(key) != ""
}

// plainValue tells whether a value can be shown: short words and numbers
// only, nothing as long as a token, nothing after a "#", no second "=".
func plainValue(text []byte) bool {
	if bytes.ContainsAny(text, "#=@") {
		return false
	}
	run := 0
	for _, c := range text {
		if bareByte(c) || c == '+' || c == '/' {
			run++
		} else {
			run = 0
		}
		if run > 15 {
			return false
		}
	}
	return true
}

func printable(text []byte) bool {
	return !bytes.ContainsFunc(text, func(r rune) bool { return r == 0xFFFD || r < 0x20 && r != '\t' || r >= 0x7f && r < 0xa0 })
}
