package apply

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/linepatch"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// History is what the journal of one run tells: what was done, as far as it
// came, and what taking it back needs. It holds no migrated value.
type History struct {
	ID       string
	Undo     string // id of the apply that this run took back; "" for an apply
	Partly   bool   // an undo that left something alone which could go back later
	Batch    string // of the `apply --all` that it is of; "" for a single one
	App      string
	Path     string // of the file, as the user named it then
	Where    string // of the file, from the root; "" in records of before 2026-11-24
	At       time.Time
	Migrated []string // env entries that went
	Secrets  []string // stored, or perhaps stored
	// Digests are those of the secrets that were stored for sure, by name. One
	// that has another now, or whose name is all that is known, is not ours.
	Digests  map[string]string
	File     *PastFile
	Others   []PastOther
	Machines []PastMachine // in the order in which they were first updated
	Clones   []PastClone
	Volumes  []PastVolume
	Tried    []plan.Tried // new checks that did not pass
	Steps    int
	// Unknown are the steps of kinds that this program does not know: the record
	// is of a newer one, Tool.
	Unknown []string
	Tool    string
	Begun   bool // false: it was cut off before anything was done
	Ended   bool // false: it was killed, or runs still
	Outcome Outcome
	images  map[string]string // that machines ran, by id
	// Unreadable is why nothing but the ID is known.
	Unreadable error
}

// PastFile is the file step. Back leads to the file before, without the
// migrated entries; nil when the record can't tell. Bare leaves out, besides,
// the comments that went with them: for a file whose lines beside those were
// edited since.
type PastFile struct {
	BeforeSHA256, AfterSHA256 string
	Back, Bare                *linepatch.Patch
	Restored                  bool
	// Wrote: that it was written is on record, so that what came before is not there.
	Wrote bool
	// Earlier is what the run had written before that: it went on without a part
	// of it.
	Earlier *PastFile
}

// Of is the version of the file step that left a file with this sum; the last one
// when none did.
func (f *PastFile) Of(sum string) *PastFile {
	for v := f; v != nil; v = v.Earlier {
		if v.AfterSHA256 == sum {
			return v
		}
	}
	return f
}

// PastMachine is one machine that was updated, or perhaps was. Inverse takes
// back what is still ours, in this order.
type PastMachine struct {
	ID, Group, Region string
	State             string // before the run
	Inverse           []machineconfig.Op
	Incomplete        bool   // a value of ours can't be taken back: the old one is a secret
	Version           string // ours; "" when the answer is not known
	// Ours are all versions that the run gave it, other than its old
	// configuration. Well: it was seen to be healthy, or at rest, with the last.
	Ours []string
	Well bool
	// Unproven: at rest, before its new check was seen to pass anywhere.
	Unproven bool
	// Asked is when an update was asked for whose answer is not on record, and
	// Replaced the version before it.
	Asked    time.Time
	Replaced string
	Back     bool // it has its old configuration again
}

// PastClone is one machine that was added, or perhaps was.
type PastClone struct {
	Machine        string // "" when the answer is not on record
	Source, Region string
	Marker         string // the name that it was asked for under, and its mark
	// As says what it was given, as of a machine that was updated: its ID is "".
	As PastMachine
}

// ReadHistory reads a journal. One that ends before its first entry gives a
// History that has not begun: nothing was done.
func ReadHistory(path string) (History, error) {
	h := History{ID: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))}
	entries, err := journal.Read(path)
	if err != nil {
		return h, err
	}
	for _, e := range entries {
		if err := h.add(e); err != nil {
			return h, fmt.Errorf("read journal %s, line %d: %w", path, e.Seq, err)
		}
	}
	return h, nil
}

func (h *History) add(e journal.Entry) error {
	switch {
	case e.Kind == journal.Begin:
		var rec beginRecord
		err := json.Unmarshal(e.Data, &rec)
		h.Undo, h.Partly, h.App, h.Path, h.Where, h.Migrated = rec.Undo, rec.Partly, rec.App, rec.Path, rec.Where, rec.Migrated
		h.Batch, h.Tool, h.Begun, h.At, h.Steps = rec.Batch, rec.Tool, true, e.Time, len(rec.Steps)
		return err
	case e.Kind == journal.End:
		var rec endRecord
		err := json.Unmarshal(e.Data, &rec)
		h.Ended, h.Outcome = true, rec.Report.Outcome
		return err
	case e.Step == "secrets":
		var rec secretsRecord
		err := json.Unmarshal(e.Data, &rec)
		for _, name := range rec.Names {
			if !slices.Contains(h.Secrets, name) {
				h.Secrets = append(h.Secrets, name)
			}
			if digest := rec.Digests[name]; digest != "" {
				if h.Digests == nil {
					h.Digests = map[string]string{}
				}
				h.Digests[name] = digest
			}
		}
		return err
	case e.Step == "file":
		return h.addFile(e)
	case strings.HasPrefix(e.Step, "other-file:"):
		return h.addOther(e)
	case strings.HasPrefix(e.Step, "machine:"):
		return h.addMachine(e)
	case strings.HasPrefix(e.Step, "clone:"):
		return h.addClone(e)
	case strings.HasPrefix(e.Step, "volume:"):
		return h.addVolume(e)
	case strings.HasPrefix(e.Step, "destroy:"): // of an undo, which is not undone
	case e.Step != "" && !slices.Contains(h.Unknown, e.Step):
		h.Unknown = append(h.Unknown, e.Step)
	}
	return nil
}

// Left says whether anything of the run may be there still that can be taken
// back. A stored secret can't.
func (h *History) Left() bool {
	return h.File != nil && !h.File.Restored || slices.ContainsFunc(h.Others, func(o PastOther) bool { return !o.Restored }) || len(h.Clones)+len(h.Volumes)+len(h.Unknown) > 0 ||
		slices.ContainsFunc(h.Machines, func(m PastMachine) bool { return !m.Back })
}

// PastOther is another file that a run edited, or perhaps did.
type PastOther struct {
	File                      string
	BeforeSHA256, AfterSHA256 string // Before "" where the run made it
	Back                      *linepatch.Patch
	Restored                  bool
}
