package flytoml

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
)

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
