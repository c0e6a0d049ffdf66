package flytoml

import (
	"bytes"
	"strings"
)

// singleQuotes tells whether most of the file's strings are in single quotes.
// Those that have to be in double quotes don't count, and the author's names
// ([env], [build.args]) only when nothing else does: secrets leave them.
func (f *File) singleQuotes() bool {
	type quotes struct{}
	return f.Derive(quotes{}, func() any { return f.mostlySingle() }).(bool)
}

func (f *File) mostlySingle() bool {
	var names, others [2]int // in double and in single quotes
	for _, s := range f.stmts {
		switch {
		case s.heading:
		case s.table.holdsNames():
			f.countQuotes(s.value, &names)
		default:
			f.countQuotes(s.value, &others)
		}
	}
	if others == [2]int{} {
		others = names
	}
	return others[1] > others[0]
}

func (f *File) countQuotes(r *raw, count *[2]int) {
	if r.kind == String {
		text := f.src[r.start+1 : r.end-1]
		switch {
		case f.src[r.start] == '\'':
			count[1]++
		case !bytes.ContainsAny(text, `"'\`):
			count[0]++
		}
	}
	for _, it := range r.items {
		f.countQuotes(it, count)
	}
	for _, m := range r.members {
		f.countQuotes(m.value, count)
	}
}

// styled writes a literal's strings in single quotes where that is wanted and
// says the same.
func styled(text string, single bool) string {
	if !single || !strings.Contains(text, `"`) {
		return text
	}
	lit, err := Parse("", []byte("x = "+text))
	if err != nil || len(lit.stmts) != 1 {
		return text
	}
	out := bytes.Clone(lit.src)
	var walk func(r *raw)
	walk = func(r *raw) {
		if r.kind == String && lit.src[r.start] == '"' && !bytes.ContainsAny(lit.src[r.start+1:r.end-1], `"'\`) {
			out[r.start], out[r.end-1] = '\'', '\''
		}
		for _, it := range r.items {
			walk(it)
		}
		for _, m := range r.members {
			walk(m.value)
		}
	}
	walk(lit.stmts[0].value)
	return string(out[len("x = "):])
}

// inlineTable writes entries as { a = "b" }.
func inlineTable(entries []Entry, eq string) string {
	if len(entries) == 0 {
		return "{}"
	}
	parts := make([]string, len(entries))
	for i, e := range entries {
		parts[i] = quoteKey(e.Key) + eq + e.Value
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}
