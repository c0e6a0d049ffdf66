package flytoml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// stmt is one statement: a heading or a key with its value. TOML puts each on
// lines of its own.
type stmt struct {
	heading     bool
	array       bool // of a heading: [[x]]
	keys        []keyPart
	body        span // the brackets; or first key to end of value
	first, last int  // indices of its lines
	index       int  // in File.stmts
	value       *raw
	again       *stmt // of a surplus key: the heading that defines it again
	table       *node // of a key: the table whose section it stands in; of a heading: the table it opens
}

// keyPart is one part of a dotted key.
type keyPart struct {
	span
	text string // decoded
}

// raw is a value as it is written.
type raw struct {
	span
	kind    Kind
	value   any         // of a scalar, decoded
	bad     *valueError // why it can't be
	items   []*raw      // of an Array
	members []rawMember // of an inline table
}

type rawMember struct {
	span
	keys  []keyPart
	value *raw
}

// checkText refuses what is no text.
func (f *File) checkText() error {
	if bytes.HasPrefix(f.src, []byte("\xff\xfe")) || bytes.HasPrefix(f.src, []byte("\xfe\xff")) {
		return f.errorAt(f.base, "the file is UTF-16, and flyctl reads UTF-8 only; save it as UTF-8", nil)
	}
	if i := bytes.IndexByte(f.src, 0); i >= 0 {
		return f.errorAt(i, "a NUL byte: this is not a text file", nil)
	}
	for i := f.base; i < len(f.src); {
		r, size := utf8.DecodeRune(f.src[i:])
		if r == utf8.RuneError && size == 1 {
			return f.errorAt(i, "a byte that is not UTF-8", nil)
		}
		i += size
	}
	return nil
}

// parsers are kept for the next file: each has memory of its own, and a plan reads
// many small texts.
var parsers sync.Pool

func newParser(text []byte) *unstable.Parser {
	p, _ := parsers.Get().(*unstable.Parser)
	if p == nil {
		p = new(unstable.Parser)
	}
	p.KeepComments = false
	p.Reset(text)
	return p
}

func freeParser(p *unstable.Parser) {
	p.Reset(nil)
	parsers.Put(p)
}

// scan finds the statements and the place of every key and value.
func (f *File) scan() error {
	s := scanner{src: f.src, base: f.base, parser: newParser(f.src[f.base:])}
	defer freeParser(s.parser)
	for s.parser.NextExpression() {
		st, err := s.statement(s.parser.Expression())
		if st != nil {
			st.first, st.last = f.lineAt(st.body.start), f.lineAt(max(st.body.start, st.body.end-1))
			st.index = len(f.stmts)
			f.stmts = append(f.stmts, st)
		}
		if err != nil {
			return f.errorAt(s.pos, err.Error(), st)
		}
	}
	var perr *unstable.ParserError
	switch err := s.parser.Error(); {
	case err == nil:
		return nil
	case errors.As(err, &perr):
		// A highlight is a slice of the text, so what remains of the array
		// behind it tells where it starts.
		text := f.src[f.base:]
		off := min(max(0, cap(text)-cap(perr.Highlight)), len(text))
		message := perr.Message
		if _, quotes, open := strings.Cut(message, "not terminated by "); open { // go-toml tells its end, which is that of the file
			if begins := bytes.LastIndex(text, []byte(quotes)); begins >= 0 {
				off = begins
			}
		}
		if cure := f.cure(f.base+off, message); cure != "" {
			message = cure
		}
		return f.errorAt(f.base+off, message, nil)
	default:
		return f.errorAt(f.base, err.Error(), nil)
	}
}

var (
	errDeep  = fmt.Errorf("nested more than %d levels deep", maxDepth)
	errPlace = errors.New("a value whose place in the file can't be told")
)

// scanner turns go-toml's statements into ours. go-toml gives no range for
// arrays and inline tables, so their brackets are found by walking over what
// stands between the values: white space, commas and comments.
type scanner struct {
	parser *unstable.Parser
	src    []byte
	base   int
	pos    int // everything before is done
}

func (s *scanner) span(r unstable.Range) span {
	start := s.base + int(r.Offset)
	return span{start, start + int(r.Length)}
}

