package faultrun

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// planOnly is promise 2: a plan writes nothing.
func (w *world) planOnly(args ...string) *process {
	file, before := w.file(), w.p.Count()
	kept := w.troubles
	w.troubles = nil
	p := w.process(args)
	w.troubles = kept
	if w.file() != file || w.wrote(before) {
		w.fail("promise 2: %s wrote something", strings.Join(args, " "))
	}
	return p
}

// wrote says whether a request since the nth changed the app.
func (w *world) wrote(nth int) bool {
	return slices.ContainsFunc(w.p.RequestsFrom(nth), flysim.Request.Writes)
}

// makePeace ends all troubles and lets things settle.
func (w *world) makePeace() {
	w.troubles, w.outages, w.held = nil, nil, ""
	w.p.ClearFaults()
	for _, m := range w.app.Machines() {
		m.HostDown("ok")
		m.Behave(nil)
		m.CrashWhen(nil)
		if strings.HasPrefix(m.Leased(), "mallory") {
			m.DropLease()
		}
	}
	w.pass(180)
	w.p.Settle(time.Minute)
	if held := w.p.HeldLeases(); len(held) > 0 {
		w.fail("promise 6: leases are held three minutes later: %s", strings.Join(held, " "))
	}
}

// converge is promise 8: run again in peace, at most three times, until there
// is nothing left to do.
func (w *world) converge() {
	var flags []string
	but := ""
	for _, f := range w.flags {
		if f != "--no-restart" && f != "--no-rollback" {
			flags = append(flags, f)
		}
	}
	if w.route && !w.answers {
		// The proof of this check fails, rightly, each time anew. Whatever was
		// left of it on a machine is repaired, unless others built on it: what
		// they set since must not be taken away, and their copy is not ours.
		others := func(s string) bool { return strings.Contains(s, ": somebody ") }
		if slices.ContainsFunc(w.struck, others) || slices.Contains(slices.Collect(maps.Values(w.theirs)), copied) {
			return
		}
		but = "health-checks"
	}
	// An entry whose secret is newer than the machines needs a look first.
	if !w.has("--allow") {
		flags = append(flags, "--allow", "review")
	}
	flags = append(flags, w.rules(but)...)
	for range 3 {
		p := w.process(append([]string{"apply", "--yes"}, flags...))
		w.pass(60)
		w.p.Settle(time.Minute)
		if p.code != 0 {
			continue
		}
		if p = w.planOnly(append([]string{"plan", "--detailed-exitcode"}, flags...)...); p.code == 0 {
			w.swept()
			w.checkNothingLeft()
			w.otherIs(otherAfter, "after the last apply")
			return
		}
		w.note("%s", p.out.String())
	}
	w.fail("promise 8: three applies in peace did not get to the end")
}

// swept: a run that had something to do leaves nothing of those before it that
// were killed. An apply after a killed undo may have nothing to do, and then
// takes no lock.
func (w *world) swept() {
	if w.undoKilled {
		return
	}
	for _, beside := range []string{".fly.toml.*", ".." + "gitignore.*"} {
		left, err := filepath.Glob(filepath.Join(w.dir, beside))
		w.must(err)
		if len(left) > 0 {
			w.fail("a file of a killed run is left beside fly.toml: %s", strings.Join(left, " "))
		}
	}
}
