package commands

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/plan"
)

// secretsReach is after how long a stored secret is on every host for sure.
const secretsReach = 10 * time.Minute

// storedLately says whether a run of this computer stored secrets of the app,
// or may have, so short a time ago that not every host need have them.
func (e *Env) storedLately(app string) bool {
	paths, err := journal.List(e.journals(), app)
	if err != nil {
		return false
	}
	for _, path := range paths {
		h, err := apply.ReadHistory(path)
		if err == nil && h.App == app && len(h.Secrets) > 0 && e.Clock.Now().Sub(h.At) < secretsReach {
			return true
		}
	}
	return false
}

// recall adds to a target what the records of earlier runs on this computer
// tell about the app: the secrets that they stored, by their digests, the checks
// that did not pass, and what they left on machines that are sick of it. A record
// that can't be read tells nothing: then a person is asked once more. surplus
// tells of machines that cost twice.
func (e *Env) recall(t *plan.Target) (surplus []string) {
	paths, err := journal.List(e.journals(), t.App.Name)
	if err != nil {
		return nil
	}
	var runs []apply.History
	t.Stored = map[string]string{}
	for _, path := range paths {
		h, err := apply.ReadHistory(path)
		if err != nil || h.App != t.App.Name {
			continue
		}
		runs = append(runs, h)
		maps.Copy(t.Stored, h.Digests)
		t.Tried = append(slices.Clone(h.Tried), t.Tried...) // newest first
		for _, c := range h.Clones {
			for _, m := range c.Surplus(t.App.Machines) {
				surplus = append(surplus, fmt.Sprintf("Machine %s in %s is a second one: the apply of %s requested one and got two. `fly machine destroy %s -a %s` removes it, `fly-standards undo %s` both.",
					m.ID, m.Region, when(h.At), m.ID, h.App, h.ID))
			}
		}
	}
	t.Left, t.App = undo.Left(runs, t.App)
	return surplus
}

// noteAll says each of the notes.
func (e *Env) noteAll(g *global, notes []string) {
	for _, n := range notes {
		e.note(g, "%s", n)
	}
}
