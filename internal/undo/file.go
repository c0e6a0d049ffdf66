package undo

import (
	"bytes"
	"path"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// file plans the way back of fly.toml: the very bytes of before, when it is
// still what the apply left; else only the apply's own lines, when nobody
// touched them or their neighbours; else nothing.
func (u *Undo) file(w World) {
	now := w.File.Bytes()
	past := u.Of.File.Of(sum(now))
	switch {
	case past == nil, past.Restored:
		return
	case w.Other: // of the same name or bytes, perhaps, but what runs elsewhere is not edited here
		u.otherFile(w.Path, u.Of.Where)
		return
	case sum(now) == past.BeforeSHA256, past.Back != nil && sum(now) == past.Back.Sum:
		return
	case u.Of.Where == "" && u.Of.Path != "" && path.Base(u.Of.Path) != path.Base(w.Path):
		u.otherFile(w.Path, u.Of.Path)
		return
	case past.Back == nil:
		u.fileStays("%s: it can't be undone, because its record would hold a secret value; git has the old one", w.Path)
		return
	}
	want, how, why := u.before(now)
	switch {
	case why != "":
		u.fileStays("%s: %s", w.Path, why)
		return
	case bytes.Equal(want, now):
		return
	}
	if _, err := flytoml.Parse(w.Path, want); err != nil {
		u.fileStays("%s: it would not be valid without the apply's lines", w.Path)
		return
	}
	if len(u.Of.Migrated) > 0 {
		how += ", without the entries that are secrets now"
	}
	u.step(plan.Step{ID: "file", Kind: plan.StepFile, EditFile: &plan.FileStep{Edits: []flytoml.Edit{}, Content: want, ResultSHA256: sum(want)}})
	u.back("%s: %s", w.Path, how)
}

// otherFile leaves a file alone that is not the one that the apply edited.
func (u *Undo) otherFile(this, edited string) {
	u.fileStays("%s: the apply edited %s, which is another file; `fly-standards undo --config %s` undoes that one", this, edited, edited)
	u.Partly = true
}

func (u *Undo) fileStays(format string, args ...any) {
	u.stays(format, args...)
	u.FileStays = true
}

// before is the file without what the apply did, or why there is none.
func (u *Undo) before(now []byte) (want []byte, how, why string) {
	past := u.Of.File.Of(sum(now))
	if sum(now) == past.AfterSHA256 {
		want, err := past.Back.Apply(now)
		if err != nil {
			return nil, "", "the record of it is damaged; git has the old one"
		}
		return want, "the previous contents", ""
	}
	// Of a run that was killed while it wrote the file once more nobody knows which
	// lines are there: the first ones are the most, and all of them must be.
	for p := past; p != nil && p.Back != nil; p = p.Earlier {
		if text, err := p.Back.Merge(now); err == nil {
			want = text
		}
		if p.Wrote {
			break
		}
	}
	if want != nil {
		return want, "the apply's lines only: it was edited since", ""
	}
	if past.Bare != nil {
		if want, err := past.Bare.Merge(now); err == nil {
			return want, "the apply's lines only, without the comments of the entries: the lines next to them were edited since", ""
		}
	}
	// git may have given the file other line ends, in every line.
	if other, back := otherEnds(now); back != nil {
		if want, err := past.Back.Merge(other); err == nil {
			return back(want), "the apply's lines only: its line endings changed since, and stay", ""
		}
	}
	return nil, "", "the apply's lines, or those next to them, were edited since; remove what you don't want yourself"
}

// otherEnds is a text with the other kind of line ends, and the way back to
// its own. There is none where both kinds stand in it.
func otherEnds(text []byte) (other []byte, back func([]byte) []byte) {
	lf, crlf := []byte("\n"), []byte("\r\n")
	toLF := func(b []byte) []byte { return bytes.ReplaceAll(b, crlf, lf) }
	toCRLF := func(b []byte) []byte { return bytes.ReplaceAll(b, lf, crlf) }
	switch bytes.Count(text, crlf) {
	case 0:
		return toCRLF(text), toLF
	case bytes.Count(text, lf):
		return toLF(text), toCRLF
	}
	return nil, nil
}
