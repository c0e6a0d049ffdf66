package flytoml

// arrayOf turns a single table into the one entry of an array of tables.
func (f *File) arrayOf(segs []Segment) (change, error) {
	n, err := f.present(segs)
	switch {
	case err != nil:
		return change{}, err
	case n.kind == ArrayTables:
		return change{in: n}, nil
	case n.kind != Table:
		return change{}, f.refuseAt(n, "it is "+n.kind.article()+", not a table")
	case n.index >= 0:
		return change{}, f.refuseAt(n, "it is an entry of an array already")
	}
	where := n.val
	switch n.form {
	case formValue:
	case formHeading:
		where = n.stmt.body
	default:
		return change{}, f.refuseAt(n, "it has no heading of its own")
	}
	value := []any{n.value}
	return f.rewrap(n, value, splice{span: span{where.start, where.start}, text: "["}, splice{span: span{where.end, where.end}, text: "]"}), nil
}

// tableOf makes the one entry of [[x]] the table [x]: two brackets go.
func (f *File) tableOf(segs []Segment) (change, error) {
	n, err := f.present(segs)
	switch {
	case err != nil:
		return change{}, err
	case n.kind == Table:
		return change{in: n}, nil
	case n.kind != ArrayTables:
		return change{}, f.refuseAt(n, "it is "+n.kind.article()+", not an array of tables")
	case len(n.items) != 1:
		return change{}, f.refuseAt(n, "it has several entries")
	case n.items[0].form != formHeading:
		return change{}, f.refuseAt(n, "it has no heading of its own")
	}
	where := n.items[0].stmt.body
	return f.rewrap(n, n.items[0].value, splice{span: span{where.start, where.start + 1}}, splice{span: span{where.end - 1, where.end}}), nil
}

// present is the node at segs, which must be there.
func (f *File) present(segs []Segment) (*node, error) {
	p := f.resolve(segs)
	switch {
	case p.problem != "":
		return nil, f.refuseAt(p.node, p.problem)
	case len(p.rest) > 0:
		return nil, refuse("it is not in the file")
	}
	return p.node, nil
}

// rewrap makes changes after which n means value.
func (f *File) rewrap(n *node, value any, splices ...splice) change {
	return change{splices: splices, in: n, means: puts(n.segments(), cloneValue(value))}
}
