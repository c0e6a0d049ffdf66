package apply

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/plan"
)

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// fileStep edits fly.toml, and puts its old bytes back.
type fileStep struct {
	r       *run
	written []byte    // what we wrote; nil before
	step    plan.Step // that we wrote it for
}

// write makes the edits in the bytes as they are now, which must be those
// that were planned for, and looks at what it wrote.
func (e *fileStep) write(step plan.Step) error {
	r := e.r
	now, err := r.d.File.Read()
	if err != nil {
		return fmt.Errorf("read %s: %w", r.p.File.Path, err)
	}
	was := r.file.Bytes()
	if e.written != nil {
		was = e.written
	}
	if !bytes.Equal(now, was) {
		return &StaleError{[]Moved{{"file", r.p.File.Path, "it was changed while the plan was being carried out"}}}
	}
	s := step.EditFile
	want, err := e.wanted(s)
	if err != nil {
		return fmt.Errorf("edit %s: %w", r.p.File.Path, err)
	}
	if s.ResultSHA256 != "" && sum(want) != s.ResultSHA256 {
		return fmt.Errorf("edit %s: the result is not the one that was planned", r.p.File.Path)
	}
	if bytes.Equal(want, now) {
		if e.written == nil {
			r.rep.File.State = AsWanted
		}
		return nil
	}
	// The way back is to the file of before this run, also from a second version.
	rec := fileRecord{Path: r.p.File.Path, BeforeSHA256: sum(r.file.Bytes()), AfterSHA256: sum(want)}
	if r.d.undoOf == "" { // an undo is not undone
		if rec.Back, rec.Bare, err = r.migrated.wayBack(r.file, want, s.Edits); err != nil {
			return fmt.Errorf("edit %s: %w", r.p.File.Path, err)
		}
	}
	if err := r.d.Journal.Append(journal.Intent, step.ID, rec); err != nil {
		return err
	}
	if err := e.replace(now, want); err != nil {
		_ = r.d.Journal.Append(journal.Failed, step.ID, fileRecord{Path: rec.Path, BeforeSHA256: rec.BeforeSHA256, AfterSHA256: rec.AfterSHA256})
		return err
	}
	r.rep.File.State, e.written, e.step = Done, want, step
	return r.d.Journal.Append(journal.Done, step.ID, fileRecord{Path: rec.Path, BeforeSHA256: rec.BeforeSHA256, AfterSHA256: rec.AfterSHA256})
}

// replace writes and reads again; what is there then decides the state.
func (e *fileStep) replace(now, want []byte) error {
	r := e.r
	err := r.d.File.Write(want)
	got, readErr := r.d.File.Read()
	switch {
	case err == nil && readErr == nil && bytes.Equal(got, want):
		return nil
	case readErr == nil && bytes.Equal(got, now):
		if e.written == nil {
			r.rep.File.State = NotReached
		}
	default:
		r.rep.File.State = NotSure
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", r.p.File.Path, err)
	}
	if readErr != nil {
		return fmt.Errorf("read %s again: %w", r.p.File.Path, readErr)
	}
	return fmt.Errorf("write %s: reading it back gives something else", r.p.File.Path)
}

// putBack brings the original bytes back, from memory, if the file is
// still what this run wrote.
func (e *fileStep) putBack() {
	r := e.r
	if r.rep.File.State != Done {
		return
	}
	step := e.step
	err := e.restore(step.ID)
	r.emit(FileRestored{r.p.File.Path, false, err})
	if err == nil {
		r.rep.File.State = Restored
		r.failed(step, ErrRolledBack)
	}
}

// rewrite makes of the file what the plan makes of it now, which does less than
// the one that it was written for.
func (e *fileStep) rewrite() error {
	if e.r.rep.File.State != Done {
		return nil
	}
	for _, s := range e.r.steps(plan.StepFile) {
		return e.write(s)
	}
	e.putBack()
	if e.r.rep.File.State != Restored {
		return fmt.Errorf("restore %s: it could not be done", e.r.p.File.Path)
	}
	return nil
}

// ErrRolledBack is why a step that was done failed in the end: FileRestored has
// told of it.
var ErrRolledBack = errors.New("it was rolled back")

func (e *fileStep) restore(step string) error {
	r := e.r
	got, err := r.d.File.Read()
	if err != nil {
		return fmt.Errorf("read %s: %w", r.p.File.Path, err)
	}
	if !bytes.Equal(got, e.written) {
		return fmt.Errorf("restore %s: somebody changed it since", r.p.File.Path)
	}
	rec := fileRecord{Path: r.p.File.Path, BeforeSHA256: sum(got), AfterSHA256: sum(r.file.Bytes()), Restored: true}
	_ = r.d.Journal.Append(journal.Intent, step, rec) // no record may stand in the way of a rescue
	if err := r.d.File.Write(r.file.Bytes()); err != nil {
		return fmt.Errorf("restore %s: %w", r.p.File.Path, err)
	}
	_ = r.d.Journal.Append(journal.Done, step, rec)
	return nil
}

// wanted is what a file step makes of the file.
func (e *fileStep) wanted(s *plan.FileStep) ([]byte, error) {
	if e.r.d.undoOf != "" && len(s.Edits) == 0 {
		return s.Content, nil
	}
	after, err := e.r.file.Apply(s.Edits...)
	if err != nil {
		return nil, err
	}
	return after.Bytes(), nil
}

// envEntry is an entry of [env], or of one of [[env]].
type envEntry struct{ name, path string }

// envEntries are the entries that an edit takes out of the file.
func envEntries(f *flytoml.File, e flytoml.Edit) []envEntry {
	if e.Op != flytoml.Remove && e.Op != flytoml.Move {
		return nil
	}
	segs, err := flytoml.ParsePath(e.Path)
	// flyctl reads [Env] as [env].
	if err != nil || len(segs) == 0 || !strings.EqualFold(segs[0].Key, "env") {
		return nil
	}
	if last := segs[len(segs)-1]; len(segs) > 1 && last.Index < 0 {
		return []envEntry{{last.Key, e.Path}}
	}
	gone, _ := f.Get(e.Path)
	var out []envEntry
	for _, table := range gone.Items() {
		for _, key := range table.Keys() {
			out = append(out, envEntry{key, flytoml.Join(table.Path(), key)})
		}
	}
	return out
}
