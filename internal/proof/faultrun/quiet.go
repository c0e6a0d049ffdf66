package faultrun

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// checkQuiet is what must hold when nothing has struck so far: the program
// comes to its end, and leaves every machine in the state it was in.
func (p *process) checkQuiet() {
	w := p.w
	if len(w.struck) > 0 || p.dead {
		return
	}
	if p.code != 0 && (w.answers || !w.route) && w.sick == "" && w.held == "" {
		w.fail("nothing was in its way, and it exits with %d", p.code)
	}
	for _, mine := range w.machines {
		s, there := p.start[mine.id]
		m := w.app.Machine(mine.id)
		switch {
		case !there:
		case s.state == "started" && m.State() != "started":
			w.fail("%s ran before, and is %s now", mine.id, m.State())
		case s.state != "started" && m.State() == "started":
			w.fail("%s was %s before, and runs now", mine.id, s.state)
		case s.healthy && !m.Healthy():
			w.fail("%s was healthy before, and is not now", mine.id)
		}
	}
}

// checkProxy: a machine that the proxy stops does not count as unhealthy. That
// it goes back for another reason is right: with others of its group, for want
// of a proof, or because its second update was refused and it has its probe
// still. The record tells which it was.
func (p *process) checkProxy() {
	w := p.w
	if w.route && !w.answers {
		return
	}
	for line := range bytes.Lines(p.recordText()) {
		var e struct {
			Kind journal.Kind
			Data struct {
				Machine             string
				Rollback, Unhealthy bool
			}
		}
		if json.Unmarshal(line, &e) != nil || e.Kind != journal.Intent || !e.Data.Rollback || !e.Data.Unhealthy {
			continue // a line that was cut off is none
		}
		if p.blind() {
			continue // what it can't see, it can't judge (seed 254032374433)
		}
		others := func(s string) bool { return s != byProxy }
		if why := w.why[e.Data.Machine]; len(why) > 0 && w.sick != e.Data.Machine && !slices.ContainsFunc(why, others) {
			w.fail("%s was stopped by the proxy, which counts as a failure", e.Data.Machine)
		}
	}
}

// checkHeld: what somebody else holds from before is seen before anything is
// done.
func (p *process) checkHeld() {
	w := p.w
	if w.held == "" || !p.heldThroughout(w.app.Machine(w.held)) || w.has("--no-restart") && p.args[0] == "apply" {
		return
	}
	look := "/" + w.held + "/lease"
	if slices.ContainsFunc(w.struck, func(s string) bool { return strings.Contains(s, "GET ") && strings.HasSuffix(s, look) }) {
		return // it looked, and was told something else (seed 1303283416431)
	}
	begin, _, _ := bytes.Cut(p.recordText(), []byte("\n"))
	if bytes.Contains(begin, []byte(`"machine:`+w.held+`"`)) || bytes.Contains(begin, []byte(`"destroy:`+w.held+`"`)) {
		w.fail("it began, though somebody else held %s", w.held)
	}
}

// heldThroughout says whether one lease of somebody else lay on a machine from
// before this run until now. Another one at its end proves nothing: the first
// may have been dropped before the program looked (seed 3451612256091).
func (p *process) heldThroughout(m *flysim.Machine) bool {
	if m == nil || p.start[m.ID()].leases == 0 {
		return false
	}
	l := m.Record().Leases[p.start[m.ID()].leases-1]
	return strings.HasPrefix(l.Owner, "mallory") && l.How == ""
}

func (p *process) recordText() []byte {
	if p.record == "" {
		return nil
	}
	text, err := os.ReadFile(p.record)
	if !os.IsNotExist(err) { // it went with the power
		p.w.must(err)
	}
	return text
}

// beforeUpdate looks at what a request is about to do to a machine; it gives
// what is wrong with that, should it be carried out.
func (w *world) beforeUpdate(req *http.Request, body []byte) string {
	m := w.app.Machine(machineOf(req.URL.Path))
	kind := class(req)
	if m == nil || kind != "update" && kind != "act" && kind != "lease-delete" {
		return ""
	}
	switch {
	case strings.HasPrefix(m.Leased(), "mallory"):
		return kind + " of " + m.ID() + " under the lease of somebody else"
	case kind != "update":
		return ""
	case w.theirs[m.ID()] == w.proc.run: // promise 4; as of now: others may come while the answer is slow (seed 2760422352699)
		return "a machine was updated that somebody else had changed since the plan: " + m.ID()
	case len(w.proc.unsynced.renamed) > 0:
		return m.ID() + " was updated before fly.toml was safe on the disk"
	case m.Healthy() && w.proc.repairs(m.ID()):
		return m.ID() + " was repaired, and is healthy"
	case w.unproven(m.ID(), body):
		return "a check that nobody had seen to pass went into the routing of the only machine, " + m.ID()
	}
	return ""
}

// repairs says whether the newest intent for a machine is a repair.
func (p *process) repairs(id string) bool {
	last := false
	for line := range bytes.Lines(p.recordText()) {
		if bytes.Contains(line, []byte(`"kind":"intent"`)) && bytes.Contains(line, []byte(`"machine":"`+id+`"`)) {
			last = bytes.Contains(line, []byte(`"repair":true`))
		}
	}
	return last
}

// unproven says whether an update gives a service check that the app does not
// pass to the only machine that runs.
func (w *world) unproven(id string, body []byte) bool {
	mine := w.machineOf(id)
	if !w.route || w.answers || len(w.hurt) > 0 || mine == nil || w.app.Machine(id).State() != "started" {
		return false
	}
	for _, m := range w.app.Machines() {
		other := w.machineOf(m.ID())
		known := other != nil && other.group == mine.group && other.touchable
		added := other == nil && bytes.Contains(m.Config(), []byte(`"fly_process_group":"`+mine.group+`"`)) // seed 1697208884452
		if m.ID() != id && m.State() == "started" && (known || added) {
			return false
		}
	}
	var sent struct {
		Config struct {
			Services []struct {
				Checks []struct{ Path string }
			}
		}
	}
	w.must(json.Unmarshal(body, &sent))
	for _, s := range sent.Config.Services {
		for _, c := range s.Checks {
			if c.Path == "/healthz" {
				return true
			}
		}
	}
	return false
}

// beforeCreate: a machine that is on the list already is not made again.
func (w *world) beforeCreate(req *http.Request, body []byte) string {
	if class(req) != "create" {
		return ""
	}
	var sent struct {
		Config struct{ Metadata map[string]string }
	}
	w.must(json.Unmarshal(body, &sent))
	mark := sent.Config.Metadata[apply.CloneMarker]
	if m := w.proc.listed[mark]; m != "" && !gone(w.app.Machine(m)) {
		return "a machine was added twice: " + m + " was on the list"
	}
	return ""
}

// sawList keeps the marks of the machines that the program was told of.
func (p *process) sawList() {
	for _, m := range p.w.clones() {
		p.listed[p.w.markOf(m)] = m.ID()
	}
}

// blind says whether reads failed for minutes.
func (p *process) blind() bool {
	return slices.ContainsFunc(p.w.struck, func(s string) bool { return strings.Contains(s, ": reads fail for ") })
}
