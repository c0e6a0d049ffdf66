package undo

import (
	"bytes"
	"path"

	"github.com/aymanbagabas/go-udiff"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// file plans the way back of fly.toml: the very bytes of before, when it is
// still what the apply left; else only the apply's own lines, when nobody
// touched them or their neighbours; else nothing.
func (u *Undo) file(w World) {
	past := u.Of.File
	now := w.File.Bytes()
	switch {
	case past == nil, past.Restored, sum(now) == past.BeforeSHA256, past.Before != nil && bytes.Equal(now, past.Before):
		return
	case past.Before == nil:
		u.stays("%s: it can't be taken back, because the record of it would hold a secret value; git has the old one", w.Path)
		return
	case u.Of.Path != "" && path.Base(u.Of.Path) != path.Base(w.Path):
		u.stays("%s: the apply edited %s; name that one with --config", w.Path, u.Of.Path)
		return
	}
	want, how := past.Before, "the bytes of before"
	if sum(now) != past.AfterSHA256 {
		merged, why := withoutOurs(past, now)
		if why != "" {
			u.stays("%s: %s", w.Path, why)
			return
		}
		want, how = merged, "the apply's lines only: it was edited since"
	}
	if bytes.Equal(want, now) {
		return
	}
	if _, err := flytoml.Parse(w.Path, want); err != nil {
		u.stays("%s: it would not be valid without the apply's lines", w.Path)
		return
	}
	if len(u.Of.Migrated) > 0 {
		how += ", without the entries that are secrets now"
	}
	u.step(plan.Step{ID: "file", Kind: plan.StepFile, EditFile: &plan.FileStep{Content: want, ResultSHA256: sum(want)}})
	u.back("%s: %s", w.Path, how)
}

// withoutOurs takes the apply's lines out of a file that was edited since. It
// is all or nothing: half of an edit (a key that moved, a table without its
// heading) means something else than either.
func withoutOurs(past *apply.PastFile, now []byte) (merged []byte, why string) {
	after, ok := leftBehind(past)
	if !ok {
		return nil, "it was edited since, and the record can't tell the apply's lines from the others; git has the old ones"
	}
	// A file that git gave other line ends is another file in every line.
	ours, theirs := udiff.Lines(string(after), string(past.Before)), udiff.Lines(string(after), string(now))
	var mine []udiff.Edit
	for _, o := range ours {
		gone := false
		for _, t := range theirs {
			if t == o {
				gone = true
				continue
			}
			if o.Start <= t.End && t.Start <= o.End {
				return nil, "the apply's lines were edited since, or those beside them; take back by hand what you don't want"
			}
		}
		if !gone {
			mine = append(mine, o)
		}
	}
	all := append(mine, theirs...)
	udiff.SortEdits(all)
	text, err := udiff.Apply(string(after), all)
	if err != nil {
		return nil, "it was edited since, and the apply's lines can't be found in it"
	}
	return []byte(text), ""
}

// leftBehind is the file as the apply left it, made again from what the
// journal has: the edits without those that only took migrated entries out,
// which Before does not have.
func leftBehind(past *apply.PastFile) ([]byte, bool) {
	before, err := flytoml.Parse("fly.toml", past.Before)
	if err != nil {
		return nil, false
	}
	if after, err := before.Apply(past.Edits...); err == nil && sum(after.Bytes()) == past.AfterSHA256 {
		return after.Bytes(), true
	}
	var rest []flytoml.Edit
	for _, e := range past.Edits {
		if _, there := before.Get(e.Path); e.Op != flytoml.Remove || there {
			rest = append(rest, e)
		}
	}
	after, err := before.Apply(rest...)
	if err != nil || sum(after.Bytes()) != past.AfterSHA256 {
		return nil, false
	}
	return after.Bytes(), true
}
