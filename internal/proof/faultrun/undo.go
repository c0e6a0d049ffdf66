package faultrun

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// applies are the ids of the applies on record, oldest first.
func (w *world) applies() (ids []string) {
	paths, err := journal.List(filepath.Join(w.state(), "fly-standards"), "shop")
	w.must(err)
	for _, path := range paths {
		h, err := apply.ReadHistory(path)
		if err != nil {
			w.fail("the record of a run can't be read: %v", err)
		}
		if h.App != "" && h.Undo == "" {
			ids = append(ids, h.ID)
		}
	}
	return ids
}

// takeBack is the other end of a world: in peace, all applies on record are
// taken back, the newest first, and all is as it was.
func (w *world) takeBack() {
	all := w.applies()
	w.othersMeetTwins()
	if w.chance(4) {
		w.add(&trouble{class: pick(w, "lease-get", "lease-post", "update"), nth: 1 + w.rng.IntN(2), what: "somebody updates it", do: othersUpdate})
		defer func() { w.troubles = nil }()
	}
	after := w.beforeTakingBack()
	defer func() { after() }()
	for i := len(all) - 1; i >= 0; i-- {
		if !w.undo(all[i], &after) {
			return
		}
	}
	w.isBack()
	w.swept()
	if len(all) == 0 || w.keptTwin {
		return
	}
	before := w.p.Count()
	if p := w.process(w.undoArgs(all[len(all)-1])); p.code != 0 || w.wrote(before) {
		w.fail("an undo of what is taken back did something (exit %d)", p.code)
	}
}

func (w *world) undoArgs(id string) []string {
	args := []string{"undo", "--yes"}
	if id != "" {
		args = append(args, id, "--json")
	}
	if w.limit != "" {
		args = append(args, "--max-unavailable", w.limit)
	}
	return args
}

// undone is what an undo says of itself in its JSON document.
type undone struct {
	LeftAlone []struct{ Machine string } `json:"left_alone"`
	FileStays bool                       `json:"file_stays"`
	Result    struct{ Partly bool }
}

// told reads it. A judge that reads words fails when they change.
func (p *process) told() (u undone) {
	if p.out.Len() > 0 { // an undo that fails early has no document
		p.w.must(json.Unmarshal(p.out.Bytes(), &u))
	}
	return u
}

// undo takes one apply back, in three tries at most. One that says that the
// rest can go later is asked once more: what kept it may be over by then.
func (w *world) undo(id string, after *func()) bool {
	rest := false
	for range 3 {
		p := w.process(w.undoArgs(id))
		(*after)()
		*after = func() {}
		w.pass(60)
		w.p.Settle(time.Minute)
		told := p.told()
		w.fileStays = w.fileStays || told.FileStays
		for _, left := range told.LeftAlone {
			w.toldLeft[left.Machine] = true
			// It was the last one that served when the undo left it, and said so.
			// An undo of an older run may bring another one up after that.
			m := w.app.Machine(left.Machine)
			w.keptTwin = w.keptTwin || m != nil && slices.Contains(w.clones(), m) && w.lastOne(m, nil)
		}
		if p.code == 0 && (rest || !told.Result.Partly) {
			return true
		}
		rest = rest || p.code == 0
	}
	if rest {
		return true
	}
	if w.othersSick() {
		return false // the floor counts it, and the refusal names it
	}
	w.fail("three undos in peace did not get to the end")
	return false
}

// othersSick says whether others made a machine meanwhile that is not well: mostly
// of one that has a check that never passes (seed 4162468977809).
func (w *world) othersSick() bool {
	return slices.ContainsFunc(w.app.Machines(), func(m *flysim.Machine) bool {
		return w.machineOf(m.ID()) != nil && w.first[m.ID()] == nil && m.State() == "started" && !m.Healthy()
	})
}

// checkGone: an undo brings no migrated value back, into the file or onto a
// machine.
func (p *process) checkGone() {
	w := p.w
	if p.args[0] != "undo" {
		return
	}
	for name, v := range w.values {
		if !strings.Contains(p.fileBefore, v) && strings.Contains(w.file(), v) {
			w.fail("undo brought the value of %s back into the file", name)
		}
		for _, m := range w.app.Machines() {
			s, there := p.start[m.ID()]
			if there && !strings.Contains(s.config, v) && strings.Contains(string(m.Config()), v) {
				w.fail("undo brought the value of %s back onto %s", name, m.ID())
			}
		}
	}
}

// isBack compares the world with what it was before the first apply, save for
// what was migrated and what others did.
func (w *world) isBack() {
	for _, m := range w.app.Machines() {
		was, known := w.first[m.ID()]
		switch {
		case !known && w.machineOf(m.ID()) != nil: // made by others meanwhile
		case !known && w.keptTwin && w.toldLeft[m.ID()]: // kept, and told
		case !known:
			w.fail("undo: machine %s was added, and is there still", m.ID())
		case w.theirs[m.ID()] == 0 && w.comparable(m.Config()) != w.comparable(was):
			w.fail("undo: %s is not as before:\n%s\n%s", m.ID(), w.comparable(was), w.comparable(m.Config()))
		}
	}
	w.otherIs(otherBefore, "after the undo")
	// An older apply's lines may lie beside an entry that a newer undo did not
	// bring back: then they stay, and that is said.
	told := w.runs > 1 && w.fileStays
	if text := w.file(); !w.edited && !told && text != w.before && text != w.withoutSecrets() {
		w.fail("undo: fly.toml is not as before:\n%s", text)
	}
}

// comparable is a machine's configuration without what an undo does not bring
// back: the entries that are secrets now, and how its image is written.
func (w *world) comparable(config []byte) string {
	var cfg map[string]any
	w.must(json.Unmarshal(config, &cfg))
	if env, ok := cfg["env"].(map[string]any); ok {
		for _, name := range w.app.SecretNames() {
			delete(env, name)
		}
		if w.wasRemoved { // by others: it is gone for good
			delete(env, "DATABASE_URL")
		}
		if len(env) == 0 {
			delete(cfg, "env")
		}
	}
	delete(cfg, "image")
	b, err := json.Marshal(cfg)
	w.must(err)
	return string(b)
}

// withoutSecrets is the file of before without the entries that are gone from
// the present one.
func (w *world) withoutSecrets() string {
	now, text := w.file(), w.before
	for _, name := range slices.Sorted(maps.Keys(w.values)) {
		value := w.values[name]
		if strings.Contains(now, value) {
			continue
		}
		var kept []string
		for _, line := range strings.SplitAfter(text, "\n") {
			if strings.Contains(line, value) {
				entry := name + ` = "` + value + `"`
				if !strings.HasPrefix(line, "env = {") {
					continue
				}
				line = strings.Replace(line, ", "+entry, "", 1)
			}
			kept = append(kept, line)
		}
		text = strings.Join(kept, "")
	}
	return text
}
