package flytoml

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// convert makes another form of a value out of the value itself, so that no
// edit has to hold it.
func (f *File) convert(segs []Segment, e Edit) (change, error) {
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
	raw := string(f.src[n.val.start:n.val.end])
	switch e.Op {
	case Quote:
		return f.quoteScalar(n)
	case InArray:
		if n.kind == Array {
			return change{}, f.refuseAt(n, "it is an array already")
		}
		if e.Value != "" {
			raw = e.Value + ", " + raw
		}
		return f.revalue(n, "["+raw+"]")
	case Under:
		return f.revalue(n, inlineTable([]Entry{{e.Value, raw}}, " = "))
	case Pairs:
		return f.pairs(n)
	case Only:
		return f.onlyElement(n)
	}
	return f.words(n)
}

func (f *File) quoteScalar(n *node) (change, error) {
	switch n.kind {
	case String:
		return change{in: n}, nil
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

// pairs makes an inline table of texts that each hold a name and a value.
func (f *File) pairs(n *node) (change, error) {
	texts := n.items
	if n.kind == String {
		texts = []*node{n}
	}
	var entries []Entry
	for _, it := range texts {
		name, value, ok := pair(it.value)
		if !ok || slices.ContainsFunc(entries, func(e Entry) bool { return e.Key == name }) {
			return change{}, f.refuseAt(n, "it is not a list of names and values")
		}
		entries = append(entries, Entry{name, quoteText(value, f.singleQuotes())})
	}
	if len(entries) == 0 {
		return change{}, f.refuseAt(n, "it is not a list of names and values")
	}
	return f.revalue(n, inlineTable(entries, " = "))
}

// pair takes a name and a value out of NAME=value, Name: value, or a table with
// the two. A text that may hold several has no one reading.
func pair(v any) (name, value string, ok bool) {
	switch v := v.(type) {
	case string:
		i := strings.IndexAny(v, "=:")
		if i < 0 {
			return "", "", false
		}
		name, value = strings.TrimSpace(v[:i]), strings.TrimSpace(v[i+1:])
		ok = !severalPairs().MatchString(value)
	case map[string]any:
		name, _ = v["name"].(string)
		value, ok = v["value"].(string)
		ok = ok && len(v) == 2
	}
	return name, value, ok && pairName().MatchString(name)
}

var (
	pairName     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`) })
	severalPairs = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\n|[,;\s][A-Za-z_][A-Za-z0-9_.-]*[=:]`) })
)

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
	return f.rewrap(n, v, splice{span: n.val, text: text}), nil
}

// cutMark takes the byte order mark away.
func (f *File) cutMark() (change, error) {
	if f.base == 0 {
		return change{in: f.root}, nil
	}
	return change{splices: []splice{{span: span{0, f.base}}}, in: f.root, means: func(map[string]any) {}}, nil
}
