package faultrun

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

// clones are the machines that applies have added and that are there still.
func (w *world) clones() (list []*flysim.Machine) {
	for _, m := range w.app.Machines() {
		if w.machineOf(m.ID()) == nil && !gone(m) {
			list = append(list, m)
		}
	}
	return list
}

// doubled says whether one creation made this machine and another one that is
// there still.
func (w *world) doubled(m *flysim.Machine) bool {
	mark := w.markOf(m)
	return mark != "" && slices.ContainsFunc(w.clones(), func(o *flysim.Machine) bool { return o != m && w.markOf(o) == mark })
}

// markOf is that of the creation which made a machine; "" when no apply did.
func (w *world) markOf(m *flysim.Machine) string {
	var config struct{ Metadata map[string]string }
	w.must(json.Unmarshal(m.Config(), &config))
	return config.Metadata[apply.CloneMarker]
}

// othersMeetTwins is what others do to an app that an apply has added a
// machine to: they copy it with its mark, or the app comes to rest on it.
func (w *world) othersMeetTwins() {
	list := w.clones()
	if len(list) == 0 {
		return
	}
	clone := list[w.rng.IntN(len(list))]
	switch w.rng.IntN(5) {
	case 0, 1:
		if !clone.Healthy() { // one more sick machine, of somebody else, is a reason to stop
			break
		}
		w.note("somebody copies %s", clone.ID())
		w.copyMachine(clone, groupOf(clone, nil), "lhr")
	case 2, 3:
		w.note("the proxy stops all but %s", clone.ID())
		for _, m := range w.app.Machines() {
			if m.ID() != clone.ID() {
				m.StopByProxy(0)
			}
		}
	}
	w.pass(30)
}

// beforeDestroy looks at what a request is about to destroy; it gives what is
// wrong with that, should it come to it. What an apply did not add is nobody's
// to destroy, and no group loses the last machine that serves.
func (w *world) beforeDestroy(req *http.Request) string {
	id := machineOf(req.URL.Path)
	switch {
	case class(req) != "destroy":
	case w.machineOf(id) != nil:
		return "machine " + id + " was destroyed, which no apply had added"
	case (w.proc.args[0] == "undo" || w.app.Machine(id).Healthy()) && w.lastOne(w.app.Machine(id), w.hurt):
		return "machine " + id + " was destroyed, and no other one takes its requests"
	}
	return ""
}

// lastOne says whether a group has no other machine, or, for one that runs,
// none that runs too or would when a request comes. Those of hurt count as if
// they did.
func (w *world) lastOne(m *flysim.Machine, hurt map[string]bool) bool {
	others := 0
	for _, o := range w.app.Machines() {
		mine := w.machineOf(o.ID())
		if o == m || gone(o) || groupOf(o, mine) != groupOf(m, nil) || mine != nil && !mine.touchable {
			continue
		}
		if others++; o.State() == "started" || hurt[o.ID()] || autostarts(o.Config()) {
			return false
		}
	}
	return others == 0 || m.State() == "started"
}

func autostarts(config []byte) bool {
	var c struct {
		Services []struct{ Autostart bool }
	}
	return json.Unmarshal(config, &c) == nil && len(c.Services) > 0 && c.Services[0].Autostart
}
