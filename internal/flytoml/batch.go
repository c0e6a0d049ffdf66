package flytoml

import "bytes"

// batch are edits that are made together because they stand apart: no two of
// them are in one table or array, or one inside the other, and no two touch a
// line or the lines beside it. So each does to the file what it would do after
// the others. Where a file shows two styles equally often, its own lines have
// the say, not those that the other edits write.
type batch struct {
	edits    []numbered
	changes  []change
	splices  []splice
	comments int
	// What the changes are about, and those that have to wait for them.
	closed  bool           // the next one must see the file as it is then
	touched map[*node]bool // what a change is in
	above   map[*node]bool // that, and all that it is in
	lines   map[int]bool
}

// apart says whether a change has nothing to do with those before it.
func (b *batch) apart(f *File, c change) bool {
	if b.closed || b.above[c.in] || len(b.changes) > 0 && (c.next != nil || c.fewer != b.changes[0].fewer) {
		return false
	}
	for n := c.in; n != nil; n = n.parent {
		if b.touched[n] {
			return false
		}
	}
	for _, s := range c.splices {
		for line, last := f.linesBeside(s); line <= last; line++ {
			if b.lines[line] {
				return false
			}
		}
	}
	return true
}

// mark has all that follow keep away from a change.
func (b *batch) mark(f *File, c change) {
	if b.touched == nil {
		b.touched, b.above, b.lines = map[*node]bool{}, map[*node]bool{}, map[int]bool{}
	}
	b.closed = b.closed || c.next != nil
	b.touched[c.in] = true
	for n := c.in; n != nil && !b.above[n]; n = n.parent {
		b.above[n] = true
	}
	for _, s := range c.splices {
		for line, last := f.linesBeside(s); line <= last; line++ {
			b.lines[line] = true
		}
	}
}

func (b *batch) add(c change, e numbered) {
	b.edits, b.changes = append(b.edits, e), append(b.changes, c)
	b.comments += c.comments
	for _, s := range c.splices {
		s.edit = e.index
		b.splices = append(b.splices, s)
	}
}

// linesBeside are the lines that a splice changes, and where it adds or takes
// whole lines those beside it, which may have a say in how.
func (f *File) linesBeside(s splice) (first, last int) {
	first, last = f.lineAt(s.start), f.lineAt(max(s.start, s.end-1))
	switch {
	case len(f.lines) == 0:
	case s.start == s.end && s.start == f.lines[first].start:
		first--
	case s.start == f.lines[first].start || bytes.IndexByte(f.src[s.start:s.end], '\n') >= 0 || s.start == len(f.src):
		first, last = first-1, last+1
	}
	return first, last
}

// make is the file with the changes made; nil where it does not mean what it
// must mean then.
func (b *batch) make(f *File) *File {
	if len(b.changes) == 0 {
		return f
	}
	next := b.changes[0].next
	if next == nil {
		var err error
		if next, err = f.spliced(b.splices); err != nil {
			return nil
		}
	}
	want := f.meaningCopy()
	for _, c := range b.changes {
		c.means(want)
	}
	got, wanted := len(next.comments), len(f.comments)+b.comments
	if !equalValues(next.meaning, want) || got > wanted || got < wanted && !b.changes[0].fewer {
		return nil
	}
	return next
}
