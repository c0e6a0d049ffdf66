package flytoml

// tableOf makes the one entry of [[x]] the table [x]: two brackets go.
func (f *File) tableOf(segs []Segment) (change, error) {
	p := f.resolve(segs)
	n := p.node
	switch {
	case p.problem != "":
		return change{}, f.refuseAt(n, p.problem)
	case len(p.rest) > 0:
		return change{}, refuse("it is not in the file")
	case n.kind == Table:
		return change{}, nil
	case n.kind != ArrayTables:
		return change{}, f.refuseAt(n, "it is "+n.kind.article()+", not an array of tables")
	case len(n.items) != 1:
		return change{}, f.refuseAt(n, "it has several entries")
	case n.items[0].form != formHeading:
		return change{}, f.refuseAt(n, "it has no heading of its own")
	}
	where := n.items[0].stmt.body
	want := f.meaningCopy()
	at := n.segments()
	list, _ := valueAt(want, at).([]any)
	if len(list) != 1 {
		return change{}, refuse("can't be edited exactly")
	}
	putValue(want, at, list[0])
	next, err := f.with(splice{span{where.start, where.start + 1}, ""}, splice{span{where.end - 1, where.end}, ""})
	return change{next: next, want: want}, err
}
