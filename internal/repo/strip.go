package repo

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// span is a string literal's place in a text, quotes included.
type span struct{ from, to int }

// syntax says how a family of languages writes comments and strings.
type syntax struct {
	line     []string // begin a comment to the end of the line
	open     string   // begin and end of a block comment
	close    string
	quotes   string // a string's marks; ended by the line, apart from `
	triple   bool   // """ is a string over lines; in Python ''' too
	blankDoc bool   // such a string is documentation as often as not: blanked
	runes    bool   // 'x' is one character, and ' may be a lifetime
	regex    bool   // /.../ may be a regular expression
}

// syntaxOf chooses by the file's ending.
func syntaxOf(name string) syntax {
	switch path.Ext(name) {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx":
		return syntax{line: []string{"//"}, open: "/*", close: "*/", quotes: "\"'`", regex: true}
	case ".py":
		return syntax{line: []string{"#"}, quotes: `"'`, triple: true, blankDoc: true}
	case ".ex", ".exs":
		return syntax{line: []string{"#"}, quotes: `"`, triple: true, blankDoc: true}
	case ".rb", ".ru", ".cr":
		return syntax{line: []string{"#"}, open: "\n=begin", close: "\n=end", quotes: `"'`}
	case ".php":
		return syntax{line: []string{"//", "#"}, open: "/*", close: "*/", quotes: `"'`}
	case ".go", ".rs", ".java", ".kt", ".kts", ".cs":
		return syntax{line: []string{"//"}, open: "/*", close: "*/", quotes: "\"`", runes: true, triple: path.Ext(name) != ".rs"}
	case ".xml":
		return syntax{open: "<!--", close: "-->"}
	case ".gradle", ".mod", ".prisma":
		return syntax{line: []string{"//"}, open: "/*", close: "*/", quotes: `"'`}
	}
	return syntax{line: []string{"#"}, quotes: `"'`} // YAML, TOML, properties
}

// strip gives text with every byte of a comment blanked, line ends kept, so
// that offsets stay true; and where its strings are.
func (x syntax) strip(text []byte) ([]byte, []span) {
	code := slices.Clone(text)
	var spans []span
	last := byte(0) // the last byte of code that wasn't a blank
	for i := 0; i < len(text); {
		c := text[i]
		if end := x.commentEnd(text, i); end > i {
			blank(code[i:end])
			i = end
			continue
		}
		if end, doc := x.stringEnd(text, i, last); end > i {
			if doc {
				blank(code[i:end])
			} else {
				spans = append(spans, span{i, end})
			}
			last, i = '"', end
			continue
		}
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			last = c
		}
		i++
	}
	return code, spans
}

func blank(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}

// commentEnd is the end of the comment that begins at i, or i.
func (x syntax) commentEnd(text []byte, i int) int {
	for _, mark := range x.line {
		if !bytes.HasPrefix(text[i:], []byte(mark)) {
			continue
		}
		if mark == "#" && bytes.HasPrefix(text[i:], []byte("#[")) {
			continue // PHP's attribute
		}
		if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
			return i + n
		}
		return len(text)
	}
	open := x.open
	if rest, ok := strings.CutPrefix(open, "\n"); ok && i == 0 {
		open = rest
	}
	if x.open == "" || !bytes.HasPrefix(text[i:], []byte(open)) {
		return i
	}
	if n := bytes.Index(text[i+len(open):], []byte(x.close)); n >= 0 {
		return i + len(open) + n + len(x.close)
	}
	return len(text)
}

// stringEnd is the end of the string that begins at i, or i; doc says that it
// stands for documentation. last is the byte of code before it.
func (x syntax) stringEnd(text []byte, i int, last byte) (end int, doc bool) {
	c := text[i]
	if x.regex && c == '/' && (last == 0 || strings.IndexByte("(,=:[!&|?{};+", last) >= 0) {
		return regexEnd(text, i), false
	}
	if x.runes && c == '\'' {
		switch {
		case i+2 < len(text) && text[i+1] != '\\' && text[i+2] == '\'':
			return i + 3, false
		case i+1 < len(text) && text[i+1] == '\\':
			return closing(text, i, c, true), false
		}
		return i, false
	}
	if strings.IndexByte(x.quotes, c) < 0 {
		return i, false
	}
	if mark := []byte{c, c, c}; x.triple && c != '`' && bytes.HasPrefix(text[i:], mark) {
		if n := bytes.Index(text[i+3:], mark); n >= 0 {
			return i + 3 + n + 3, x.blankDoc
		}
		return len(text), x.blankDoc
	}
	return closing(text, i, c, c != '`'), false
}

// closing is the offset after the quote that ends the string at i; a string
// that must not span lines ends with its line.
func closing(text []byte, i int, quote byte, oneLine bool) int {
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case quote:
			return j + 1
		case '\n':
			if oneLine {
				return j
			}
		}
	}
	return len(text)
}

// maxRegex bounds how far a slash is followed: many slashes of one long line
// must not each cost the whole line.
const maxRegex = 1000

// regexEnd is the end of a regular expression literal at i, or i when the
// slash divides.
func regexEnd(text []byte, i int) int {
	class := false
	for j := i + 1; j < min(len(text), i+maxRegex) && text[j] != '\n'; j++ {
		switch text[j] {
		case '\\':
			j++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				return j + 1
			}
		}
	}
	return i
}

// inString says whether offset lies inside a string, past its first quote.
func inString(spans []span, offset int) bool {
	n, _ := slices.BinarySearchFunc(spans, offset, func(s span, at int) int {
		if s.to <= at {
			return -1
		}
		return 1
	})
	return n < len(spans) && spans[n].from < offset
}
