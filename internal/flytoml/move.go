package flytoml

import "strings"

// move takes a key or a table elsewhere, or gives it another name.
func (f *File) move(segs []Segment, e Edit) (change, error) {
	from := f.resolve(segs)
	if from.problem != "" {
		return change{}, f.refuseAt(from.node, from.problem)
	}
	if len(from.rest) > 0 {
		return change{}, refuse("it is not in the file")
	}
	n := from.node
	toSegs, err := ParsePath(e.To)
	if err != nil || len(toSegs) == 0 || toSegs[len(toSegs)-1].Index >= 0 {
		return change{}, refuse("the target is not the path of a key")
	}
	if n.index >= 0 {
		return change{}, f.refuseAt(n, "an entry of an array can't be moved")
	}
	to := f.resolve(toSegs)
	name := toSegs[len(toSegs)-1].Key
	if to.problem == "" && to.node == n && len(to.rest) == 0 {
		if n.key == name {
			return change{in: n}, nil
		}
		// Only the spelling changes.
		to = place{node: n.parent, rest: keySegments(name)}
	}
	switch {
	case to.problem != "":
		return change{}, f.refuseAt(to.node, to.problem)
	case len(to.rest) == 0:
		return change{}, f.refuseAt(to.node, "something is at "+to.node.describe()+" already")
	case to.node.within(n):
		return change{}, f.refuseAt(n, "it can't be moved into itself")
	}
	keys, err := restKeys(to)
	if err != nil {
		return change{}, err
	}
	c := change{in: f.root, means: func(want map[string]any) {
		v := valueAt(want, n.segments())
		dropValue(want, n)
		putValue(want, append(to.node.segments(), to.rest...), v)
	}}
	switch {
	case n.form == formDotted:
		err = f.refuseAt(n, "it is made of dotted keys")
	case n.form != formValue:
		c.splices = f.renameHeadings(n, append(to.node.keyPath(), keys...), f.deeper(n, to.node)...)
	case to.node == n.parent && len(keys) == 1:
		c.in, c.splices = n.parent, []splice{{span: n.keyAt, text: quoteKey(keys[0])}}
	default:
		c.next, err = f.moveValue(n, to)
	}
	return c, err
}

// moveValue takes a value out and writes it where it belongs.
func (f *File) moveValue(n *node, to place) (*File, error) {
	k := newKey{text: string(f.src[n.val.start:n.val.end])}
	if n.container() == nil {
		k.tail = f.tail(n.stmt)
		if in := f.indentOf(n.stmt); n.stmt.table.form == formHeading {
			step, _ := strings.CutPrefix(in, f.indentOf(n.stmt.table.stmt))
			k.step = &step
		}
		for i := f.introduction(n.stmt); i < n.stmt.first; i++ {
			k.above = append(k.above, strings.TrimLeft(string(f.content(i)), " \t"))
		}
	}
	cuts, err := f.cutMoved(n)
	if err != nil {
		return nil, err
	}
	without, err := f.with(cuts...)
	if err != nil {
		return nil, err
	}
	// The table that the key goes to may have gone with the key.
	p := without.resolve(append(to.node.segments(), to.rest...))
	keys, err := restKeys(p)
	if err != nil || p.problem != "" || len(keys) == 0 {
		return nil, f.refuseAt(n, "its new place can't be reached")
	}
	splices, err := without.insertKey(p.node, keys, k)
	if err != nil {
		return nil, err
	}
	return without.with(splices...)
}

// cutMoved is what has to go from the file for the key n to be elsewhere.
func (f *File) cutMoved(n *node) ([]splice, error) {
	if n.container() != nil {
		return f.cutNode(n, f.ownComment)
	}
	return f.cutLines([]lineRange{{f.introduction(n.stmt), n.stmt.last + 1}}), nil
}

// deeper indents the tables of n as their new home has it, where n had none: a
// table below one without a heading stands as far out as one at the top.
func (f *File) deeper(n *node, home *node) []splice {
	if n.parent.form != formImplied || home.form != formHeading {
		return nil
	}
	want := f.headIndent(home.nesting()+1, home)
	var out []splice
	for _, h := range f.headings(n) {
		more, ok := strings.CutPrefix(want, f.indentOf(h))
		if !ok || more == "" {
			return nil
		}
		for _, s := range append([]*stmt{h}, f.section(h.table)...) {
			at := f.lines[s.first].start
			out = append(out, splice{span: span{at, at}, text: more})
		}
	}
	return out
}

// renameHeadings says path in the headings of n and its tables where it says
// n's path now. Nothing is moved in the file; where that would change what
// the headings mean, the check in Apply refuses it.
func (f *File) renameHeadings(n *node, path []string, splices ...splice) []splice {
	old := n.keyPath()
	for _, h := range f.headings(n) {
		mine := h.keys[:len(old)]
		if len(path) != len(old) {
			whole := span{mine[0].start, mine[len(mine)-1].end}
			splices = append(splices, splice{span: whole, text: Join("", path...)})
			continue
		}
		for i, k := range mine {
			if k.text != path[i] {
				splices = append(splices, splice{span: k.span, text: quoteKey(path[i])})
			}
		}
	}
	return splices
}
