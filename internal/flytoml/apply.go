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
//
// Edits that stand apart are made in one go, and the file is read once for all
// of them: see batch.
func (f *File) Apply(edits ...Edit) (*File, error) {
	if len(edits) == 0 {
		return f, nil
	}
	f = f.begin()
	todo := make([]numbered, len(edits))
	for i, e := range edits {
		todo[i] = numbered{i, e}
	}
	var err error
	for len(todo) > 0 && err == nil {
		f, todo, err = f.applySome(todo)
	}
	return f, err
}

// numbered is an edit with its place among those of an Apply.
type numbered struct {
	index int
	Edit
}

// change is what one edit would do.
type change struct {
	splices  []splice
	next     *File                // the edited file, of an edit that is more than splices
	in       *node                // what is made, or goes, is in it or is it
	means    func(map[string]any) // makes the change of the decoded values; nil: there is nothing to do
	comments int                  // how many comments there must be more
	fewer    bool                 // there may be fewer than that
}

// applySome makes one edit or more, those that can be made together, and gives
// what is left to do, in order.
func (f *File) applySome(todo []numbered) (next *File, left []numbered, err error) {
	var b batch
	for i, e := range todo {
		c, err := f.during(e.index).change(e.Edit)
		if err != nil && len(left)+len(b.changes) > 0 {
			left = append(left, todo[i:]...) // it may see something else after the others
			break
		}
		var no refusal
		switch {
		case errors.As(err, &no):
			return nil, nil, &RefusedError{Edit: e.Edit, Reason: no.reason, Line: no.line}
		case err != nil:
			return nil, nil, &RefusedError{Edit: e.Edit, Reason: inexact}
		case !b.apart(f, c):
			left = append(left, e)
		case c.means != nil:
			b.add(c, e)
		}
		b.mark(f, c)
	}
	if next = b.make(f); next != nil {
		return next, left, nil
	}
	if len(b.edits) == 1 {
		return nil, nil, &RefusedError{Edit: b.edits[0].Edit, Reason: inexact}
	}
	// One of them can't be made, or not with the others.
	half := len(todo) / 2
	next, left, err = f.applySome(todo[:half])
	return next, append(left, todo[half:]...), err
}

const inexact = "can't be edited exactly"

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
	edit int // that makes it
}

// with is the file with the splices of the edit under way made.
func (f *File) with(splices ...splice) (*File, error) {
	if f.trail != nil {
		for i := range splices {
			splices[i].edit = f.trail.edit
		}
	}
	return f.spliced(splices)
}

// spliced is the file with the splices made. They must not overlap.
func (f *File) spliced(splices []splice) (*File, error) {
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
		return splice{span: span{start, start}, text: strings.Join(lines, eol) + eol}
	}
	end := span{len(f.src), len(f.src)}
	if len(f.lines) > 0 && f.lineEOL(len(f.lines)-1) == "" {
		return splice{span: end, text: eol + strings.Join(lines, eol)}
	}
	return splice{span: end, text: strings.Join(lines, eol) + eol}
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
