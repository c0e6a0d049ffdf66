package commands

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// keepJournals is how many finished runs of an app are kept on record.
const keepJournals = 20

// journals is the folder of the records of all apps.
func (e *Env) journals() string { return journal.DefaultDir(e.Getenv, e.stateHome(), e.GOOS) }

// lock keeps other processes of this computer from changing the app, and tells
// of a run before this one that was cut off. It must be unlocked.
func (e *Env) lock(g *global, app, doing string) (unlock func(), err error) {
	unlock, err = journal.Lock(e.journals(), app, journal.Holder{PID: os.Getpid(), Since: e.Clock.Now(), Doing: doing})
	var held *journal.HeldError
	switch {
	case errors.As(err, &held):
		return nil, fmt.Errorf("%w; nothing was changed", err)
	case err != nil:
		return nil, &usageError{
			message: err.Error() + "; nothing was changed",
			hint: "apply records what it does in " + e.journals() + ", so that it can be undone; " +
				"set XDG_STATE_HOME to use another folder",
		}
	}
	if doing != "undo" {
		e.noteCutOff(g, app)
	}
	return unlock, nil
}

// histories are the runs of an app, oldest first. One that can't be read is told
// of, and is among them with the reason only: what it did is open.
func (e *Env) histories(g *global, app string) ([]apply.History, error) {
	paths, err := journal.List(e.journals(), app)
	if err != nil {
		return nil, fmt.Errorf("list the records of %s: %w", app, err)
	}
	var all []apply.History
	for _, path := range paths {
		h, err := apply.ReadHistory(path)
		if err != nil {
			e.note(g, "skipped: %v", err)
			all = append(all, apply.History{ID: h.ID, Unreadable: err})
			continue
		}
		// One without an entry was cut off before anything was done. Names that
		// differ in capitals, or behind what a folder's name can hold, share one.
		if h.Begun && h.App == app {
			all = append(all, h)
		}
	}
	return all, nil
}

// noteUnfinished tells what a plan should be read with in mind: a run that
// goes on in another process just now, or the last one that was cut off.
func (e *Env) noteUnfinished(g *global, app string) {
	if held := journal.Running(e.journals(), app); held != nil {
		e.note(g, "%v: this plan shows what is left right now.", held)
		return
	}
	e.noteCutOff(g, app)
}

// noteCutOff tells of the last run of the app when it has no end (it was killed,
// or lost its power), and of an undo that was stopped.
func (e *Env) noteCutOff(g *global, app string) {
	paths, err := journal.List(e.journals(), app)
	if err != nil || len(paths) == 0 {
		return // there is nothing to tell of; an apply will say why it can't write here
	}
	h, err := apply.ReadHistory(paths[len(paths)-1])
	// An undo that was stopped part-way has an end, and leaves the app between two
	// states all the same.
	partUndone := h.Undo != "" && (h.Outcome == apply.Halted || h.Outcome == apply.Stopped)
	if err != nil || h.Ended && !partUndone || h.App == "" {
		return
	}
	if h.Undo != "" {
		e.note(g, "The last undo of %s, started %s, was interrupted: %s. `fly-standards undo` finishes it.", app, when(h.At), howFar(h))
		return
	}
	undoes := ""
	if h.Left() { // a stored secret stays
		undoes = ", `fly-standards undo` undoes it"
	}
	e.note(g, "The last apply of %s, started %s, was interrupted: %s. `fly-standards apply` finishes it%s.", app, when(h.At), howFar(h), undoes)
}

// cutOffBefore are the applies that were cut off, or stopped part-way, right
// before a run.
func (e *Env) cutOffBefore(app, run string) (out []apply.History) {
	all, err := e.histories(&global{quiet: true}, app)
	if err != nil {
		return nil
	}
	for _, h := range slices.Backward(all) {
		switch {
		case h.ID == run:
		case h.Unreadable == nil && h.Undo == "" && (!h.Ended || h.Outcome == apply.Halted || h.Outcome == apply.Stopped):
			out = append(out, h)
		default:
			return out
		}
	}
	return out
}

func when(t time.Time) string { return clock.Minute(t) }

// howFar says what a run did, as far as its record tells.
func howFar(h apply.History) string {
	var parts []string
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, one)
		case n > 1:
			parts = append(parts, fmt.Sprintf(many, n))
		}
	}
	add(len(h.Secrets), "1 secret stored", "%d secrets stored")
	if h.File != nil && !h.File.Restored {
		parts = append(parts, h.Path+" written")
	}
	for _, o := range h.Others {
		if !o.Restored {
			parts = append(parts, path.Join(path.Dir(h.Path), o.File)+" written")
		}
	}
	done, open := 0, 0
	for _, m := range h.Machines {
		switch {
		case m.Back:
		case m.Version != "":
			done++
		default:
			open++
		}
	}
	add(done, "1 machine updated", "%d machines updated")
	add(open, "1 machine not confirmed", "%d machines not confirmed")
	add(len(h.Clones), "1 machine added", "%d machines added")
	add(len(h.Volumes), "1 volume updated", "%d volumes updated")
	if len(parts) == 0 {
		return "nothing was changed yet"
	}
	return strings.Join(parts, ", ")
}
