// Package journal keeps the record of an apply: one JSON line per event, each
// on the disk before the next thing is done. What is written before a step is
// what taking the step back needs; what is written after it is what happened.
// So a killed apply can be found, finished or undone from the file alone.
//
// A journal must never hold the value of a migrated secret. Whoever appends
// sees to that; this package knows nothing of what the data means.
//
// Nothing here keeps two applies from running at once: each has a file of its
// own. Lock does that.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
)

// Kind is what an entry tells.
type Kind string

// The kinds. A step has one intent, perhaps an accepted, then one of done, failed and unknown; an
// intent without any of them was cut off.
const (
	Begin  Kind = "begin"  // the plan that is carried out
	Intent Kind = "intent" // what is about to be done, and what taking it back needs
	// Accepted: the platform took it; how it turns out is not known yet.
	Accepted Kind = "accepted"
	Done     Kind = "done"    // it was done, and what came of it
	Failed   Kind = "failed"  // it was not done
	Unknown  Kind = "unknown" // the reply was lost: it may have been done
	End      Kind = "end"     // nothing more is done; how it ended
)

// Entry is one line.
type Entry struct {
	Seq  int             `json:"seq"` // 1, 2, 3, ...
	Time time.Time       `json:"time"`
	Kind Kind            `json:"kind"`
	Step string          `json:"step,omitempty"` // id of a plan step
	Data json.RawMessage `json:"data,omitempty"`
}

// Journal is one being written. A nil *Journal takes entries and keeps none.
// It must not be used by two goroutines at once.
type Journal struct {
	dir   string
	clock clock.Clock
	fs    FS
	file  File
	id    string
	seq   int
	err   error // the first failed append; there are no entries after it
}

// New prepares a journal of app in root, which DefaultDir gives. Nothing is
// written, not even a folder, before the first Append.
func New(root, app string, c clock.Clock) *Journal { return NewVia(root, app, c, osFS{}) }

// NewVia is New through other system calls, for a simulation that makes one of
// them fail.
func NewVia(root, app string, c clock.Clock, fs FS) *Journal {
	return &Journal{dir: Dir(root, app), clock: c, fs: fs}
}

// ID names the journal; "" before the first Append.
func (j *Journal) ID() string {
	if j == nil {
		return ""
	}
	return j.id
}

// Path is the file; "" before the first Append.
func (j *Journal) Path() string {
	if j == nil || j.file == nil {
		return ""
	}
	return j.file.Name()
}

// Append writes one entry and returns when it is on the disk. After an error
// every further Append gives the same error: a journal with a hole is worse
// than one that ends.
func (j *Journal) Append(kind Kind, step string, data any) error {
	if j == nil {
		return nil
	}
	if j.err != nil {
		return j.err
	}
	if err := j.append(kind, step, data); err != nil {
		j.err = fmt.Errorf("write the journal: %w", err)
	}
	return j.err
}

func (j *Journal) append(kind Kind, step string, data any) error {
	e := Entry{Seq: j.seq + 1, Time: j.clock.Now().UTC(), Kind: kind, Step: step}
	if data != nil {
		raw, err := json.Marshal(data)
		if err != nil {
			return err
		}
		e.Data = raw
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if j.file == nil {
		if err := j.create(); err != nil {
			return err
		}
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.seq++
	return nil
}

// create makes the folder and a file of a name that nobody has.
func (j *Journal) create() error {
	if err := os.MkdirAll(j.dir, 0o700); err != nil {
		return err
	}
	stamp, n, err := j.next()
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		id := stamp
		if n+try > 1 {
			id += "-" + strconv.Itoa(n+try)
		}
		f, err := j.fs.Create(filepath.Join(j.dir, id+suffix))
		if errors.Is(err, fs.ErrExist) && try < 1000 {
			continue
		}
		if err != nil {
			return err
		}
		j.id, j.file = id, f
		return j.fs.SyncDir(j.dir)
	}
}

// next is the name behind all that there are: the time, and where a clock that
// was put back since makes that an earlier one, the next number of the last.
// Which run was the last decides what an undo takes back.
func (j *Journal) next() (stamp string, n int, err error) {
	stamp = j.clock.Now().UTC().Format(stampLayout)
	paths, err := list(j.dir)
	if err != nil || len(paths) == 0 {
		return stamp, 1, err
	}
	last, number := stampOf(filepath.Base(paths[len(paths)-1]))
	if last < stamp {
		return stamp, 1, nil
	}
	n, err = strconv.Atoi(number)
	if err != nil { // none: it is the first
		n = 1
	}
	return last, n + 1, nil
}

// Close ends the writing. It does not say how the apply ended; an End entry
// does.
func (j *Journal) Close() error {
	if j == nil || j.file == nil {
		return nil
	}
	return j.file.Close()
}
