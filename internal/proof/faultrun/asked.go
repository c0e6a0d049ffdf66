package faultrun

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// asks looks at what a request asks for, whatever the platform makes of it.
func (p *process) asks(req *http.Request, body []byte) {
	w, kind, id := p.w, class(req), machineOf(req.URL.Path)
	writes := kind == "update" || kind == "create" || kind == "act" || kind == "destroy"
	switch {
	case kind == "wait" && req.URL.Query().Get("version") == "" && req.URL.Query().Get("instance_id") == "":
		w.fail("a wait for %s names no version, so the old one's state may count", id)
	case kind == "update" && req.Header.Get("Fly-Machine-Lease-Nonce") == "":
		w.fail("%s was to be updated without a lease", id)
	case kind == "destroy" && w.heldFor(w.app.Machine(id), 5*time.Second):
		w.fail("%s was to be destroyed, and somebody else has held it for some time", id)
	case writes && w.has("--no-restart") && p.args[0] == "apply" && p.given("--no-restart"):
		w.fail("%s %s, although --no-restart was given", req.Method, req.URL.Path)
	case kind == "update" && p.destroyed && p.args[0] == "undo":
		w.fail("%s was updated behind the machine that the undo took away: the one that is left must have proven to be well", id)
	case kind == "create":
		p.asksFor(body)
	}
	p.destroyed = p.destroyed || kind == "destroy"
}

// heldFor says whether somebody else holds a machine, and has for d.
func (w *world) heldFor(m *flysim.Machine, d time.Duration) bool {
	return m != nil && slices.ContainsFunc(m.Record().Leases, func(l flysim.LeaseRecord) bool {
		return strings.HasPrefix(l.Owner, "mallory") && l.How == "" && l.Start.Before(w.clk.Now().Add(-d))
	})
}

func (p *process) given(flag string) bool {
	for _, arg := range p.args {
		if arg == flag {
			return true
		}
	}
	return false
}

// asksFor looks at a machine that is to be added: a copy of what runs there,
// by digest, never with a volume, and never of one that the program saw fail.
func (p *process) asksFor(body []byte) {
	w := p.w
	var sent struct {
		Config struct {
			Image    string
			Mounts   []any
			Metadata map[string]string
		}
	}
	w.must(json.Unmarshal(body, &sent))
	source := w.app.Machine(p.sourceOf(sent.Config.Metadata[apply.CloneMarker]))
	switch {
	case source == nil:
		w.fail("a machine was to be added, and no record says of which")
	case len(sent.Config.Mounts) > 0:
		w.fail("a machine was to be added with the volume of %s", source.ID())
	case !strings.HasSuffix(sent.Config.Image, "@"+source.Digest()):
		w.fail("a machine was to be added with another image than %s runs: %s", source.ID(), sent.Config.Image)
	case p.sawSick[source.ID()]:
		w.fail("a machine was to be added as a copy of %s, which the program had seen not to be healthy", source.ID())
	}
}

// sourceOf is the machine of which a clone is made, as the record tells.
func (p *process) sourceOf(mark string) string {
	for line := range bytes.Lines(p.recordText()) {
		var e struct {
			Kind journal.Kind
			Data struct{ Marker, Source string }
		}
		if json.Unmarshal(line, &e) == nil && e.Kind == journal.Intent && mark != "" && e.Data.Marker == mark {
			return e.Data.Source
		}
	}
	return ""
}

// answered notes what the program knows by an answer.
func (p *process) answered(req *http.Request, resp *http.Response) {
	w, id := p.w, machineOf(req.URL.Path)
	if resp == nil || resp.StatusCode/100 != 2 || w.spoilt() {
		return
	}
	switch m := w.app.Machine(id); class(req) {
	case "create":
		text, err := io.ReadAll(resp.Body)
		w.must(err)
		resp.Body = io.NopCloser(bytes.NewReader(text))
		var made struct{ ID string }
		w.must(json.Unmarshal(text, &made))
		p.newClone = made.ID
	case "read":
		p.sawSick[id] = w.sickFor(m, longSick)
	}
}

// spoilt says whether something was done to the last answer.
func (w *world) spoilt() bool {
	from := w.p.RequestsFrom(w.proc.nth)
	return len(from) > 0 && from[0].Fault != ""
}

// cloneRecorded wants the id of a machine that was added on record before
// anything else is asked for: the mark alone also goes to whatever is copied
// from it. A record that can't be written does not stand in the way.
func (p *process) cloneRecorded() {
	id := p.newClone
	p.newClone = ""
	if id == "" || p.recordFull {
		return
	}
	text := p.recordText()
	if t := p.unsynced.bytes[p.record]; t != nil {
		text = text[:t.safe]
	}
	if !bytes.Contains(text, []byte(`"machine":"`+id+`"`)) {
		p.w.fail("machine %s was added, and its id is not on record", id)
	}
}
