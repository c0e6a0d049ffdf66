package flytoml

// Walk visits every table and key, each before what is in it, in the order of
// the file. The elements of arrays are visited where they are tables of their
// own ([[x]]).
func (f *File) Walk(visit func(Node)) { f.walk(f.root, visit) }

func (f *File) walk(n *node, visit func(Node)) {
	visit(Node{f, n})
	for _, k := range n.kids {
		f.walk(k, visit)
	}
	if n.kind == ArrayTables {
		for _, it := range n.items {
			f.walk(it, visit)
		}
	}
}
