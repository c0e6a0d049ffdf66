package flytoml

// newKey is a key to be written.
type newKey struct {
	text  string   // of its value
	above []string // comment lines, without indentation
	tail  string   // same-line comment, with the white space before it
	step  *string  // how much deeper than its heading it stood where it comes from; nil for a new one
}

// stepOr is the indentation below a heading for a file that shows none.
func (k newKey) stepOr(other string) string {
	if k.step != nil {
		return *k.step
	}
	return other
}

// set replaces the value at segs, or inserts the key.
func (f *File) set(segs []Segment, e Edit) (change, error) {
	v, err := literal(e.Value)
	if err != nil {
		return change{}, err
	}
	p := f.resolve(segs)
	if p.problem != "" {
		return change{}, f.refuseAt(p.node, p.problem)
	}
	if len(p.rest) == 0 {
		return f.replace(p.node, e.Value, v)
	}
	keys, err := restKeys(p)
	if err != nil {
		return change{}, err
	}
	above, err := commentLines(e.Comment)
	if err != nil {
		return change{}, err
	}
	splices, err := f.insertKey(p.node, keys, newKey{text: styled(e.Value, f.singleQuotes()), above: above})
	return change{splices: splices, in: p.node, means: puts(append(p.node.segments(), p.rest...), v), comments: len(above)}, err
}

func (f *File) replace(n *node, text string, v any) (change, error) {
	switch {
	case n.form != formValue:
		return change{}, f.refuseAt(n, "it is "+n.kind.article()+", not a value")
	case equalValues(n.value, v):
		return change{in: n}, nil
	case f.commentIn(n.val):
		return change{}, f.refuseAt(n, "its value has comments inside")
	}
	single := f.singleQuotes()
	if n.kind == String {
		single = f.src[n.val.start] == '\''
	}
	return f.rewrap(n, v, splice{span: n.val, text: styled(text, single)}), nil
}

// restKeys is what a path names beyond the file, which must be keys.
func restKeys(p place) ([]string, error) {
	keys := make([]string, 0, len(p.rest))
	for _, s := range p.rest {
		if s.Index >= 0 {
			return nil, refuse(p.node.describe() + " has no such entry")
		}
		keys = append(keys, s.Key)
	}
	return keys, nil
}

// insertKey writes keys below n; all but the last are tables that n lacks.
func (f *File) insertKey(n *node, keys []string, k newKey) ([]splice, error) {
	if box, prefix := n.inlineBox(); box != nil {
		return f.insertMember(box, append(prefix, keys...), len(prefix), k)
	}
	switch {
	case n.form == formDotted:
		return f.insertDotted(n, keys, k)
	case len(keys) > 1:
		last := len(keys) - 1
		return f.insertSection(n, keys[:last], false, sectionBody{keys: []bodyKey{{keys[last], k}}}), nil
	case n.form == formImplied:
		return f.insertHeading(n, sectionBody{keys: []bodyKey{{keys[0], k}}})
	}
	kvs := f.section(n)
	key := quoteKey(keys[0])
	in := f.keyIndent(n, k.stepOr(defaultIndent))
	lines := append(indented(in, k.above...), in+key+f.assign(kvs, key)+k.text+k.tail)
	at := f.keyLine(n, keys[0])
	if n.form == formRoot && len(kvs) == 0 {
		if at < len(f.lines) && f.lines[at].kind != blankLine {
			lines = append(lines, "")
		}
		if at > 0 && f.lines[at-1].kind == commentLine {
			lines = append([]string{""}, lines...)
		}
	}
	return []splice{f.insertLines(at, lines)}, nil
}

// topLine is where the first key of the file goes: below the comment that
// opens the file, when a blank line sets that off or it is flyctl's.
func (f *File) topLine() int {
	i := 0
	for i < len(f.lines) && f.lines[i].kind == commentLine {
		i++
	}
	switch {
	case i > 0 && i == len(f.lines):
		return i
	case i > 0 && f.lines[i].kind == blankLine:
		return i + 1
	}
	if f.opensFile(i) {
		return i
	}
	return 0
}

// insertDotted writes another dotted key among those that make n.
func (f *File) insertDotted(n *node, keys []string, k newKey) ([]splice, error) {
	var kin *stmt
	depth, before := 0, true // the new key stands before kin
	for _, s := range f.stmts {
		d, ok := s.partsTo(n)
		if !ok {
			continue
		}
		lower := n.order(s.keys[d].text, keys[0]) < 0
		if kin == nil || lower {
			kin, depth, before = s, d, !lower
		}
	}
	if kin == nil {
		return nil, refuse(n.describe() + " is written in a way that can't be extended")
	}
	key := string(f.src[kin.keys[0].start:kin.keys[depth-1].end])
	for _, part := range keys {
		key += "." + quoteKey(part)
	}
	in := f.indentOf(kin)
	lines := append(indented(in, k.above...), in+key+f.assign([]*stmt{kin}, key)+k.text+k.tail)
	at := kin.last + 1
	if before {
		at = f.lineAbove(kin)
	}
	return []splice{f.insertLines(at, lines)}, nil
}

// partsTo is how many parts of a dotted key lead to n, which is below the
// table of the key.
func (s *stmt) partsTo(n *node) (int, bool) {
	if s.heading || !n.within(s.table) {
		return 0, false
	}
	d, at := 0, s.table
	for d < len(s.keys) && at != nil && at != n {
		at = at.kid(s.keys[d].text)
		d++
	}
	return d, at == n && d < len(s.keys)
}

// inlineBox is the inline table that n is written in, with the dotted keys
// that lead from it to n; nil when n is not inside of one.
func (n *node) inlineBox() (box *node, prefix []string) {
	for at := n; at != nil; at = at.parent {
		if at.form == formValue {
			return at, prefix
		}
		if at.form != formDotted {
			return nil, nil
		}
		prefix = append([]string{at.key}, prefix...)
	}
	return nil, nil
}
