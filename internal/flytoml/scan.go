package flytoml

import (
	"bytes"
	"errors"
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