func (s *scanner) statement(e *unstable.Node) (*stmt, error) {
	st := &stmt{heading: e.Kind != unstable.KeyValue, array: e.Kind == unstable.ArrayTable}
	keys, err := s.keys(e.Key())
	if err != nil {
		return nil, err
	}
	st.keys = keys
	start, end := keys[0].start, keys[len(keys)-1].end
	if !st.heading {
		st.body = s.span(e.Raw)
		s.pos = end
		s.skip(" \t=")
		st.value, err = s.value(e.Value(), 1)
		return st, err
	}
	for start > s.base && s.src[start-1] != '\n' {
		start--
	}
	for s.src[start] != '[' {
		start++
	}
	s.pos = end
	s.skip(" \t]")
	for s.src[s.pos-1] != ']' {
		s.pos--
	}
	st.body = span{start, s.pos}
	return st, nil
}

func (s *scanner) keys(it unstable.Iterator) ([]keyPart, error) {
	var keys []keyPart
	for it.Next() {
		k := it.Node()
		keys = append(keys, keyPart{span: s.span(k.Raw), text: string(k.Data)})
	}
	s.pos = keys[0].start
	if len(keys) > maxDepth {
		return nil, errDeep
	}
	return keys, nil
}

// value places v, which starts at s.pos, and leaves s.pos after it.
func (s *scanner) value(v *unstable.Node, depth int) (*raw, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	r := &raw{kind: kindOf(v.Kind), span: span{start: s.pos}}
	switch v.Kind {
	case unstable.Array:
		s.pos++
		for it := v.Children(); it.Next(); {
			s.skipBetween()
			item, err := s.value(it.Node(), depth+1)
			if err != nil {
				return nil, err
			}
			r.items = append(r.items, item)
		}
		s.skipBetween()
		s.pos++
	case unstable.InlineTable:
		s.pos++
		for it := v.Children(); it.Next(); {
			s.skipBetween()
			m, err := s.memberOf(it.Node(), depth)
			if err != nil {
				return nil, err
			}
			r.members = append(r.members, m)
		}
		s.skipBetween()
		s.pos++
	default:
		own := s.span(v.Raw)
		if own.start != s.pos || own.end <= own.start {
			return nil, errPlace
		}
		s.pos = own.end
		if r.kind == String {
			r.value = string(v.Data)
		} else {
			r.value, r.bad = scalar(string(s.src[own.start:own.end]), r.kind, own.start)
		}
	}
	r.end = s.pos
	return r, s.checkEnd(r)
}

func (s *scanner) memberOf(kv *unstable.Node, depth int) (rawMember, error) {
	m := rawMember{span: span{start: s.pos}}
	keys, err := s.keys(kv.Key())
	if err != nil {
		return m, err
	}
	m.keys = keys
	s.pos = keys[len(keys)-1].end
	s.skip(" \t=")
	m.value, err = s.value(kv.Value(), depth+len(keys))
	m.end = s.pos
	return m, err
}

// checkEnd makes sure that the walk and go-toml agree where a value ends.
func (s *scanner) checkEnd(r *raw) error {
	if s.pos > len(s.src) ||
		r.kind == Array && (s.src[r.start] != '[' || s.src[s.pos-1] != ']') ||
		r.kind == Table && (s.src[r.start] != '{' || s.src[s.pos-1] != '}') {
		return errPlace
	}
	return nil
}

func (s *scanner) skip(set string) {
	for s.pos < len(s.src) && bytes.IndexByte([]byte(set), s.src[s.pos]) >= 0 {
		s.pos++
	}
}

// skipBetween goes over what may stand between the values of an array.
func (s *scanner) skipBetween() {
	for {
		s.skip(" \t\r\n,")
		if s.pos >= len(s.src) || s.src[s.pos] != '#' {
			return
		}
		if n := bytes.IndexByte(s.src[s.pos:], '\n'); n >= 0 {
			s.pos += n
		} else {
			s.pos = len(s.src)
		}
	}
}

func kindOf(k unstable.Kind) Kind {
	switch k {
	case unstable.Array:
		return Array
	case unstable.InlineTable:
		return Table
	case unstable.String:
		return String
	case unstable.Integer:
		return Integer
	case unstable.Float:
		return Float
	case unstable.Bool:
		return Bool
	case unstable.LocalDate, unstable.LocalTime, unstable.LocalDateTime, unstable.DateTime:
		return Datetime
	}
	return Invalid
}
