package faultrun

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// removal is a secret that somebody removed when an apply had moved it out of the
// file. From then on nothing is lost by the program; but it must not take the value
// from one more machine, and what it is told of it brings the value back into the
// file.
type removal struct {
	run  int
	told bool // a list of secrets without it reached the program
}

// drawRemoval lets somebody do it while machines are updated, longer ago than a
// look at the secrets counts.
func (w *world) drawRemoval() {
	if _, ok := w.values["DATABASE_URL"]; !ok || w.seed%7 != 3 {
		return
	}
	w.hardRuns = 1
	class := []string{"lease-get", "lease-post", "read", "read"}[w.seed/7%4]
	w.add(&trouble{run: 1, class: class, nth: 2 + int(w.seed/28%6), what: "somebody removes the secret", do: func(w *world, _ string, _ *strike) {
		if stored, _ := w.app.SecretValue("DATABASE_URL"); stored != w.values["DATABASE_URL"] {
			return
		}
		w.removed["DATABASE_URL"], w.wasRemoved = &removal{run: w.proc.run}, true
		w.app.DeleteSecret("DATABASE_URL")
		_ = w.clk.Sleep(context.Background(), 12*time.Second)
	}})
}

// toldOfRemovals notes what a list of secrets says.
func (w *world) toldOfRemovals() {
	for name, gone := range w.removed {
		if _, there := w.app.SecretValue(name); !there {
			gone.told = true
		}
	}
}

// takesRemoved says whether an update takes the last copy of a value from a machine.
func (w *world) takesRemoved(config, body []byte) bool {
	for name := range w.removed {
		if _, there := w.app.SecretValue(name); !there && bytes.Contains(config, []byte(w.values[name])) && !bytes.Contains(body, []byte(w.values[name])) {
			return true
		}
	}
	return false
}

// checkRemoved: a run that was told of a removal ends with the value in the file,
// unless a person edited that meanwhile.
func (p *process) checkRemoved() {
	w := p.w
	for name, gone := range w.removed {
		switch v := w.values[name]; {
		case strings.Contains(w.file(), v):
			delete(w.removed, name) // it is as any other value again
		case gone.run == p.run && gone.told && strings.Contains(p.fileBefore, v) && !p.dead && !p.interrupted && w.edits == p.edits && !w.diskStruck():
			w.fail("promise 4: %s was removed by somebody, and is not in the file again", name)
		}
	}
}

func (w *world) diskStruck() bool {
	return slices.ContainsFunc(w.struck, func(s string) bool { return strings.Contains(s, "system call") })
}

// beforeTakingValues is beforeUpdate for what is a secret no more.
func (w *world) beforeTakingValues(req *http.Request, body []byte) string {
	m := w.app.Machine(machineOf(req.URL.Path))
	if m != nil && class(req) == "update" && w.takesRemoved(m.Config(), body) {
		return "promise 4: " + m.ID() + " lost a value that is no secret any more"
	}
	return ""
}
