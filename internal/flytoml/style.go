package flytoml

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// defaultIndent is what flyctl writes before the keys of a table.
const defaultIndent = "  "

// indentOf is the white space before a statement.
func (f *File) indentOf(s *stmt) string {
	return string(f.src[f.lines[s.first].start:s.body.start])
}

// section is the key-value statements under a table's own heading; for the
// root, those above the first heading.
func (f *File) section(n *node) []*stmt {
	from := 0
	if n.form != formRoot {
		from = n.stmt.index + 1
	}
	to := from
	for to < len(f.stmts) && !f.stmts[to].heading {
		to++
	}
	return f.stmts[from:to]
}

// keyIndent is the indentation for a key of the table n, which has a heading.
// A file without any key under a heading has no style of its own: there it is
// step deeper than the heading.
func (f *File) keyIndent(n *node, step string) string {
	if kvs := f.section(n); len(kvs) > 0 {
		return f.indentOf(kvs[len(kvs)-1])
	}
	if n.form == formRoot {
		return ""
	}
	return f.indentOf(n.stmt) + f.keyStep(len(n.stmt.keys), n.parent, step)
}

// keyStep is how much deeper than its heading a key stands, in tables of that
// depth; with none to look at, in the table around it, else in any, else none.
func (f *File) keyStep(depth int, around *node, none string) string {
	if step, ok := f.commonStep(func(h *stmt) bool { return len(h.keys) == depth }); ok {
		return step
	}
	if around != nil && around.form == formHeading && around.kind == Table {
		if step, ok := f.commonStep(func(h *stmt) bool { return h == around.stmt }); ok {
			return step
		}
	}
	if step, ok := f.commonStep(func(*stmt) bool { return true }); ok {
		return step
	}
	return none
}

func (f *File) commonStep(pick func(*stmt) bool) (string, bool) {
	var steps []string
	for _, h := range f.stmts {
		if !h.heading || !pick(h) {
			continue
		}
		for _, kv := range f.section(h.table) {
			if step, ok := strings.CutPrefix(f.indentOf(kv), f.indentOf(h)); ok {
				steps = append(steps, step)
			}
		}
	}
	return commonest(steps)
}

// headIndent is the indentation for a new heading of that many keys below
// parent: as its sisters', as other headings of that depth, else as flyctl
// does it where the author indents keys, else as the parent's.
func (f *File) headIndent(depth int, parent *node) string {
	var sisters, peers []string
	for _, h := range f.stmts {
		if !h.heading || len(h.keys) != depth {
			continue
		}
		peers = append(peers, f.indentOf(h))
		if parent != nil && h.table.within(parent) {
			sisters = append(sisters, f.indentOf(h))
		}
	}
	if in, ok := commonest(sisters); ok {
		return in
	}
	if in, ok := commonest(peers); ok {
		return in
	}
	if depth <= 1 {
		return ""
	}
	if parent != nil && parent.form == formHeading && parent.kind == Table {
		return f.keyIndent(parent, defaultIndent)
	}
	return strings.Repeat(f.keyStep(1, nil, defaultIndent), depth-1)
}

// commonest is the most frequent of them, of equals the last.
func commonest(all []string) (string, bool) {
	count := make(map[string]int, 4)
	best := ""
	for _, s := range all {
		count[s]++
		if count[s] >= count[best] {
			best = s
		}
	}
	return best, len(all) > 0
}

// spaced tells whether the file puts a blank line above headings of that
// depth.
func (f *File) spaced(depth int) bool {
	var at, any [2]int
	for _, h := range f.stmts {
		if !h.heading || h.index == 0 {
			continue
		}
		above := h.first
		for above > 0 && f.lines[above-1].kind == commentLine {
			above--
		}
		blank := 0
		if above == 0 || f.lines[above-1].kind == blankLine {
			blank = 1
		}
		any[blank]++
		if len(h.keys) == depth {
			at[blank]++
		}
	}
	if at != [2]int{} {
		return at[1] >= at[0]
	}
	return any[1] >= any[0]
}

// assign is what goes after a new key among siblings: " = ", "=", or padded
// where the siblings' equals signs stand in one column.
func (f *File) assign(siblings []*stmt, key string) string {
	if len(siblings) == 0 {
		siblings = f.stmts
	}
	tight, loose := 0, 0
	column, keys, aligned := -1, -1, true
	differ := false
	for _, s := range siblings {
		if s.heading {
			aligned = false
			continue
		}
		between := f.between(s)
		if between == "=" {
			tight++
		} else {
			loose++
		}
		width := utf8.RuneCount(f.src[s.keys[0].start:s.keys[len(s.keys)-1].end])
		eq := width + strings.IndexByte(between, '=')
		aligned = aligned && !strings.Contains(between, "\t") && (column < 0 || column == eq)
		differ = differ || keys >= 0 && keys != width
		column, keys = eq, width
	}
	if tight > loose {
		return "="
	}
	if pad := column - utf8.RuneCountInString(key); aligned && differ && pad > 0 {
		return strings.Repeat(" ", pad) + "= "
	}
	return " = "
}

// between is what stands between key and value.
func (f *File) between(s *stmt) string {
	return string(f.src[s.keys[len(s.keys)-1].end:s.value.start])
}

// singleQuotes tells whether most of the file's strings are in single quotes.
func (f *File) singleQuotes() bool {
	single, double := 0, 0
	var count func(r *raw)
	count = func(r *raw) {
		if r.kind == String {
			if f.src[r.start] == '\'' {
				single++
			} else {
				double++
			}
		}
		for _, it := range r.items {
			count(it)
		}
		for _, m := range r.members {
			count(m.value)
		}
	}
	for _, s := range f.stmts {
		if s.value != nil {
			count(s.value)
		}
	}
	return single > double
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
