package flytoml

import (
	"math"
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
	return f.indentOf(n.stmt) + f.keyStep(n.nesting(), step)
}

// keyStep is how much deeper than its heading a key stands, in tables of that
// depth; with none to look at, in those at the top, else in any, else none.
// That a neighbour does it otherwise has no say: it may come or go.
func (f *File) keyStep(depth int, none string) string {
	for _, d := range [2]int{depth, 1} {
		if step, ok := f.commonStep(func(h *stmt) bool { return h.table.nesting() == d }); ok {
			return step
		}
	}
	if step, ok := f.commonStep(func(*stmt) bool { return true }); ok {
		return step
	}
	return none
}

// commonStep gives each heading one voice, that of its last key: a table with
// one key more or less must not change what the file looks like.
func (f *File) commonStep(pick func(*stmt) bool) (string, bool) {
	var steps []string
	for _, h := range f.stmts {
		if !h.heading || !pick(h) {
			continue
		}
		if kvs := f.section(h.table); len(kvs) > 0 {
			if step, ok := strings.CutPrefix(f.indentOf(kvs[len(kvs)-1]), f.indentOf(h)); ok {
				steps = append(steps, step)
			}
		}
	}
	return commonest(steps)
}

// headIndent is the indentation for a new heading of that nesting below
// parent: as its sisters', as other headings of that depth, else as flyctl
// does it where the author indents keys.
func (f *File) headIndent(depth int, parent *node) string {
	for parent.form == formImplied {
		parent = parent.parent
	}
	var sisters, peers []string
	for _, h := range f.stmts {
		if !h.heading || h.table.nesting() != depth {
			continue
		}
		peers = append(peers, f.indentOf(h))
		if h.table.within(parent) {
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
	return strings.Repeat(f.keyStep(1, defaultIndent), depth-1)
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

// spaced tells whether a blank line goes above a heading of that depth below
// the top-level table: as above the others there, else as above the top-level
// ones, else yes. Other tables have no say: they may go.
func (f *File) spaced(depth int, table string) bool {
	var deep, top [2]int
	first := true
	for _, h := range f.stmts {
		if !h.heading {
			continue
		}
		// What stands above the first heading is no table.
		if first {
			first = false
			continue
		}
		above := f.commentStart(h)
		blank := 0
		if above == 0 || f.lines[above-1].kind == blankLine {
			blank = 1
		}
		// Below a comment there is always a blank line: that is no style.
		if above > 1 && blank == 1 && f.lines[above-2].kind == commentLine {
			continue
		}
		switch n := h.table.nesting(); {
		case n == 1:
			top[blank]++
		case n == depth && strings.EqualFold(h.keys[0].text, table):
			deep[blank]++
		}
	}
	if deep != [2]int{} {
		return deep[1] >= deep[0]
	}
	return top[1] >= top[0]
}

// assign is what goes after a new key among siblings: " = ", "=", or padded
// where the siblings' equals signs stand in one column. A key that is too long
// for the column has one space and leaves the others theirs.
func (f *File) assign(siblings []*stmt, key string) string {
	all := siblings
	if len(all) == 0 {
		all = f.stmts
	}
	tight, loose := 0, 0
	for _, s := range all {
		switch {
		case s.heading:
		case f.between(s) == "=":
			tight++
		default:
			loose++
		}
	}
	if tight > loose {
		return "="
	}
	if pad := f.equalsColumn(siblings) - utf8.RuneCountInString(key); pad > 0 {
		return strings.Repeat(" ", pad) + "= "
	}
	return " = "
}

// equalsColumn is where the equals signs of statements stand that are padded
// to one column; 0 when they aren't.
func (f *File) equalsColumn(siblings []*stmt) int {
	column, least := 0, math.MaxInt
	for _, s := range siblings {
		between := f.between(s)
		spaces := strings.IndexByte(between, '=')
		if strings.Contains(between, "\t") {
			return 0
		}
		at := utf8.RuneCount(f.src[s.keys[0].start:s.keys[len(s.keys)-1].end]) + spaces
		least = min(least, at)
		if spaces < 2 {
			continue
		}
		if column != 0 && column != at {
			return 0
		}
		column = at
	}
	if least < column {
		return 0
	}
	return column
}

// between is what stands between key and value.
func (f *File) between(s *stmt) string {
	return string(f.src[s.keys[len(s.keys)-1].end:s.value.start])
}
