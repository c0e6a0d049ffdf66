package flytoml

import (
	"errors"
	"slices"
	"strings"
)

// Apply makes all edits, in order, and gives the new file; or none of them
// and a *RefusedError. Each edit sees what those before it made.
//
// Every edit is checked while it is made: the new bytes are read again, and
// must mean what the old ones meant with the change made to the decoded
// values. What can't pass that is refused, whatever the reason.
func (f *File) Apply(edits ...Edit) (*File, error) {
	if len(edits) == 0 {
		return f, nil
	}
	f = f.begin()
	for i, e := range edits {
		next, err := f.during(i).applyOne(e)
		if err != nil {
			return nil, err
		}
		f = next
	}
	return f, nil
}

// change is what one edit would do.
type change struct {
	next     *File          // the edited file
	want     map[string]any // what it must mean
	comments int            // how many comments it must have more
	fewer    bool           // it may have fewer than that
}

func (f *File) applyOne(e Edit) (*File, error) {
	c, err := f.change(e)
	var no refusal
	switch {
	case errors.As(err, &no):
		return nil, &RefusedError{Edit: e, Reason: no.reason, Line: no.line}
	case err != nil:
		return nil, &RefusedError{Edit: e, Reason: "can't be edited exactly"}
	case c.next == nil: // nothing to do
		return f, nil
	}
	got := len(c.next.comments)
	wanted := len(f.comments) + c.comments
	if !equalValues(c.next.meaning, c.want) || got > wanted || got < wanted && !c.fewer {
		return nil, &RefusedError{Edit: e, Reason: "can't be edited exactly"}
	}
	return c.next, nil
}

func (f *File) change(e Edit) (change, error) {
	if e.Op == CutMark {
		return f.cutMark()
	}
	if e.Op == CutSurplus {
		return f.cutSurplus(e.Path)
	}
	segs, err := ParsePath(e.Path)
	if err != nil {
		return change{}, refuse("the path can't be read")
	}
	if len(segs) == 0 {
		return change{}, refuse("the path is empty")
	}
	if _, err := commentLines(e.Comment); err != nil {
		return change{}, err
	}
	switch e.Op {
	case Set:
		return f.set(segs, e)
	case Append:
		return f.appendEntry(segs, e)
	case AddTable:
		return f.addTable(segs, e)
	case Remove:
		return f.remove(segs, f.ownComment)
	case Cut:
		return f.remove(segs, func(s *stmt) int { return s.first })
	case Move:
		return f.move(segs, e)
	case ArrayOf:
		return f.arrayOf(segs)
	case TableOf:
		return f.tableOf(segs)
	case Quote, InArray, Under, Pairs, Only, Words:
		return f.convert(segs, e)
	case Nameless:
		return f.nameless(segs)
	}
	return change{}, refuse("there is no such operation")
}

// refusal is the reason of a RefusedError on its way up.
type refusal struct {
	reason string
	line   int
}

func (r refusal) Error() string { return r.reason }

func refuse(reason string) error { return refusal{reason: reason} }

func (f *File) refuseAt(n *node, reason string) error {
	return refusal{reason: reason, line: f.position(n.at).Line}
}

// splice replaces a range of bytes.
type splice struct {
	span
	text string
}

// with is the file with the splices made. They must not overlap.
func (f *File) with(splices ...splice) (*File, error) {
	slices.SortStableFunc(splices, func(a, b splice) int { return a.start - b.start })
	out := make([]byte, 0, len(f.src)+256)
	done := 0
	for _, s := range splices {
		if s.start < done || s.end < s.start || s.end > len(f.src) {
			return nil, errors.New("two changes meet in one place")
		}
		out = append(append(out, f.src[done:s.start]...), s.text...)
		done = s.end
	}
	next, err := Parse(f.name, append(out, f.src[done:]...))
	if err == nil && f.trail != nil {
		next.trail = f.trail.with(splices)
	}
	return next, err
}

// insertLines puts whole lines before line at. A file that ends without a
// line ending still does afterwards.
func (f *File) insertLines(at int, lines []string) splice {
	eol := f.eolNear(at)
	if at < len(f.lines) {
		start := f.lines[at].start
		return splice{span{start, start}, strings.Join(lines, eol) + eol}
	}
	end := span{len(f.src), len(f.src)}
	if len(f.lines) > 0 && f.lineEOL(len(f.lines)-1) == "" {
		return splice{end, eol + strings.Join(lines, eol)}
	}
	return splice{end, strings.Join(lines, eol) + eol}
}

// commentLines turns the comment of an edit into lines to write.
func commentLines(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if strings.ContainsFunc(l, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f }) {
			return nil, refuse("the comment has a control character")
		}
		out = append(out, strings.TrimRight("# "+l, " \t"))
	}
	return out, nil
}

// indented puts the indentation before each line.
func indented(indent string, lines ...string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = indent + l
	}
	return out
}
