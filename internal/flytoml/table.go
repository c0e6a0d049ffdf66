package flytoml

// addTable adds a table that the file doesn't have.
func (f *File) addTable(segs []Segment, e Edit) (change, error) {
	p := f.resolve(segs)
	switch {
	case p.problem != "":
		return change{}, f.refuseAt(p.node, p.problem)
	case len(p.rest) == 0:
		return change{}, f.refuseAt(p.node, "it already exists")
	}
	keys, err := restKeys(p)
	if err != nil {
		return change{}, err
	}
	value, err := entriesValue(e.Entries)
	if err != nil {
		return change{}, err
	}
	b, err := f.body(e)
	if err != nil {
		return change{}, err
	}
	c := change{in: p.node, means: puts(append(p.node.segments(), p.rest...), value), comments: len(b.above)}
	if f.writesInline(p.node) {
		c.splices, err = f.insertKey(p.node, keys, f.inlineEntry(p.node, e, b.above, "", ""))
	} else {
		c.splices = f.insertSection(p.node, keys, false, b)
	}
	return c, err
}

// appendEntry adds an entry to an array of tables, which may be missing.
func (f *File) appendEntry(segs []Segment, e Edit) (change, error) {
	p := f.resolve(segs)
	if p.problem != "" {
		return change{}, f.refuseAt(p.node, p.problem)
	}
	value, err := entriesValue(e.Entries)
	if err != nil {
		return change{}, err
	}
	b, err := f.body(e)
	if err != nil {
		return change{}, err
	}
	path := append(p.node.segments(), p.rest...)
	c := change{in: p.node, comments: len(b.above), means: func(want map[string]any) {
		old, _ := valueAt(want, path).([]any)
		putValue(want, path, append(old, value))
	}}
	switch n := p.node; {
	case len(p.rest) > 0:
		var keys []string
		if keys, err = restKeys(p); err != nil {
			break
		}
		if f.writesInline(n) {
			c.splices, err = f.insertKey(n, keys, f.inlineEntry(n, e, b.above, "[", "]"))
		} else {
			c.splices = f.insertSection(n, keys, true, b)
		}
	case n.kind == ArrayTables:
		// Behind all tables of the last entry: above one of them, the new
		// entry would take it over.
		at := f.lineAfter(f.sectionEnd(f.lastHeading(n)))
		c.splices = f.writeSection(at, n.parent, []string{n.key}, true, b)
	case n.kind == Array:
		err = f.appendInline(&c, n, e, b)
	case n.kind == Table:
		err = f.refuseAt(n, "it is a single table, not an array of tables")
	default:
		err = f.refuseAt(n, "it is "+n.kind.article()+", not an array of tables")
	}
	return c, err
}

// appendInline adds an entry to a = [...]. An empty one becomes [[a]], where
// the table that it is in has a heading.
func (f *File) appendInline(c *change, n *node, e Edit, b sectionBody) error {
	for _, it := range n.items {
		if it.kind != Table {
			return f.refuseAt(n, "its entries are not tables")
		}
	}
	if len(n.items) > 0 || len(n.stmt.keys) > 1 || n.parent != n.stmt.table {
		text := f.inlineEntry(n.parent, e, nil, "", "").text
		in, err := f.insertElement(n.val, text)
		if err != nil {
			return f.refuseAt(n, err.Error())
		}
		c.splices = []splice{in}
		if len(b.above) > 0 {
			c.splices = append(c.splices, f.insertLines(n.stmt.first, indented(f.indentOf(n.stmt), b.above...)))
		}
		return nil
	}
	if f.commentIn(n.val) {
		return f.refuseAt(n, "it has comments inside")
	}
	b.tail = f.tail(n.stmt)
	without, err := f.with(f.cutLines([]lineRange{{n.stmt.first, n.stmt.last + 1}})...)
	if err != nil {
		return err
	}
	p := without.resolve(n.parent.segments())
	c.next, err = without.with(without.insertSection(p.node, []string{n.key}, true, b)...)
	return err
}

// writesInline tells whether what is new in a table has to be written as a
// value: inside braces, and beside dotted keys.
func (f *File) writesInline(n *node) bool {
	box, _ := n.inlineBox()
	return box != nil || n.form == formDotted
}

// inlineEntry writes entries as an inline table in the style around n.
func (f *File) inlineEntry(n *node, e Edit, above []string, open, closing string) newKey {
	eq := " = "
	if box, _ := n.inlineBox(); box != nil {
		eq = f.inlineAssign(box.val)
	}
	return newKey{text: open + styled(inlineTable(e.Entries, eq), f.singleQuotes()) + closing, above: above}
}
