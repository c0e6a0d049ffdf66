package flytoml

import "strings"

// convert makes another form of a value out of the value itself, so that no
// edit has to hold it.
func (f *File) convert(segs []Segment, op Op) (change, error) {
	n, err := f.present(segs)
	if err != nil {
		return change{}, err
	}
	if n.form != formValue {
		return change{}, f.refuseAt(n, "it is "+n.kind.article()+", not a value")
	}
	if f.commentIn(n.val) {
		return change{}, f.refuseAt(n, "its value has comments inside")
	}
	switch op {
	case Quote:
		return f.quoteScalar(n)
	case InArray:
		if n.kind == Array {
			return change{}, f.refuseAt(n, "it is an array already")
		}
		return f.revalue(n, "["+string(f.src[n.val.start:n.val.end])+"]")
	case Only:
		return f.onlyElement(n)
	}
	return f.words(n)
}

func (f *File) quoteScalar(n *node) (change, error) {
	switch n.kind {
	case String:
		return change{}, nil
	case Integer, Float, Bool, Datetime:
		text := string(f.src[n.val.start:n.val.end])
		return f.revalue(n, quoteText(text, f.singleQuotes()))
	}
	return change{}, f.refuseAt(n, "it is "+n.kind.article()+", not a single value")
}

func (f *File) onlyElement(n *node) (change, error) {
	switch {
	case n.kind != Array:
		return change{}, f.refuseAt(n, "it is "+n.kind.article()+", not an array")
	case len(n.items) != 1:
		return change{}, f.refuseAt(n, "it has several elements, or none")
	}
	in := n.items[0].val
	return f.revalue(n, string(f.src[in.start:in.end]))
}

// words makes one command line of an array of words.
func (f *File) words(n *node) (change, error) {
	if n.kind != Array || len(n.items) == 0 {
		return change{}, f.refuseAt(n, "it is not an array of strings")
	}
	var line []string
	for _, it := range n.items {
		w, ok := it.value.(string)
		if !ok {
			return change{}, f.refuseAt(n, "it is not an array of strings")
		}
		line = append(line, shellWord(w))
	}
	return f.revalue(n, quoteText(strings.Join(line, " "), f.singleQuotes()))
}

// shellWord quotes a word where a shell would take it for something else.
func shellWord(w string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	}
	if w != "" && strings.IndexFunc(w, func(r rune) bool { return !plain(r) }) < 0 {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'"'"'`) + "'"
}

// quoteText writes text as a TOML string: in single quotes where that is the
// file's way and possible, else in double ones.
func quoteText(text string, single bool) string {
	control := strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f })
	if (single || strings.ContainsAny(text, `"\`)) && !strings.Contains(text, "'") && !control {
		return "'" + text + "'"
	}
	return quoteBasic(text)
}

func quoteBasic(text string) string {
	q := quoteKey(text)
	if q == "" || q[0] != '"' {
		return `"` + q + `"`
	}
	return q
}

// revalue writes text in place of the value of n.
func (f *File) revalue(n *node, text string) (change, error) {
	v, err := literal(text)
	if err != nil {
		return change{}, err
	}
	return f.rewrap(n, v, splice{n.val, text})
}

// cutMark takes the byte order mark away.
func (f *File) cutMark() (change, error) {
	if f.base == 0 {
		return change{}, nil
	}
	next, err := f.with(splice{span{0, f.base}, ""})
	return change{next: next, want: f.meaning}, err
}
