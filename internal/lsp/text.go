package lsp

import (
	"math"
	"sort"
	"strings"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// encoding is what a position's character counts, as client and server agreed.
type encoding string

const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16" // what every client knows, and the protocol's default
	utf32Units encoding = "utf-32"
)

// units is how many of the encoding a character takes.
func (e encoding) units(r rune, size int) uint32 {
	switch {
	case e == utf8Units:
		return uint32(size)
	case e == utf16Units && r > 0xffff:
		return 2
	}
	return 1
}

// text is a document with its lines. To the protocol "\n", "\r\n" and a lone
// "\r" end one; to TOML, "\n" and "\r\n" do.
type text struct {
	s     string
	lines []int32 // where each line of the protocol starts
	rows  []int32 // where each line of TOML does: mostly the same
}

const byteOrderMark = "\ufeff"

func newText(s string) *text {
	t := &text{s: s, lines: starts(s, true)}
	t.rows = t.lines
	mark := strings.HasPrefix(s, byteOrderMark)
	if mark || strings.Contains(s, "\r") {
		t.rows = starts(s, false)
	}
	if mark {
		t.rows[0] = int32(len(byteOrderMark)) // flytoml does not count it
	}
	return t
}

// starts are where the lines of a text start, which is no longer than maxText.
func starts(s string, lone bool) []int32 {
	n := strings.Count(s, "\n") + 1
	if lone {
		n += strings.Count(s, "\r")
	}
	out := make([]int32, 1, n)
	for i := range len(s) {
		if s[i] == '\n' || lone && s[i] == '\r' && (i+1 == len(s) || s[i+1] != '\n') {
			out = append(out, int32(i+1))
		}
	}
	return out
}

// offset is where a position is, moved into the text where it is beyond it.
func (t *text) offset(p protocol.Position, e encoding) int {
	if uint64(p.Line) >= uint64(len(t.lines)) {
		return len(t.s)
	}
	return offsetFrom(t.s, int(t.lines[p.Line]), p.Character, e)
}

// offsetFrom is the place of a character of the line that starts at start.
func offsetFrom(s string, start int, character uint32, e encoding) int {
	at, left := start, character
	for at < len(s) && s[at] != '\n' && s[at] != '\r' {
		r, size := utf8.DecodeRuneInString(s[at:])
		n := e.units(r, size)
		if n > left { // in the middle of a character: before it
			break
		}
		left -= n
		at += size
	}
	return at
}

// position is the place of an offset.
func (t *text) position(offset int, e encoding) protocol.Position {
	line := sort.Search(len(t.lines), func(i int) bool { return int(t.lines[i]) > offset }) - 1
	var n uint32
	for at := int(t.lines[line]); at < offset; {
		r, size := utf8.DecodeRuneInString(t.s[at:])
		n += e.units(r, size)
		at += size
	}
	return protocol.Position{Line: uint32(line), Character: n}
}

// at is the offset of a place that flytoml names: its column counts
// characters, those of the line's end among them.
func (t *text) at(p flytoml.Position) int {
	if p.Line < 1 {
		return 0
	}
	if p.Line > len(t.rows) {
		return len(t.s)
	}
	at := int(t.rows[p.Line-1])
	for n := 1; n < p.Column && at < len(t.s); n++ {
		_, size := utf8.DecodeRuneInString(t.s[at:])
		at += size
	}
	return at
}

func (t *text) span(from, to flytoml.Position, e encoding) protocol.Range {
	start := t.at(from)
	return protocol.Range{Start: t.position(start, e), End: t.position(max(start, t.at(to)), e)}
}

// place is the other way round: where flytoml says that a position is.
func (t *text) place(p protocol.Position, e encoding) flytoml.Position {
	offset := t.offset(p, e)
	row := max(1, sort.Search(len(t.rows), func(i int) bool { return int(t.rows[i]) > offset }))
	start := min(int(t.rows[row-1]), offset)
	return flytoml.Position{Line: row, Column: utf8.RuneCountInString(t.s[start:offset]) + 1}
}

// changed is the text after one change of a client. Without a range it is the
// whole.
func changed(old string, c contentChange, e encoding) string {
	if c.Range == nil {
		return c.Text
	}
	from := offsetIn(old, c.Range.Start, e)
	to := max(from, offsetIn(old, c.Range.End, e))
	return old[:from] + c.Text + old[to:]
}

// offsetIn is newText(s).offset for one position, without a list of the lines: a
// client may send thousands of changes in one go.
func offsetIn(s string, p protocol.Position, e encoding) int {
	at := 0
	for line := p.Line; line > 0; line-- {
		n := strings.IndexAny(s[at:], "\r\n")
		if n < 0 {
			return len(s)
		}
		if at += n + 1; s[at-1] == '\r' && strings.HasPrefix(s[at:], "\n") {
			at++
		}
	}
	return offsetFrom(s, at, p.Character, e)
}

// wholeLine is a line of a file whose text is not here: clients end it where it
// ends.
func wholeLine(line int) protocol.Range {
	n := uint32(min(max(line-1, 0), math.MaxInt32))
	return protocol.Range{Start: protocol.Position{Line: n}, End: protocol.Position{Line: n, Character: math.MaxInt32}}
}

func place(line, column int) flytoml.Position {
	return flytoml.Position{Line: line, Column: max(1, column)}
}

// lineLength counts the characters of a line of TOML, without its end.
func lineLength(t *text, line int) int {
	if line < 1 || line > len(t.rows) {
		return 0
	}
	rest, _, _ := strings.Cut(t.s[t.rows[line-1]:], "\n")
	return utf8.RuneCountInString(strings.TrimRight(rest, "\r"))
}
