package flytoml

import (
	"fmt"
	"slices"
)

// An empty array above the tables of its name (`mounts = []` and [[mounts]]) says
// nothing, yet makes the file no TOML: a name is defined once. Such a file is
// read as if the line were not there, and CutSurplus takes the line away.

// Surplus is a line that has to go before anybody can read the file.
type Surplus struct {
	Node  Node // the empty array; it is not in the tree
	Line  int  // of the heading that defines the name again
	Again string
}

// Surplus are those lines, in the order of the file.
func (f *File) Surplus() []Surplus {
	var out []Surplus
	for _, s := range f.stmts {
		if s.again == nil {
			continue
		}
		n := &node{key: s.keys[0].text, kind: Array, form: formValue, at: s.body.start, index: -1, val: s.value.span, stmt: s, keyAt: s.keys[0].span, member: s.body, parent: s.table}
		out = append(out, Surplus{Node{f: f, n: n}, f.position(s.again.body.start).Line, string(f.src[s.again.body.start:s.again.body.end])})
	}
	return out
}

// kidBelow is the one with the key that a heading goes through. One that is
// surplus goes from the tree.
func (n *node) kidBelow(key string, heading *stmt) *node {
	k := n.kid(key)
	if k == nil || k.form != formValue || k.kind != Array && k.kind != Table || len(k.items)+len(k.kids) > 0 || len(k.stmt.keys) != 1 || k.stmt.value.span != k.val {
		return k
	}
	k.stmt.again = heading
	n.kids = slices.DeleteFunc(n.kids, func(other *node) bool { return other == k })
	delete(n.byKey, key)
	return nil
}

func (s *stmt) names() []string {
	out := make([]string, len(s.keys))
	for i, k := range s.keys {
		out[i] = k.text
	}
	return out
}

// cutSurplus takes the surplus lines of that path away.
func (f *File) cutSurplus(path string) (change, error) {
	var cuts []lineRange
	for _, s := range f.Surplus() {
		if s.Node.Path() == path {
			cuts = append(cuts, lineRange{s.Node.n.stmt.first, s.Node.n.stmt.last + 1})
		}
	}
	if len(cuts) == 0 {
		return change{}, refuse("it is not in the file")
	}
	return change{splices: f.cutLines(cuts), in: f.root, means: func(map[string]any) {}, fewer: true}, nil
}

// twice says of a statement that defines something again what it is, where it
// stands first, and what to do; "" for one that does not.
func (f *File) twice(s *stmt) string {
	if s == nil {
		return ""
	}
	var home []string
	full := func(x *stmt) []string {
		if x.heading {
			return x.names()
		}
		return append(slices.Clone(home), x.names()...)
	}
	paths := map[*stmt][]string{}
	for _, x := range f.stmts {
		if x.heading {
			home = x.names()
		}
		paths[x] = full(x)
		if x == s {
			break
		}
	}
	mine := paths[s]
	dotted := ""
	for _, x := range slices.Backward(f.stmts[:s.index]) { // the nearest: those of another entry of [[s]] are no matter
		if text := f.clash(x, s, paths[x], mine); text != "" {
			return text
		}
		if len(x.keys) > 1 && s.heading && !x.heading && below(paths[x], mine) {
			dotted = fmt.Sprintf("%s is set by a dotted key at line %d and is a table at line %d; keep one of the two forms", Join("", mine...), f.position(x.body.start).Line, s.first+1)
		}
	}
	return dotted
}

// below says whether a path goes on where another ends.
func below(deep, high []string) bool {
	return len(deep) > len(high) && slices.Equal(deep[:len(high)], high)
}

// clash says what two statements, x above s, define both; "" for nothing.
func (f *File) clash(x, s *stmt, theirs, mine []string) string {
	name, line, here := Join("", theirs...), f.position(x.body.start).Line, s.first+1
	switch same := slices.Equal(theirs, mine); {
	case same && x.heading && s.heading && x.array == s.array:
		cure := "put the keys of both under one heading"
		for _, one := range [...]*stmt{s, x} {
			if next := one.index + 1; next >= len(f.stmts) || f.stmts[next].heading {
				cure = fmt.Sprintf("delete line %d, under which there is nothing", one.first+1)
			}
		}
		return fmt.Sprintf("[%s] is in the file twice, at lines %d and %d; %s", name, line, here, cure)
	case same && x.heading && s.heading && x.array:
		return fmt.Sprintf("%s is an array of tables at line %d and a single table at line %d; write each as [[%s]]", name, line, here, name)
	case same && x.heading && s.heading:
		return fmt.Sprintf("%s is a single table at line %d and an array of tables at line %d; write each as [[%s]]", name, line, here, name)
	case same && x.heading == s.heading:
		return fmt.Sprintf("%s is set twice, at lines %d and %d; keep one of the two", name, line, here)
	case x.heading && s.heading && s.array && below(theirs, mine):
		return fmt.Sprintf("[%s] at line %d belongs to [[%s]], which begins only at line %d; move it below", name, line, Join("", mine...), here)
	case !x.heading && !s.heading && below(theirs, mine):
		return fmt.Sprintf("%s is set by a dotted key at line %d and again at line %d; keep one of the two forms", Join("", mine...), line, here)
	case same, !x.heading && below(mine, theirs):
		return fmt.Sprintf("%s has a value at line %d and is a table at line %d; keep one of the two", name, line, here)
	}
	return ""
}
