package faultrun

import (
	"net/http"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// outage is a kind of request that is refused for some time.
type outage struct {
	classes map[string]bool
	until   time.Time
	effect  flysim.Effect
}

// secondRefused is what happens to a lone machine that has the probe of a check.
const secondRefused = "its second update is refused"

// begin an outage. What it does to requests counts as trouble of this process.
func (w *world) begin(d time.Duration, effect flysim.Effect, classes ...string) {
	o := outage{map[string]bool{}, w.clk.Now().Add(d), effect}
	for _, c := range classes {
		o.classes[c] = true
	}
	w.outages = append(w.outages, o)
}

// during lets outages happen to a request that nothing else happened to.
func (w *world) during(req *http.Request, s *strike) {
	for _, o := range w.outages {
		if s.effect == nil && o.classes[class(req)] && w.clk.Now().Before(o.until) {
			s.effect = &o.effect
		}
	}
}

// drawMore adds scenes, as drawScenes does, from draws of their own.
func (w *world) drawMore() {
	one := func(n int) bool { return w.also.IntN(n) == 0 }
	upTo := func(n int) int { return 1 + w.also.IntN(n) }
	secs := func(from, to int) time.Duration { return time.Duration(from+w.also.IntN(to-from+1)) * time.Second }
	if one(12) { // healthy before, and never again
		w.add(&trouble{run: 1, class: "update", nth: upTo(3), what: "never healthy from here on", do: func(w *world, id string, _ *strike) {
			w.harm(id, "never healthy")
			w.app.Machine(id).Behave(flysim.NeverHealthy)
		}})
	}
	if one(12) { // of a lone machine the update that follows its proof
		code := []int{400, 403, 409, 422}[w.also.IntN(4)]
		w.add(&trouble{run: 1, class: "update", nth: 2, what: secondRefused, do: reply(flysim.Status(code, "no"))})
	}
	if one(15) {
		d := secs(30, 400)
		w.add(&trouble{run: 1, class: []string{"read", "wait", "lease-delete"}[w.also.IntN(3)], nth: upTo(6), what: "reads fail for " + d.String(), do: func(w *world, _ string, _ *strike) {
			w.begin(d, flysim.Status(http.StatusServiceUnavailable, "unavailable"), "read", "list", "wait")
		}})
	}
	if one(15) { // a read that takes longer than the lease lasts, which nobody prolongs
		slow := secs(14, 25)
		w.add(&trouble{run: 1, class: "read", nth: upTo(8), what: "slow, and no lease is prolonged", do: func(w *world, _ string, s *strike) {
			w.begin(slow, flysim.DropBefore(), "lease-post")
			e := flysim.Slow(slow)
			s.effect = &e
		}})
	}
	if one(8) {
		what, do := w.drawFlyctl()
		w.add(&trouble{run: 1, class: []string{"update", "lease-post", "wait", "secrets-get", "list", "create"}[w.also.IntN(6)], nth: upTo(3), what: what, do: do})
	}
	if w.lone && one(3) { // around the machine that comes first
		before, power := one(2), one(4)
		w.add(&trouble{run: 1, class: []string{"create", "create", "update", "destroy", "read", "wait"}[w.also.IntN(6)], nth: upTo(3), what: "killed, lone machine", do: func(_ *world, _ string, s *strike) {
			s.killBefore, s.killAfter, s.power = before, !before, power
		}})
	}
	if w.has("--regions") && w.seed%7 < 2 { // two machines for one, at once or much later
		what, e := "duplicated", flysim.Duplicate()
		if d := time.Duration(w.seed%47) * time.Second; d > 0 && w.seed%7 == 1 {
			what, e = "504, takes effect "+d.String()+" later", flysim.StatusBefore(d, http.StatusGatewayTimeout, "gateway timeout")
		}
		w.add(&trouble{run: 1, class: "create", nth: 1, what: what, do: reply(e)})
	}
	if w.has("--regions") && w.seed%5 == 1 { // it comes when the run is gone, mostly behind the first look of the next one
		w.hardRuns = 2
		d := time.Duration(36+w.seed/5%50) * time.Second
		late := flysim.StatusBefore(d, http.StatusGatewayTimeout, "gateway timeout")
		w.add(&trouble{run: 1, class: "create", nth: 1, what: "killed after, takes effect " + d.String() + " later", do: func(_ *world, _ string, s *strike) {
			s.effect, s.killAfter = &late, true
		}})
	}
	if w.has("--regions") && one(4) { // when all are updated, or nearly
		change, what := w.drawSource()
		w.add(&trouble{run: 1, class: "lease-delete", nth: max(1, len(w.machines)-w.also.IntN(2)), what: what, do: func(w *world, _ string, _ *strike) {
			for _, m := range w.machines {
				w.harm(m.id, "others")
				change(w.app.Machine(m.id))
				w.outside[m.id]++
			}
		}})
	}
}

// drawSource is what may happen to the machines that one is to be copied of.
func (w *world) drawSource() (func(m *flysim.Machine), string) {
	if w.also.IntN(2) == 0 {
		return func(m *flysim.Machine) {
			id := "vol_late_" + m.ID()
			w.app.AddVolume(flysim.VolumeSpec{ID: id, Region: m.Region()})
			m.Update(func(config map[string]any) {
				config["mounts"] = []any{map[string]any{"volume": id, "path": "/late", "name": "late"}}
				config["theirs"] = true
			})
			w.theirs[m.ID()] = -1
		}, "somebody gives them volumes"
	}
	return func(m *flysim.Machine) { m.Behave(flysim.NeverHealthy) }, "they are never healthy from here on"
}

// drawSecretSpace makes a value end in white space, which is a part of it.
func (w *world) drawSecretSpace() {
	if v, ok := w.values["SESSION_SECRET"]; ok && w.also.IntN(3) == 0 {
		w.values["SESSION_SECRET"] = v + "  "
	}
}

// beforeTakingBack is what the world is like when an undo begins: a machine may
// be sick, or its host away, and well again when the undo has looked once.
func (w *world) beforeTakingBack() (after func()) {
	mine := w.machines[w.also.IntN(len(w.machines))]
	m := w.app.Machine(mine.id)
	if gone(m) || !mine.touchable {
		return func() {}
	}
	switch list := w.clones(); w.also.IntN(8) {
	case 3, 4:
		if len(list) == 0 {
			break
		}
		held := list[w.also.IntN(len(list))]
		hold := func(w *world, _ string, _ *strike) { held.HoldLease("mallory@example.com", time.Hour) }
		if w.also.IntN(2) == 0 {
			w.note("somebody holds %s while it is undone", held.ID())
			hold(w, "", nil)
			w.held = held.ID()
		} else {
			w.add(&trouble{class: "lease-delete", nth: 1, what: "somebody holds " + held.ID(), do: hold})
		}
		return func() { w.troubles, w.held = nil, ""; held.DropLease() }
	case 0, 1:
		w.note("%s is sick while it is undone", mine.id)
		w.sick = mine.id
		m.Behave(flysim.NeverHealthy)
		w.pass(60)
		return func() { m.Behave(nil); w.pass(60) }
	case 2:
		w.note("the host of %s is away while it is undone", mine.id)
		w.harm(mine.id, "host vanishes")
		m.HostDown("unreachable")
		return func() { m.HostDown("ok"); w.pass(60) }
	}
	return func() {}
}
