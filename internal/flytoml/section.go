package flytoml

import (
	"cmp"
	"slices"
)

// sectionBody is what stands in a new section.
type sectionBody struct {
	above []string // comment lines over the heading
	tail  string   // same-line comment of the heading
	keys  []bodyKey
}

type bodyKey struct {
	key string
	newKey
}

// body makes the section for entries, in the file's quotes.
func (f *File) body(e Edit) (sectionBody, error) {
	above, err := commentLines(e.Comment)
	b := sectionBody{above: above}
	single := f.singleQuotes()
	for _, entry := range e.Entries {
		b.keys = append(b.keys, bodyKey{entry.Key, newKey{text: styled(entry.Value, single)}})
	}
	return b, err
}

// insertSection writes [parent.keys] or [[parent.keys]] where it belongs
// among the parent's tables.
func (f *File) insertSection(parent *node, keys []string, array bool, b sectionBody) []splice {
	return f.writeSection(f.tableLine(parent, keys[0]), parent, keys, array, b)
}

// insertHeading gives a table that only longer headings name one of its own,
// above the first of those and its comment.
func (f *File) insertHeading(n *node, b sectionBody) ([]splice, error) {
	for _, h := range f.headings(n) {
		return f.writeSection(f.commentStart(h), n.parent, []string{n.key}, false, b), nil
	}
	return nil, refuse(n.describe() + " has no place in the file")
}

func (f *File) writeSection(at int, parent *node, keys []string, array bool, b sectionBody) []splice {
	path := append(parent.keyPath(), keys...)
	// What has no heading around it stands as the top-level tables do.
	depth := parent.nesting() + 1
	head := f.headIndent(depth, parent)
	step := defaultIndent
	if len(b.keys) > 0 {
		step = b.keys[0].stepOr(step)
	}
	in := head + f.keyStep(depth, step)
	open, closing := "[", "]"
	if array {
		open, closing = "[[", "]]"
	}
	lines := indented(head, b.above...)
	lines = append(lines, head+open+Join("", path...)+closing+b.tail)
	for _, k := range b.keys {
		lines = append(lines, indented(in, k.above...)...)
		key := quoteKey(k.key)
		lines = append(lines, in+key+f.assign(nil, key)+k.text+k.tail)
	}
	at, lines = f.setOff(at, lines, f.spaced(depth, path[0]))
	return []splice{f.insertLines(at, lines)}
}

// setOff puts the blank lines around a new section that go to line at, where
// the file has such. Below a comment there is one always: directly above the
// heading it would read as the heading's own.
func (f *File) setOff(at int, section []string, spaced bool) (int, []string) {
	comment := at > 0 && f.lines[at-1].kind == commentLine
	blankBelow := at < len(f.lines) && f.lines[at].kind == blankLine
	if !spaced && comment && blankBelow && f.leadsOn(at+1) && !f.spacedBelow(at+1) {
		return at + 1, section
	}
	if comment || spaced && at > 0 && f.lines[at-1].kind != blankLine {
		section = append([]string{""}, section...)
	}
	if spaced && at < len(f.lines) && !blankBelow && f.spacedBelow(at) {
		section = append(section, "")
	}
	return at, section
}

// spacedBelow tells whether the heading at or below line at is one of those
// that have a blank line above.
func (f *File) spacedBelow(at int) bool {
	all := f.headings(f.root)
	i, _ := slices.BinarySearchFunc(all, at, func(h *stmt, at int) int { return cmp.Compare(h.first, at) })
	return i == len(all) || f.spaced(all[i].table.nesting(), all[i].keys[0].text)
}

// lastHeading is the last heading in n, wherever it stands.
func (f *File) lastHeading(n *node) *stmt {
	if all := f.headings(n); len(all) > 0 {
		return all[len(all)-1]
	}
	return n.stmt
}

// lineAfter is the line below a statement and below the comment that hangs
// directly under it, unless that comment leads to the next statement.
func (f *File) lineAfter(s *stmt) int {
	at := s.last + 1
	if f.leadsOn(at) {
		return at
	}
	for at < len(f.lines) && f.lines[at].kind == commentLine {
		at++
	}
	return at
}

// leadsOn tells whether a statement stands at line at, or directly below the
// comment there.
func (f *File) leadsOn(at int) bool {
	for at < len(f.lines) && f.lines[at].kind == commentLine {
		at++
	}
	return at < len(f.lines) && f.lines[at].kind == stmtLine
}

// commentStart is the first line of the comment directly above a statement,
// or the statement's own when there is none.
func (f *File) commentStart(s *stmt) int {
	at := s.first
	for at > 0 && f.lines[at-1].kind == commentLine {
		at--
	}
	return at
}
