package faultrun

import (
	"bytes"
	"maps"
	"net/http"
	"os"
	"slices"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// unsynced is what goes with the power: what was written and is not on the
// disk yet.
type unsynced struct {
	bytes   map[string]*tail  // by path
	made    map[string]bool   // files whose folder was not synced since
	renamed map[string][]byte // what was there before a rename, until its folder is synced
}

// tail is the part of a file behind what a sync has brought to the disk.
type tail struct{ safe, size int }

func newUnsynced() unsynced {
	return unsynced{bytes: map[string]*tail{}, made: map[string]bool{}, renamed: map[string][]byte{}}
}

func (u unsynced) wrote(path string, n int) {
	if u.bytes[path] == nil {
		u.bytes[path] = &tail{}
	}
	u.bytes[path].size += n
}

func (u unsynced) synced(path string) {
	if t := u.bytes[path]; t != nil {
		t.safe = t.size
	}
}

func (u unsynced) rename(from, to string, old []byte) {
	u.bytes[to], u.renamed[to] = u.bytes[from], old
	delete(u.bytes, from)
	delete(u.made, from)
}

func (u unsynced) folderSynced() {
	clear(u.made)
	clear(u.renamed)
}

// losePower takes from the disk what may be lost, some of it or all.
func (w *world) losePower() {
	u := w.proc.unsynced
	for _, path := range slices.Sorted(maps.Keys(u.bytes)) {
		if t := u.bytes[path]; t != nil && t.size > t.safe {
			w.note("power: %d bytes behind %d may be lost", t.size-t.safe, t.safe)
			w.must(os.Truncate(path, int64(t.safe+w.rng.IntN(t.size-t.safe+1))))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(u.renamed)) {
		if w.chance(2) {
			w.note("power: a rename is lost")
			if u.renamed[path] == nil {
				w.must(os.Remove(path))
				continue
			}
			w.must(os.WriteFile(path, u.renamed[path], 0o644))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(u.made)) {
		if w.chance(2) {
			w.note("power: a new file is lost")
			w.must(os.Remove(path))
		}
	}
	w.known = false
}

// must is for what the world itself does on its disk.
func (w *world) must(err error) {
	if err != nil {
		w.fail("the world could not do its own: %v", err)
	}
}

// recorded wants the intent of a step on the disk before the step is made:
// what is not on record can't be taken back when all ends here.
func (p *process) recorded(req *http.Request, body []byte) {
	want := ""
	switch kind := class(req); {
	case kind == "secrets-post" && !asksVersion(body):
		want = `"step":"secrets"`
	case kind == "destroy" && p.args[0] == "apply": // a clone that did not come up
		want = `"step":"clone:`
	case kind == "update" || kind == "destroy":
		want = `"machine":"` + machineOf(req.URL.Path) + `"`
	case kind == "create":
		want = `"step":"clone:`
	default:
		return
	}
	text := p.recordText()
	if t := p.unsynced.bytes[p.record]; t != nil {
		text = text[:t.safe]
	}
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte(`"kind":"intent"`)) && bytes.Contains(line, []byte(want)) {
			return
		}
	}
	p.w.fail("%s %s went out before it was on record", req.Method, req.URL.Path)
}

// records is where the journals are written. Each of its calls can fail, or be
// the last that the process made.
type records struct{ d disk }

func (r records) SyncDir(string) error {
	return r.d.journal("sync the journals' folder", func() error { r.d.w.proc.unsynced.folderSynced(); return nil })
}

func (r records) Create(path string) (f journal.File, err error) {
	err = r.d.journal("create the journal", func() error {
		f, err = journal.OS().Create(path)
		if err == nil {
			r.d.w.proc.unsynced.made[path] = true
			r.d.w.proc.record = path
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return record{f, r.d}, nil
}

// record is one journal while it is written.
type record struct {
	journal.File
	d disk
}

// Write may be cut in the middle, which leaves a torn line.
func (f record) Write(b []byte) (n int, err error) {
	half := len(b) / 2
	for _, part := range [][]byte{b[:half], b[half:]} {
		err = f.d.journal("write the journal", func() error {
			m, err := f.File.Write(part)
			f.d.w.proc.unsynced.wrote(f.Name(), m)
			n += m
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (f record) Sync() error {
	return f.d.journal("sync the journal", func() error { f.d.w.proc.unsynced.synced(f.Name()); return nil })
}

var (
	_ journal.FS    = records{}
	_ atomicfile.FS = disk{}
)
