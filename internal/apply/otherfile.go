package apply

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/linepatch"
	"github.com/fly-standards/fly-standards/plan"
)

// otherRecord of an other-file step. An undo is made of it, so the JSON names
// must not change their meaning.
type otherRecord struct {
	File         string           `json:"file"`
	BeforeSHA256 string           `json:"before_sha256,omitempty"` // "" where the run made the file
	AfterSHA256  string           `json:"after_sha256,omitempty"`
	Back         *linepatch.Patch `json:"back,omitempty"`
	Restored     bool             `json:"restored,omitempty"`
}

// otherFiles edits them, and puts their old bytes back.
type otherFiles struct {
	r       *run
	written []writtenFile
}

// writtenFile is one that this run wrote; before is nil where it made it.
type writtenFile struct {
	step          plan.Step
	before, after []byte
}

// check says what moved since the plan was made. A file that is already what
// the step makes of it is fine: two apps of one repository share it.
func (o *otherFiles) check() ([]Moved, error) {
	var moved []Moved
	for _, s := range o.r.steps(plan.StepOtherFile) {
		if o.r.d.Others == nil {
			return nil, fmt.Errorf("plan step %s: no other file can be edited here", s.ID)
		}
		now, err := o.read(s.OtherFile.File)
		if err != nil {
			return nil, err
		}
		switch f := s.OtherFile; digest(now) {
		case f.ResultSHA256:
		case f.BeforeSHA256:
			if w, ok := o.r.d.Others.(othersWritable); ok && f.ResultSHA256 != "" {
				if err := w.Writable(f.File); err != nil {
					return nil, err
				}
			}
		default:
			moved = append(moved, Moved{"file", f.File, "it was changed since"})
		}
	}
	return moved, nil
}

// digest is the sum of a file; "" for one that is not there.
func digest(b []byte) string {
	if b == nil {
		return ""
	}
	return sum(b)
}

// read gives nil for a file that is not there, and only then.
func (o *otherFiles) read(file string) ([]byte, error) {
	b, err := o.r.d.Others.Read(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return append([]byte{}, b...), nil
}

// write makes the edits of one step in the bytes as they are now.
func (o *otherFiles) write(step plan.Step) error {
	r, s := o.r, step.OtherFile
	now, err := o.read(s.File)
	if err != nil {
		return err
	}
	res := r.rep.other(s.File)
	want, err := o.wanted(s, now)
	switch {
	case digest(now) == s.ResultSHA256:
		res.State = AsWanted
		return nil
	case digest(now) != s.BeforeSHA256:
		return &StaleError{[]Moved{{"file", s.File, "it was changed while the plan was being carried out"}}}
	case err != nil:
		return fmt.Errorf("edit %s: %w", s.File, err)
	case digest(want) != s.ResultSHA256:
		return fmt.Errorf("edit %s: the result is not the one that was planned", s.File)
	}
	rec := otherRecord{File: s.File, BeforeSHA256: digest(now), AfterSHA256: digest(want)}
	if r.d.undoOf == "" { // an undo is not undone
		if rec.Back, err = linepatch.New(want, now); err != nil {
			return fmt.Errorf("edit %s: %w", s.File, err)
		}
		if slices.ContainsFunc(rec.Back.Hunks, func(h linepatch.Hunk) bool { return r.migrated.in(h.Text) }) {
			rec.Back = nil
		}
	}
	if err := r.d.Journal.Append(journal.Intent, step.ID, rec); err != nil {
		return err
	}
	short := otherRecord{File: rec.File, BeforeSHA256: rec.BeforeSHA256, AfterSHA256: rec.AfterSHA256}
	if err := o.replace(s.File, now, want); err != nil {
		_ = r.d.Journal.Append(journal.Failed, step.ID, short)
		return err
	}
	o.written = append(o.written, writtenFile{step, now, want})
	return r.d.Journal.Append(journal.Done, step.ID, short)
}

func (o *otherFiles) wanted(s *plan.OtherFileStep, now []byte) ([]byte, error) {
	if o.r.d.undoOf != "" {
		return s.Content, nil
	}
	return plan.EditLines(now, s.Edits)
}

// put writes a file, or takes it away where there is to be none.
func (o *otherFiles) put(file string, data []byte) error {
	if data == nil {
		return o.r.d.Others.Remove(file)
	}
	return o.r.d.Others.Write(file, data)
}

// replace writes and reads again; what is there then decides the state.
func (o *otherFiles) replace(file string, now, want []byte) error {
	res := o.r.rep.other(file)
	err := o.put(file, want)
	got, readErr := o.read(file)
	same := func(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }
	switch {
	case err == nil && readErr == nil && same(got, want):
		res.State = Done
		return nil
	case readErr == nil && same(got, now):
		res.State = NotReached
	default:
		res.State = NotSure
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if readErr != nil {
		return readErr
	}
	return fmt.Errorf("write %s: reading it back gives something else", file)
}

// putBack brings the old bytes of all of them back, from memory, the last one
// first, where they are still what this run wrote.
func (o *otherFiles) putBack() {
	for _, w := range slices.Backward(o.written) {
		file := w.step.OtherFile.File
		err := o.restore(w)
		o.r.emit(FileRestored{file, w.before == nil, err})
		if err == nil {
			o.r.rep.other(file).State = Restored
			o.r.failed(w.step, ErrRolledBack)
		}
	}
}

func (o *otherFiles) restore(w writtenFile) error {
	file := w.step.OtherFile.File
	got, err := o.read(file)
	if err != nil {
		return err
	}
	if digest(got) != digest(w.after) {
		return fmt.Errorf("restore %s: somebody changed it since", file)
	}
	rec := otherRecord{File: file, BeforeSHA256: digest(got), AfterSHA256: digest(w.before), Restored: true}
	_ = o.r.d.Journal.Append(journal.Intent, w.step.ID, rec) // no record may stand in the way of a rescue
	if err := o.put(file, w.before); err != nil {
		return fmt.Errorf("restore %s: %w", file, err)
	}
	_ = o.r.d.Journal.Append(journal.Done, w.step.ID, rec)
	return nil
}
