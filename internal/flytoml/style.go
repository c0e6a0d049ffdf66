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

// headings are those of n and of all tables in it, in the order of the file.
func (f *File) headings(n *node) []*stmt {
	type byNode struct{}
	return f.Derive(byNode{}, func() any {
		all := map[*node][]*stmt{}
		for _, h := range f.stmts {
			for n := h.table; h.heading && n != nil; n = n.parent {
				all[n] = append(all[n], h)
			}
		}
		return all
	}).(map[*node][]*stmt)[n]
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
	for _, d := range [3]int{depth, 1, anyDepth} {
		if step, ok := commonest(f.steps(d)); ok {
			return step
		}
	}
	return none
}

const anyDepth = -1

// steps gives each heading of a depth one voice, that of its last key: a table
// with one key more or less must not change what the file looks like.
func (f *File) steps(depth int) []string {
	type byDepth int
	return f.Derive(byDepth(depth), func() any {
		var steps []string
		for _, h := range f.headings(f.root) {
			if depth != anyDepth && h.table.nesting() != depth {
				continue
			}
			if kvs := f.section(h.table); len(kvs) > 0 {
				if step, ok := strings.CutPrefix(f.indentOf(kvs[len(kvs)-1]), f.indentOf(h)); ok {
					steps = append(steps, step)
				}
			}
		}
		return steps
	}).([]string)
}

// headIndent is the indentation for a new heading of that nesting below
// parent: as its sisters', as other headings of that depth, else as flyctl
// does it where the author indents keys.
func (f *File) headIndent(depth int, parent *node) string {
	for parent.form == formImplied {
		parent = parent.parent
	}
	indents := func(in *node) (all []string) {
		for _, h := range f.headings(in) {
			if h.table.nesting() == depth {
				all = append(all, f.indentOf(h))
			}
		}
		return all
	}
	for _, in := range []*node{parent, f.root} {
		if in, ok := commonest(indents(in)); ok {
			return in
		}
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
	type key struct {
		depth int
		table string
	}
	return f.Derive(key{depth, strings.ToLower(table)}, func() any { return f.areSpaced(depth, table) }).(bool)
}

func (f *File) areSpaced(depth int, table string) bool {
	var deep, top [2]int
	for i, h := range f.headings(f.root) {
		if i == 0 { // what stands above the first heading is no table
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
	type tightness struct{}
	tight := false
	if len(siblings) > 0 {
		tight = f.areTight(siblings)
	} else {
		tight = f.Derive(tightness{}, func() any { return f.areTight(f.stmts) }).(bool)
	}
	if tight {
		return "="
	}
	if pad := f.equalsColumn(siblings) - utf8.RuneCountInString(key); pad > 0 {
		return strings.Repeat(" ", pad) + "= "
	}
	return " = "
}

// areTight says whether most keys have no space before their equals sign.
func (f *File) areTight(all []*stmt) bool {
	tight := 0
	for _, s := range all {
		switch {
		case s.heading:
		case f.between(s) == "=":
			tight++
		default:
			tight--
		}
	}
	return tight > 0
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
