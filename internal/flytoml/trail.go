package flytoml

import (
	"math"
	"slices"
)

// trail is how an edited file came about: its text as pieces, in order, of the
// file that Apply was called on and of what the edits wrote. The difference of
// the two files is read off it and never guessed from their texts: a line that
// two tables share is the line of the one that was edited.
type trail struct {
	origin *File
	edit   int // index of the edit under way
	pieces []piece
}

type pieceKind uint8

const (
	kept    pieceKind = iota // bytes of origin that are still there
	cut                      // bytes of origin that an edit took away
	written                  // text of an edit
)

// piece is a range of origin, or a text that was written.
type piece struct {
	kind pieceKind
	span        // kept, cut
	text string // written
	edit int    // that cut or wrote it
}

// size is how many bytes of the edited text a piece is.
func (p piece) size() int {
	switch p.kind {
	case kept:
		return p.end - p.start
	case written:
		return len(p.text)
	}
	return 0
}

// split cuts p after n of its bytes.
func (p piece) split(n int) (before, from piece) {
	before, from = p, p
	if p.kind == kept {
		before.end, from.start = p.start+n, p.start+n
	} else {
		before.text, from.text = p.text[:n], p.text[n:]
	}
	return before, from
}

// begin is f with a trail that starts here.
func (f *File) begin() *File {
	g := *f
	g.trail = &trail{origin: f, pieces: []piece{{kind: kept, span: span{0, len(f.src)}}}}
	return &g
}

// during is f as the edit with the index sees it.
func (f *File) during(edit int) *File {
	g := *f
	t := *f.trail
	t.edit = edit
	g.trail = &t
	return &g
}

// with is the trail after splices, in order, of the text that t leads to.
func (t *trail) with(splices []splice) *trail {
	next := &trail{origin: t.origin, edit: t.edit, pieces: make([]piece, 0, len(t.pieces)+2*len(splices))}
	rest := slices.Clone(t.pieces)
	at := 0 // in the text before the splices
	// take moves pieces from rest to next until offset end of that text.
	take := func(end int, change func(piece) (piece, bool)) {
		for len(rest) > 0 && (at < end || at == end && rest[0].kind == cut) {
			p := rest[0]
			if n := end - at; p.size() > n {
				p, rest[0] = p.split(n)
			} else {
				rest = rest[1:]
			}
			at += p.size()
			if p, ok := change(p); ok {
				next.pieces = append(next.pieces, p)
			}
		}
	}
	same := func(p piece) (piece, bool) { return p, true }
	for _, s := range splices {
		take(s.start, same)
		take(s.end, func(p piece) (piece, bool) {
			if p.kind == kept {
				p.kind, p.edit = cut, s.edit
			}
			return p, p.kind == cut
		})
		if s.text != "" {
			next.pieces = append(next.pieces, piece{kind: written, text: s.text, edit: s.edit})
		}
	}
	take(math.MaxInt, same)
	return next
}

// TextEdit replaces a range of a file by a text. Ranges are in order and don't
// overlap; columns count characters.
type TextEdit struct {
	Start Position `json:"start"`
	End   Position `json:"end"` // the first character behind it
	Text  string   `json:"text"`

	span span
}

// Offsets are the range in bytes of the file. They tell also of a byte order
// mark that goes, which no column counts.
func (e TextEdit) Offsets() (start, end int) { return e.span.start, e.span.end }

// TextEdits are what led to f from the file that Apply was called on: ranges
// of that file and what stands there now. The text is unmasked.
func (f *File) TextEdits() []TextEdit {
	if f.trail == nil {
		return nil
	}
	var out []TextEdit
	o := f.trail.origin
	open, at := false, 0
	var where span
	text := ""
	flush := func() {
		if open && (where.start < where.end || text != "") {
			out = append(out, TextEdit{o.position(where.start), o.position(where.end), text, where})
		}
		open, text = false, ""
	}
	for _, p := range f.trail.pieces {
		if p.kind == kept {
			if p.start < p.end {
				flush()
			}
			at = p.end
			continue
		}
		if !open {
			open, where = true, span{at, at}
		}
		if p.kind == cut {
			at, where.end = p.end, p.end
		}
		text += p.text
	}
	flush()
	return out
}
