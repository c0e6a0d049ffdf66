package flytoml

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// span is a range of bytes of File.src.
type span struct{ start, end int }

type lineKind uint8

const (
	blankLine lineKind = iota
	commentLine
	stmtLine // belongs to a statement, its comments inside included
)

// line is one line with its line ending; the last may have none.
type line struct {
	span
	kind lineKind
	stmt *stmt
}

// Comment is one comment of the file.
type Comment struct {
	Line  int    // 1-based
	Text  string // from the "#" to the end of the line
	Alone bool   // nothing else stands on the line
}

func splitLines(src []byte, base int) []line {
	lines := make([]line, 0, bytes.Count(src, []byte{'\n'})+1)
	for start := base; start < len(src); {
		end := len(src)
		if i := bytes.IndexByte(src[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		lines = append(lines, line{span: span{start, end}})
		start = end
	}
	return lines
}

// lineAt is the index of the line that holds the byte at off.
func (f *File) lineAt(off int) int {
	i := sort.Search(len(f.lines), func(i int) bool { return f.lines[i].end > off })
	return max(0, min(i, len(f.lines)-1))
}

// position turns a byte offset into a line and a column.
func (f *File) position(off int) Position {
	if len(f.lines) == 0 {
		return Position{1, 1}
	}
	i := f.lineAt(off)
	start := f.lines[i].start
	return Position{i + 1, utf8.RuneCount(f.src[start:max(start, min(off, len(f.src)))]) + 1}
}

// content is the line without its line ending.
func (f *File) content(i int) []byte {
	b := f.src[f.lines[i].start:f.lines[i].end]
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// lineEOL is the line's own ending, "" for a last line without one.
func (f *File) lineEOL(i int) string {
	return string(f.src[f.lines[i].start+len(f.content(i)) : f.lines[i].end])
}

// Line is the text of line n (1-based) without its line ending, "" when there
// is none. It is unmasked.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	return string(f.content(n - 1))
}

// EOL is the line ending that most lines have; "\n" when none has one.
func (f *File) EOL() string {
	crlf := bytes.Count(f.src, []byte("\r\n"))
	if crlf > bytes.Count(f.src, []byte("\n"))-crlf {
		return "\r\n"
	}
	return "\n"
}

// eolNear is the line ending for lines that go before line at: that of the
// nearest line above that has one, else of the nearest below, else "\n".
func (f *File) eolNear(at int) string {
	for i := min(at, len(f.lines)) - 1; i >= 0; i-- {
		if eol := f.lineEOL(i); eol != "" {
			return eol
		}
	}
	for i := at; i < len(f.lines); i++ {
		if eol := f.lineEOL(i); eol != "" {
			return eol
		}
	}
	return "\n"
}

// Comments counts the comments.
func (f *File) Comments() int { return len(f.comments) }

// CommentLines lists the comments in file order. They are unmasked.
func (f *File) CommentLines() []Comment {
	out := make([]Comment, 0, len(f.comments))
	for _, c := range f.comments {
		i := f.lineAt(c.start)
		before := f.src[f.lines[i].start:c.start]
		out = append(out, Comment{
			Line:  i + 1,
			Text:  string(f.src[c.start:c.end]),
			Alone: len(bytes.TrimSpace(before)) == 0,
		})
	}
	return out
}

// commentIn tells whether a comment starts in the range.
func (f *File) commentIn(s span) bool {
	i := sort.Search(len(f.comments), func(i int) bool { return f.comments[i].start >= s.start })
	return i < len(f.comments) && f.comments[i].start < s.end
}

// tail is the same-line comment of a statement with the white space before
// and after it, and "" when there is none.
func (f *File) tail(s *stmt) string {
	rest := f.src[s.body.end : f.lines[s.last].start+len(f.content(s.last))]
	if len(bytes.TrimSpace(rest)) == 0 {
		return ""
	}
	return string(rest)
}

// classifyLines says of each line whether it is blank, a comment, or part of
// a statement.
func (f *File) classifyLines() {
	for _, s := range f.stmts {
		for i := s.first; i <= s.last; i++ {
			f.lines[i].kind, f.lines[i].stmt = stmtLine, s
		}
	}
	for i := range f.lines {
		if f.lines[i].kind != stmtLine && len(bytes.TrimSpace(f.content(i))) > 0 {
			f.lines[i].kind = commentLine
		}
	}
}

// scanComments finds the comments of a file that is known to be TOML: there a
// "#" outside of a string starts one, and a quote outside of a comment starts
// a string.
func scanComments(src []byte, base int) []span {
	var out []span
	for i := base; i < len(src); {
		switch c := src[i]; c {
		case '#':
			end := len(src)
			if n := bytes.IndexByte(src[i:], '\n'); n >= 0 {
				end = i + n
			}
			if end > i && src[end-1] == '\r' && end < len(src) {
				end--
			}
			out = append(out, span{i, end})
			i = end
		case '"', '\'':
			i = skipString(src, i)
		default:
			i++
		}
	}
	return out
}

// skipString gives the offset after the string that starts at i.
func skipString(src []byte, i int) int {
	quote := src[i]
	width := 1
	if i+2 < len(src) && src[i+1] == quote && src[i+2] == quote {
		width = 3
	}
	for i += width; i < len(src); i++ {
		switch {
		case src[i] == '\\' && quote == '"':
			i++
		case src[i] != quote:
		case width == 1:
			return i + 1
		case i+2 < len(src) && src[i+1] == quote && src[i+2] == quote:
			// Up to two quotes may stand before the closing three.
			for i += 3; i < len(src) && src[i] == quote; i++ {
				continue
			}
			return i
		}
	}
	return len(src)
}
