package faultrun

import (
	"net/http"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// drawScenes adds the troubles that hit one guard of the program each, where
// chance alone would come too seldom: see the table of mutations in
// docs/guards.md.
func (w *world) drawScenes() {
	later := pick(w, 1, w.hardRuns)
	if w.chance(5) { // between the last look at a machine and its update
		w.add(&trouble{run: later, class: "update", nth: 1 + w.rng.IntN(3), what: "somebody updates it", do: othersUpdate})
	}
	if w.chance(6) {
		what, do := w.drawLost()
		w.add(&trouble{run: later, class: "update", nth: 1 + w.rng.IntN(3), what: what, do: do})
	}
	if w.chance(10) {
		what, do := w.drawLost()
		w.add(&trouble{run: 1, class: "secrets-post", nth: 1, what: what, do: do})
	}
	if w.chance(10) {
		w.add(&trouble{run: 1, class: "secrets-get", nth: 2 + w.rng.IntN(2), what: "somebody sets the secret", do: othersSetSecret})
	}
	if w.has("--regions") && w.chance(3) {
		what, do := w.drawLost()
		w.add(&trouble{run: 1, class: "create", nth: 1, what: what, do: do})
	}
	if w.chance(4) {
		d := time.Duration(1+w.rng.IntN(10)) * time.Second // while it is watched
		w.add(&trouble{run: 1, class: "lease-delete", nth: 1 + w.rng.IntN(2), what: byProxy, do: func(w *world, id string, _ *strike) {
			w.harm(id, byProxy)
			w.app.Machine(id).StopByProxy(d)
		}})
	}
	switch w.rng.IntN(12) {
	case 0:
		w.drawRelapse()
	case 1:
		w.drawRotation()
	}
}

// byProxy is what the proxy does for its own reasons.
const (
	byProxy      = "proxy stops it"
	byProxyStart = "proxy starts it"
)

// harm notes that a machine is not well by somebody else's doing.
func (w *world) harm(id, why string) {
	w.hurt[id] = true
	w.why[id] = append(w.why[id], why)
}

func (w *world) add(t *trouble) { w.troubles = append(w.troubles, t) }

// drawLost is an answer that does not come, whether or not it took effect.
func (w *world) drawLost() (string, func(*world, string, *strike)) {
	switch w.rng.IntN(3) {
	case 0:
		return "dropped before effect", reply(flysim.DropBefore())
	case 1:
		return "502 after effect", reply(flysim.StatusAfter(http.StatusBadGateway, "bad gateway"))
	}
	return "dropped after effect", reply(flysim.DropAfter())
}

// drawRelapse is a machine that fails its checks when an apply is killed right
// after its update, and gets well by itself while the next one looks at it.
func (w *world) drawRelapse() {
	d := time.Duration(1+w.rng.IntN(20)) * time.Second
	w.hardRuns, w.noUndo = 2, true
	first := &trouble{run: 1, class: "update", nth: 1, what: "killed after, and its checks fail", do: func(w *world, id string, s *strike) {
		w.harm(id, "relapse")
		w.app.Machine(id).Behave(flysim.NeverHealthy)
		s.killAfter = true
	}}
	w.add(first)
	w.add(&trouble{after: first, class: "list", nth: 1, what: "checks pass again", do: func(w *world, _ string, _ *strike) {
		w.p.After(d, func() {
			for _, m := range w.machines {
				w.app.Machine(m.id).Behave(nil)
			}
		})
	}})
}

// drawRotation is a value that is a secret already when an apply is killed
// before it could take it out of the file, and is another one when the next
// one does.
func (w *world) drawRotation() {
	if !w.has("--allow") {
		w.flags = append(w.flags, "--allow", "review")
	}
	w.hardRuns, w.noUndo = 2, true
	first := &trouble{run: 1, class: "disk", nth: 1, what: "killed before", do: func(_ *world, _ string, s *strike) { s.killBefore = true }}
	w.add(first)
	w.add(&trouble{after: first, class: "secrets-get", nth: 2, what: "somebody sets the secret", do: othersSetSecret})
}

// leaseBefore is a deploy of somebody else that holds a machine before a run
// begins and for longer than it lasts.
func (w *world) leaseBefore() {
	m := pick(w, w.machines...)
	w.app.Machine(m.id).HoldLease("mallory@example.com", time.Hour)
	w.held = m.id
	w.note("somebody holds %s", m.id)
	if w.also.IntN(2) == 0 { // it is dropped in time, and comes again
		w.add(&trouble{run: w.runs + 1, class: "lease-get", nth: 1, what: "lease dropped", do: func(w *world, _ string, _ *strike) { w.app.Machine(m.id).DropLease() }})
		w.add(&trouble{run: w.runs + 1, class: "read", nth: 1 + w.also.IntN(6), what: "lease stolen", do: func(w *world, _ string, _ *strike) {
			w.app.Machine(m.id).HoldLease("mallory@example.com", time.Duration(1+w.also.IntN(40))*time.Second)
		}})
	}
}
