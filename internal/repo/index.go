package repo

import (
	"bytes"
	"regexp"
	"slices"
)

// index is what is worked out once for a file, however many routes it has: no
// look around a route may cost as much as the file is long.
type index struct {
	word       map[string]bool // see has
	work       int             // bytes of the code that were gone through; FuzzWork bounds it
	lines      []int           // offsets of the line ends
	matches    map[*regexp.Regexp][][]int
	braces     []block
	defined    map[string]string
	imported   map[string]string
	routers    []goRouter
	parameters map[string]bool
	ports      []listening
	used       []jsUse
	given      []pyUse
	paths      map[string]string // see constantPaths
	parens     []block
	zones      []zone // see rustZones
	moves      *bool  // see mayRedirect
}

// maxMatches and maxMarks bound what one file may tell: code written by hand
// has a few routes, and what a machine wrote says nothing new after hundreds.
const (
	maxMatches = 1000
	maxMarks   = 300
	maxLine    = 600 // of a line, what is looked at around an offset
)

func (s *source) lineNumber(offset int) int {
	if s.lines == nil {
		s.lines = []int{}
		for i, c := range s.text {
			if c == '\n' {
				s.lines = append(s.lines, i)
			}
		}
	}
	n, _ := slices.BinarySearch(s.lines, offset)
	return n + 1
}

// line is the line at offset as evidence; see shownLine.
func (s *source) line(offset int) string { return shownLine(s.text, offset) }

// codeLine is the line at offset without its comments; of a very long one what is
// around.
func (s *source) codeLine(offset int) string { return lineAround(s.code, offset) }

// shownLine is the line at offset to be shown, a very long one from offset on: cut
// in the middle, half a secret would not be known for one.
func shownLine(text []byte, offset int) string {
	if low := offset - maxLine/3; low > 0 && bytes.IndexByte(text[low-1:offset], '\n') < 0 {
		return lineAround(text[offset:], 0)
	}
	return lineAround(text, offset)
}

func lineAround(text []byte, offset int) string {
	low := max(0, offset-maxLine/3)
	from := low + bytes.LastIndexByte(text[low:offset], '\n') + 1
	to := min(len(text), offset+maxLine)
	if n := bytes.IndexByte(text[offset:to], '\n'); n >= 0 {
		to = offset + n
	}
	return string(text[from:to])
}

// all are the matches of an expression in the code, outside of strings.
func (s *source) all(expr matcher) [][]int {
	s.parse()
	re := expr()
	if found, ok := s.matches[re]; ok {
		return found
	}
	var found [][]int
	if words := needs(re); len(words) == 0 || slices.ContainsFunc(words, s.has) {
		s.work += len(s.code)
		found = slices.DeleteFunc(re.FindAllSubmatchIndex(s.code, maxMatches), func(at []int) bool { return inString(s.spans, at[0]) })
	}
	if s.matches == nil {
		s.matches = map[*regexp.Regexp][][]int{}
	}
	s.matches[re] = found
	return found
}

// has says whether a word is in the code.
func (s *source) has(word string) bool {
	is, known := s.word[word]
	if !known && s.code != nil {
		if s.word == nil {
			s.word = map[string]bool{}
		}
		s.work += len(s.code)
		is = bytes.Contains(s.code, []byte(word))
		s.word[word] = is
	}
	return is
}

// hasAny says whether one of several words is in the code.
func (s *source) hasAny(words ...string) bool { return slices.ContainsFunc(words, s.has) }

// block is a pair of braces or parentheses; close is len(code) where it stays open.
type block struct{ open, close, outer int }

// maxNesting bounds how far out a look around a route goes.
const maxNesting = 40

// blocks are the file's braces by where they open.
func (s *source) blocks() []block {
	if s.braces == nil {
		s.braces = s.pairs('{', '}')
	}
	return s.braces
}

// pairs are the file's pairs of two marks by where they open, outside of strings;
// never nil.
func (s *source) pairs(opens, closes byte) []block {
	out := []block{}
	open, next := -1, 0
	for i := 0; i < len(s.code); i++ {
		if next < len(s.spans) && i == s.spans[next].from {
			i = s.spans[next].to - 1
			next++
			continue
		}
		switch s.code[i] {
		case opens:
			out = append(out, block{i, len(s.code), open})
			open = len(out) - 1
		case closes:
			if open >= 0 {
				out[open].close = i
				open = out[open].outer
			}
		}
	}
	return out
}

// closeOf is where the parenthesis closes that opens at offset.
func (s *source) closeOf(offset int) int {
	if s.parens == nil {
		s.parens = s.pairs('(', ')')
	}
	n, ok := slices.BinarySearchFunc(s.parens, offset, func(b block, at int) int { return b.open - at })
	if !ok {
		return offset
	}
	return s.parens[n].close
}

// blocksAt are the blocks that are open at offset, the innermost first.
func (s *source) blocksAt(offset int) []block {
	all := s.blocks()
	n, _ := slices.BinarySearchFunc(all, offset, func(b block, at int) int {
		if b.open < at {
			return -1
		}
		return 1
	})
	var out []block
	steps := 0
	for i := n - 1; i >= 0 && len(out) < maxNesting && steps < 400; i = all[i].outer {
		steps++
		s.work++
		if all[i].close > offset {
			out = append(out, all[i])
		}
	}
	return out
}

// sees says whether what stands at from is in a block that offset is in too.
func (s *source) sees(from, offset int) bool {
	in := s.blocksAt(from)
	return len(in) == 0 || in[0].open < offset && offset < in[0].close
}

// header is what stands before a block's brace: "if (debug)", "func main()".
func (s *source) header(b block) string {
	low := max(0, b.open-300)
	head := s.code[low:b.open]
	depth := 0
	for i := len(head) - 1; i >= 0; i-- {
		switch c := head[i]; {
		case c == ')':
			depth++
		case c == '(':
			if depth == 0 {
				return string(head[i+1:]) // an argument of a call
			}
			depth--
		case depth == 0 && (c == ';' || c == '{' || c == '}'):
			return string(head[i+1:])
		case depth == 0 && c == '\n' && len(bytes.TrimSpace(head[i+1:])) > 0:
			return string(head[i+1:]) // code without semicolons
		}
	}
	return string(head)
}

// from is the code from offset on, n bytes of it.
func (s *source) from(offset, n int) string {
	return string(s.code[offset:min(len(s.code), offset+n)])
}

// functionAt is the name of the function that offset is in.
func (s *source) functionAt(expr matcher, offset int) string {
	name := ""
	for _, at := range s.all(expr) {
		if at[0] > offset {
			break
		}
		name = s.group(at, 1)
	}
	return name
}

// seen looks for the first match that is code, not comment or string.
func (s *source) seen(expr matcher) (at []int) {
	s.parse()
	if all := s.all(expr); len(all) > 0 {
		return all[0]
	}
	return nil
}

// seenIn is seen for files in which names stand in strings.
func (s *source) seenIn(expr matcher) []int {
	s.parse()
	return expr().FindIndex(s.code)
}
