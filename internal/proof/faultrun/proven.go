package faultrun

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// longSick is how long a machine has not been healthy when that is no hiccup
// and no start any more.
const longSick = 40 * time.Second

// sickFor says whether a started machine has not been healthy for some time.
func (w *world) sickFor(m *flysim.Machine, d time.Duration) bool {
	if m == nil || m.State() != "started" {
		return false
	}
	now := w.clk.Now()
	for _, x := range m.Timeline() {
		if x.Healthy && x.At.After(now.Add(-d)) {
			return false
		}
	}
	line := m.Timeline()
	for i := len(line) - 1; i >= 0; i-- {
		if !line[i].At.After(now.Add(-d)) {
			return !line[i].Healthy
		}
	}
	return false
}

// checkProven: done is said after it is done. A machine that this run updated,
// and that runs, was healthy at some time since, whoever made it sick.
func (p *process) checkProven() {
	w := p.w
	if p.dead || p.code != 0 {
		return
	}
	updated := map[string]time.Time{}
	for _, r := range p.tape() {
		if r.Method == "POST" && strings.Count(r.Path, "/") == 5 && r.Status == 200 && r.Fault != "html" {
			updated[machineOf(r.Path)] = r.At
		}
	}
	for id, at := range updated {
		m := w.app.Machine(id)
		if m == nil || m.State() != "started" || containsAny(w.why[id], byProxy, byProxyStart, "others") || w.theirs[id] != 0 {
			continue
		}
		if !healthySince(m, at) {
			w.fail("promise 6: exit 0, and %s was never healthy since its update at %s", id, at.Format("15:04:05.000"))
		}
	}
}

func healthySince(m *flysim.Machine, at time.Time) bool {
	for _, x := range m.Timeline() {
		if x.Healthy && x.At.After(at) {
			return true
		}
	}
	return false
}

func containsAny(list []string, some ...string) bool {
	for _, s := range list {
		for _, x := range some {
			if s == x {
				return true
			}
		}
	}
	return false
}

// checkProbe: what was there for a proof only goes with the run, also when the
// update that was to follow it is refused.
func (p *process) checkProbe() {
	w := p.w
	if p.dead || p.interrupted || len(w.struck) != 1 || !strings.Contains(w.struck[0], secondRefused) {
		return
	}
	for _, m := range w.app.Machines() {
		if bytes.Contains(m.Config(), []byte(`"standards-proof-`)) {
			w.fail("a check that was to prove another one was left on %s", m.ID())
		}
	}
}

// checkNothingLeft is for a world in which an apply had its way in peace:
// nothing that was there for a proof only is left on a machine, and no check
// that the app does not pass.
func (w *world) checkNothingLeft() {
	for _, m := range w.clones() {
		if others := slices.DeleteFunc(w.clones(), func(o *flysim.Machine) bool { return groupOf(o, nil) != groupOf(m, nil) }); len(others) > 1 && !w.doubled(m) {
			w.fail("promise 9: %d machines were added to %s, where one was asked for", len(others), groupOf(m, nil))
		}
	}
	for _, m := range w.app.Machines() {
		mine := w.machineOf(m.ID())
		// The second one of a creation that was doubled is named, for people to decide.
		if gone(m) || mine != nil && !mine.touchable || w.theirs[m.ID()] != 0 || w.doubled(m) {
			continue
		}
		if bytes.Contains(m.Config(), []byte(`"standards-proof-`)) {
			w.fail("a check that was to prove another one is left on %s", m.ID())
		}
		// Where the file has it too, an apply that stopped part-way had not come
		// to test it (seed 1169043294439); a killed undo has still to take it off.
		if w.route && !w.answers && !w.undoKilled && !strings.Contains(w.file(), `"/healthz"`) && bytes.Contains(m.Config(), []byte(`"/healthz"`)) {
			w.fail("a check that the app never passes is left on %s", m.ID())
		}
	}
}

// checkRegions: no region loses all of its machines at once by the program's
// doing, while another region has some.
func (p *process) checkRegions() {
	w := p.w
	for _, group := range []string{"app", "worker"} {
		in, well := map[string][]*flysim.Machine{}, map[string]int{}
		for _, mine := range w.machines {
			s := p.start[mine.id] // none of one that others added meanwhile
			if mine.group != group || w.app.Machine(mine.id) == nil {
				continue
			}
			// One that was sick at the start may carry its region by now, once
			// it is repaired (seed 254032377218).
			in[mine.region] = append(in[mine.region], w.app.Machine(mine.id))
			if mine.touchable && s.healthy && s.state == "started" {
				well[mine.region]++
			}
		}
		for region, list := range in {
			if len(well) < 2 || well[region] < 2 {
				continue
			}
			if least, at := p.least(list, true); least == 0 {
				w.fail("promise 5: all %d machines of %s in %s were away at %s", len(list), group, region, at.Format("15:04:05.000"))
			}
		}
	}
}
