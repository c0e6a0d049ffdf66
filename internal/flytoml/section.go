package flytoml

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

// insertSection writes [parent.keys] or [[parent.keys]] after the section of
// its parent and the parent's tables; below the root, at the end of the file.
func (f *File) insertSection(parent *node, keys []string, array bool, b sectionBody) (*File, error) {
	at := len(f.lines)
	if parent.form != formRoot {
		at = f.lineAfter(f.regionEnd(parent))
	}
	return f.writeSection(at, parent, keys, array, b)
}

// insertHeading gives a table that only longer headings name one of its own,
// above the first of those and its comment.
func (f *File) insertHeading(n *node, b sectionBody) (*File, error) {
	for _, h := range f.stmts {
		if h.heading && h.table.within(n) {
			return f.writeSection(f.commentStart(h), n.parent, []string{n.key}, false, b)
		}
	}
	return nil, refuse(n.describe() + " has no place in the file")
}

func (f *File) writeSection(at int, parent *node, keys []string, array bool, b sectionBody) (*File, error) {
	path := append(parent.keyPath(), keys...)
	// What has no table around it stands as the top-level tables do.
	depth := len(path)
	if parent.form == formRoot {
		depth = 1
	}
	head := f.headIndent(depth, parent)
	step := defaultIndent
	if len(b.keys) > 0 {
		step = b.keys[0].stepOr(step)
	}
	in := head + f.keyStep(depth, parent, step)
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
	if f.spaced(depth) {
		if at > 0 && f.lines[at-1].kind != blankLine {
			lines = append([]string{""}, lines...)
		}
		if at < len(f.lines) && f.lines[at].kind != blankLine {
			lines = append(lines, "")
		}
	}
	return f.with(f.insertLines(at, lines))
}

// regionEnd is the last statement of a table's section and of those of its
// tables that follow directly. Of an array it is that of its last entry, with
// all of its tables: a new entry above one of them would take it over.
func (f *File) regionEnd(n *node) *stmt {
	start := n.stmt
	if n.form != formHeading || n.kind == ArrayTables {
		for _, h := range f.stmts {
			if h.heading && h.table.within(n) {
				start = h
			}
		}
	}
	end := start
	for _, s := range f.stmts[start.index+1:] {
		if s.heading && !s.table.within(n) {
			break
		}
		end = s
	}
	return end
}

// lineAfter is the line below a statement and below the comment that hangs
// directly under it, unless that comment leads to the next statement.
func (f *File) lineAfter(s *stmt) int {
	at := s.last + 1
	end := at
	for end < len(f.lines) && f.lines[end].kind == commentLine {
		end++
	}
	if end == len(f.lines) || f.lines[end].kind == blankLine {
		return end
	}
	return at
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
