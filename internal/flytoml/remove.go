package flytoml

import (
	"bytes"
	"slices"
	"strings"
)

// remove takes a key, a table or an array's entry away, each of its statements
// from the line that begins gives.
func (f *File) remove(segs []Segment, begins func(*stmt) int) (change, error) {
	n, err := f.present(segs)
	if err != nil {
		return change{}, err
	}
	cuts, err := f.cutNode(n, begins)
	if err != nil {
		return change{}, err
	}
	return change{splices: cuts, in: f.vanishing(n), means: func(want map[string]any) { dropValue(want, n) }, fewer: true}, nil
}

// vanishing is the outermost of what may go with n: the table or array that it
// is the last one in. The place of an entry of an array is that of the others
// too.
func (f *File) vanishing(n *node) *node {
	for n.parent != nil && (n.index >= 0 || n.parent.form == formImplied || n.parent.form == formDotted) {
		n = n.parent
	}
	return n
}

// cutNode is what has to go from the file for n to be gone.
func (f *File) cutNode(n *node, begins func(*stmt) int) ([]splice, error) {
	if box := n.container(); box != nil {
		if n.form == formDotted {
			return nil, f.refuseAt(n, "it is made of dotted keys in an inline table")
		}
		el := n.member
		if n.index >= 0 {
			el = n.val
		}
		cut, err := f.removeElement(box.val, el)
		if err != nil {
			return nil, f.refuseAt(n, err.Error())
		}
		return []splice{cut}, nil
	}
	if n.form == formValue {
		return f.cutLines([]lineRange{{begins(n.stmt), n.stmt.last + 1}}), nil
	}
	var ranges []lineRange
	for _, s := range f.stmts {
		switch {
		case s.heading && s.table.within(n):
			ranges = append(ranges, lineRange{begins(s), f.lineAfter(f.sectionEndOf(s))})
		case !s.heading && !s.table.within(n) && f.makes(s, n):
			ranges = append(ranges, lineRange{begins(s), s.last + 1})
		}
	}
	return f.cutLines(ranges), nil
}

// container is the array or inline table that n is an element of; nil when n
// is a statement or has some of its own.
func (n *node) container() *node {
	if n.form != formValue && n.form != formDotted || n.parent == nil {
		return nil
	}
	box, _ := n.parent.inlineBox()
	return box
}

// makes tells whether the key statement s, which stands outside of n's
// sections, writes n or a part of it.
func (f *File) makes(s *stmt, n *node) bool {
	at := s.table
	for _, k := range s.keys {
		if at = at.kid(k.text); at == nil {
			return false
		}
		if at == n {
			return true
		}
	}
	return false
}

// lineRange is lines from..to, to not included.
type lineRange struct{ from, to int }

// sectionEndOf is the last statement of a heading with its keys and what
// stands between them.
func (f *File) sectionEndOf(h *stmt) *stmt {
	end := h
	for _, s := range f.stmts[h.index+1:] {
		if s.heading {
			break
		}
		end = s
	}
	return end
}

// ownComment is the line where the comment starts that introduces this
// statement and nothing else; the statement's own line when there is none or
// when it may speak of its neighbours too, or of the whole file.
func (f *File) ownComment(s *stmt) int {
	if below := s.last + 1; !s.heading && below < len(f.lines) {
		if l := f.lines[below]; l.kind == stmtLine && !l.stmt.heading {
			return s.first
		}
	}
	top := f.introduction(s)
	for at := s.first; at > top; at-- {
		if f.isOtherEntry(at-1, s) {
			return at
		}
	}
	return top
}

// isOtherEntry says whether a comment line is a key or a heading that somebody
// has commented out, and not an older value of s: it is their own, with all
// that stands above it.
func (f *File) isOtherEntry(line int, s *stmt) bool {
	text := strings.TrimLeft(strings.TrimSpace(string(f.content(line))), "# \t")
	if strings.HasPrefix(text, "[") {
		return strings.HasSuffix(text, "]")
	}
	key, _, ok := strings.Cut(text, "=")
	key = strings.Trim(strings.TrimSpace(key), `"'`)
	return ok && key != "" && !strings.ContainsAny(key, " \t") && !(len(s.keys) > 0 && s.keys[len(s.keys)-1].text == key)
}

// introduction is the line where the comment directly above a statement
// starts; its own line when there is none, or it is about what stands above it
// or the whole file. It goes along when the statement moves: left behind, it
// would speak of the statement below.
func (f *File) introduction(s *stmt) int {
	top := f.commentStart(s)
	switch {
	case top == s.first:
	case top > 0 && s.heading && f.lines[top-1].kind != blankLine, top == 0 && f.opensFile(s.first):
		return s.first
	}
	return top
}

// opensFile tells whether the comment at the very top, which ends above line
// to, is about the file rather than about what follows: flyctl writes one.
func (f *File) opensFile(to int) bool {
	if to == 0 {
		return false
	}
	text := f.src[f.lines[0].start:f.lines[to-1].end]
	return bytes.Contains(bytes.ToLower(text), []byte("fly.toml")) || bytes.Contains(text, []byte("fly.io"))
}

// cutLines takes lines out, and of the blank lines around each gap those that
// would stand double.
func (f *File) cutLines(ranges []lineRange) []splice {
	slices.SortFunc(ranges, func(a, b lineRange) int { return a.from - b.from })
	var merged []lineRange
	for _, r := range ranges {
		if n := len(merged); n > 0 && f.allBlank(merged[n-1].to, r.from) {
			merged[n-1].to = max(merged[n-1].to, r.to)
			continue
		}
		merged = append(merged, r)
	}
	out := make([]splice, 0, len(merged))
	for _, r := range merged {
		above := r.from == 0 || f.lines[r.from-1].kind == blankLine
		switch {
		case r.to == len(f.lines):
			for r.from > 0 && f.lines[r.from-1].kind == blankLine {
				r.from--
			}
		case above && f.lines[r.to].kind == blankLine:
			r.to++
		}
		out = append(out, splice{span: f.cutSpan(r)})
	}
	return out
}

// cutSpan is the bytes of the lines. A file whose last line has no ending
// keeps to that: the ending of the line that is last then goes too.
func (f *File) cutSpan(r lineRange) span {
	if r.to < len(f.lines) {
		return span{f.lines[r.from].start, f.lines[r.to].start}
	}
	start := f.lines[r.from].start
	if r.from > 0 && f.lineEOL(r.to-1) == "" {
		start = f.lines[r.from-1].start + len(f.content(r.from-1))
	}
	return span{start, len(f.src)}
}

func (f *File) allBlank(from, to int) bool {
	for i := from; i < to; i++ {
		if f.lines[i].kind != blankLine {
			return false
		}
	}
	return true
}
