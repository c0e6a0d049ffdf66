package flytoml

// nameless turns the tables in n, each under a name, into entries of an array
// of tables: [x.a] and [x.b] become [[x]] twice, and [x.a.sub] becomes [x.sub].
// Where that would change what stands where, the check in Apply refuses it.
func (f *File) nameless(segs []Segment) (change, error) {
	n, err := f.present(segs)
	switch {
	case err != nil:
		return change{}, err
	case n.kind == ArrayTables:
		return change{in: n}, nil
	case n.kind != Table || len(n.kids) == 0:
		return change{}, f.refuseAt(n, "it is not a table of tables")
	}
	var value []any
	var splices []splice
	for _, kid := range n.kids {
		if kid.kind != Table || kid.form != formHeading {
			return change{}, f.refuseAt(kid, "it has no heading of its own")
		}
		value = append(value, cloneValue(kid.value))
	}
	depth := len(n.keyPath())
	for _, h := range f.headings(n) {
		if h.table == n { // the heading above them has nothing of its own
			if len(f.section(n)) > 0 {
				return change{}, f.refuseAt(n, "it has keys of its own")
			}
			splices = append(splices, f.cutLines([]lineRange{{h.first, h.last + 1}})...)
			continue
		}
		name := span{h.keys[depth-1].end, h.keys[depth].end}
		splices = append(splices, splice{span: name})
		if h.table.parent == n {
			splices = append(splices, splice{span: span{h.body.start, h.body.start}, text: "["}, splice{span: span{h.body.end, h.body.end}, text: "]"})
		}
	}
	return f.rewrap(n, value, splices...), nil
}
