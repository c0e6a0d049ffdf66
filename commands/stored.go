package commands

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/plan"
)

// secretsReach is after how long a stored secret is on every host for sure.
const secretsReach = 10 * time.Minute

// underWay is what earlier runs of this computer asked for, or may have, so short
// a time ago that not all of it need be there: secrets of which not every host
// need know, and machines that Fly may create yet.
func (e *Env) underWay(app string) (secrets bool, machines []apply.PastClone) {
	paths, err := journal.List(e.journals(), app)
	if err != nil {
		return false, nil
	}
	now := e.Clock.Now()
	for _, path := range paths {
		h, err := apply.ReadHistory(path)
		if err != nil || h.App != app {
			continue
		}
		secrets = secrets || len(h.Secrets) > 0 && now.Sub(h.At) < secretsReach
		for _, c := range h.Clones {
			if c.Open(now) {
				machines = append(machines, c)
			}
		}
	}
	return secrets, machines
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
	goesOn := journal.Running(e.journals(), t.App.Name) != nil
	t.Stored = map[string]string{}
	for _, path := range paths {
		h, err := apply.ReadHistory(path)
		if err != nil || h.App != t.App.Name {
			continue
		}
		if h.Ended || !goesOn {
			runs = append(runs, h)
		}
		maps.Copy(t.Stored, h.Digests)
		t.Tried = append(slices.Clone(h.Tried), t.Tried...) // newest first
	}
	for _, h := range runs {
		surplus = append(surplus, surplusOf(h, runs, t.App.Machines)...)
	}
	slices.Sort(surplus)
	t.Left, t.App = undo.Left(runs, t.App)
	return slices.Compact(surplus) // two runs may have asked for one machine
}

// surplusOf tells of the machines of a run that nobody wants any more, and pays
// for: the second one for one request, and what is there though the run was undone.
func surplusOf(h apply.History, runs []apply.History, machines []live.Machine) (notes []string) {
	for _, c := range h.Clones {
		for _, m := range c.Surplus(machines) {
			notes = append(notes, fmt.Sprintf("Machine %s in %s is a second one: the apply of %s requested one and got two. `fly machine destroy %s -a %s` removes it, `fly-standards undo %s` both.",
				m.ID, m.Region, when(h.At), m.ID, h.App, h.ID))
		}
		wanted := func(r apply.History) bool { // by a run that nobody undid
			return r.Undo == "" && !undoBegan(runs, r.ID) && slices.ContainsFunc(r.Clones, func(o apply.PastClone) bool { return o.Marker == c.Marker })
		}
		if ours, _ := c.Added(machines); len(ours) > 0 && !slices.ContainsFunc(runs, wanted) {
			m, by := ours[0], "fly-standards undo "+h.ID
			if apply.Missed(m, machines) != "" {
				continue // the undo keeps it for now, and said why
			}
			if undone(runs, h.ID) {
				by = "fly machine destroy " + m.ID + " -a " + h.App
			}
			notes = append(notes, fmt.Sprintf("Machine %s in %s still exists, though the apply of %s that requested it was undone. `%s` removes it.", m.ID, m.Region, when(h.At), by))
		}
	}
	return notes
}

// undoBegan says whether an undo of a run came to an end, perhaps without all of it.
func undoBegan(runs []apply.History, id string) bool {
	return slices.ContainsFunc(runs, func(r apply.History) bool { return r.Undo == id && r.Outcome == apply.Complete })
}

// noteAll says each of the notes.
func (e *Env) noteAll(g *global, notes []string) {
	for _, n := range notes {
		e.note(g, "%s", n)
	}
}
