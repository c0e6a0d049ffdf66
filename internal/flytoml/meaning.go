package flytoml

import (
	"bytes"
	"errors"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// This room makes the same changes as the editor, on decoded values and with
// none of its code, so that each can be held against the other.

func (f *File) meaningCopy() map[string]any {
	m, _ := cloneValue(f.meaning).(map[string]any)
	return m
}

// puts is putValue, to be done later.
func puts(segs []Segment, v any) func(map[string]any) {
	return func(want map[string]any) { putValue(want, segs, v) }
}

func keySegments(keys ...string) []Segment {
	segs := make([]Segment, len(keys))
	for i, k := range keys {
		segs[i] = Segment{Key: k, Index: -1}
	}
	return segs
}

// valueAt is what stands at segs; nil when nothing does.
func valueAt(v any, segs []Segment) any {
	for _, s := range segs {
		switch c := v.(type) {
		case map[string]any:
			v = c[s.Key]
		case []any:
			if s.Index < 0 || s.Index >= len(c) {
				return nil
			}
			v = c[s.Index]
		default:
			return nil
		}
	}
	return v
}

// putValue makes v stand at segs, with the tables on the way.
func putValue(m map[string]any, segs []Segment, v any) {
	var at any = m
	for i, s := range segs {
		last := i == len(segs)-1
		switch c := at.(type) {
		case map[string]any:
			if last {
				c[s.Key] = v
				return
			}
			if _, ok := c[s.Key]; !ok {
				c[s.Key] = map[string]any{}
			}
			at = c[s.Key]
		case []any:
			if s.Index < 0 || s.Index >= len(c) {
				return
			}
			if last {
				c[s.Index] = v
				return
			}
			at = c[s.Index]
		default:
			return
		}
	}
}

// dropValue takes n away. A table that no heading of its own names, and an
// array that was its entries only, go when nothing is left in them.
func dropValue(m map[string]any, n *node) {
	segs := n.segments()
	for {
		up := n.parent
		upSegs := segs[:len(segs)-1]
		last := segs[len(segs)-1]
		left := 0
		switch c := valueAt(m, upSegs).(type) {
		case map[string]any:
			delete(c, last.Key)
			left = len(c)
		case []any:
			rest := append(append([]any{}, c[:last.Index]...), c[last.Index+1:]...)
			putValue(m, upSegs, rest)
			left = len(rest)
		}
		vanishes := up.form == formImplied || up.form == formDotted || up.kind == ArrayTables
		if left > 0 || !vanishes {
			return
		}
		n, segs = up, upSegs
	}
}

// literal checks that text is one TOML value on one line and decodes it.
func literal(text string) (any, error) {
	doc := []byte("x = " + text)
	if bytes.ContainsAny(doc, "\r\n") {
		return nil, refuse("the value is more than one line")
	}
	p := newParser(doc)
	defer freeParser(p)
	p.KeepComments = true
	if !p.NextExpression() || p.Expression().Kind != unstable.KeyValue {
		return nil, refuse("the value is not TOML")
	}
	if r := p.Expression().Raw; int(r.Offset+r.Length) != len(doc) {
		return nil, refuse("the value is not one TOML value")
	}
	if p.NextExpression() || p.Error() != nil {
		return nil, refuse("the value is not TOML")
	}
	var m map[string]any
	if err := toml.Unmarshal(doc, &m); err != nil {
		return nil, refuse("the value is not TOML")
	}
	return m["x"], nil
}

// entriesValue decodes the entries of a new table.
func entriesValue(entries []Entry) (map[string]any, error) {
	m := make(map[string]any, len(entries))
	for _, e := range entries {
		if _, ok := m[e.Key]; ok {
			return nil, refuse("the key " + quoteKey(e.Key) + " is given twice")
		}
		v, err := literal(e.Value)
		if err != nil {
			var no refusal
			if errors.As(err, &no) {
				return nil, refuse(quoteKey(e.Key) + ": " + no.reason)
			}
			return nil, err
		}
		m[e.Key] = v
	}
	return m, nil
}
