package commands

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

func (e *Env) say(format string, args ...any) error {
	_, err := fmt.Fprintln(e.Stdout, view.Clean(fmt.Sprintf(format, args...)))
	return err
}

func (*undoOptions) view(env *Env, g *global, s *source, u *undo.Undo) view.Options {
	return view.Options{Width: env.width(), Color: env.color(env.StdoutTTY, g.noColor), Verbose: g.verbose, On: s.commands(env, u.Plan)}
}

// preview shows what goes back before it is asked for; beside JSON, which is
// one object at the end, only where somebody has to answer.
func (o *undoOptions) preview(env *Env, g *global, s *source, u *undo.Undo) error {
	if o.format.format != "json" {
		return unseen(view.Undo(env.Stdout, u, o.view(env, g, s, u)))
	}
	// The words above hold no value. The steps do, so they are looked at before
	// anything is done.
	if err := safeToKeep(u.Plan, s.mask); err != nil {
		return err
	}
	if o.yes || !u.Plan.Changes() {
		return nil
	}
	aside := *env
	aside.Stdout, aside.StdoutTTY = env.Stderr, env.StderrTTY
	return view.Undo(aside.Stdout, u, o.view(&aside, g, s, u))
}

func (o *undoOptions) finish(env *Env, g *global, s *source, u *undo.Undo, r apply.Report, failed error) error {
	r.File.Path = filepath.ToSlash(r.File.Path)
	if o.format.format == "json" {
		return view.UndoJSON(env.Stdout, u, r, "", failed)
	}
	return view.Result(env.Stdout, u.Plan, r, o.view(env, g, s, u))
}

// nothing ends an undo that has nothing to do.
func (o *undoOptions) nothing(env *Env, g *global, u *undo.Undo, why string) error {
	why = g.on.Complete(why)
	if o.format.format == "json" {
		return view.UndoJSON(env.Stdout, u, noReport(u), why, nil)
	}
	return env.say("Nothing to undo: %s.", why)
}

func noReport(u *undo.Undo) apply.Report {
	r := apply.Nothing(u.Plan)
	r.Undo, r.Partly = u.Of.ID, u.Partly
	return r
}

// Runs are the applies and undos of an app that are on record on this computer.
type Runs struct {
	SchemaVersion int    `json:"schema_version"`
	App           string `json:"app"`
	Runs          []Run  `json:"runs"` // the newest first
}

// Run is one apply or undo on record.
type Run struct {
	ID        string        `json:"id"`
	At        *time.Time    `json:"at,omitempty"`
	Undo      string        `json:"undo,omitempty"` // the apply that it undid; an apply has none
	Ended     bool          `json:"ended"`          // false: it was interrupted, or is still running
	Outcome   apply.Outcome `json:"outcome,omitempty"`
	TakenBack bool          `json:"taken_back"`      // an apply that was undone
	Did       string        `json:"did,omitempty"`   // in words
	Error     string        `json:"error,omitempty"` // why the record can't be read
}

// listRuns prints a line for each run, or one object of them, the newest first.
func listRuns(env *Env, format, app string, all []apply.History) error {
	runs := []Run{}
	for i := len(all) - 1; i >= 0; i-- {
		h := all[i]
		run := Run{ID: h.ID}
		if h.Unreadable != nil {
			run.Error = h.Unreadable.Error()
		} else {
			run = Run{h.ID, &h.At, h.Undo, h.Ended, h.Outcome, h.Undo == "" && undone(all, h.ID), howFar(h), ""}
		}
		runs = append(runs, run)
	}
	if format == "json" {
		return writeJSON(env, Runs{plan.SchemaVersion, app, runs})
	}
	if len(runs) == 0 {
		return env.say("No apply of %s is on record on this computer.", app)
	}
	longest := 0
	for _, run := range runs {
		longest = max(longest, len(run.ID))
	}
	for _, run := range runs {
		run.ID = fmt.Sprintf("%-*s", longest, run.ID)
		lead, rest := run.words()
		if env.StdoutTTY {
			rest = twoColumns(lead, "  ", rest, env.width())
		} else {
			rest = lead + "  " + rest
		}
		if _, err := fmt.Fprintln(env.Stdout, rest); err != nil {
			return err
		}
	}
	return nil
}

// words are when a run was, and what it was and did.
func (r Run) words() (at, did string) {
	if r.Error != "" {
		return r.ID, "can't be read"
	}
	what, state := "apply", outcomeWord(r.Outcome)
	if r.Undo != "" {
		what = "undo of " + r.Undo
	}
	switch {
	case !r.Ended:
		state = "interrupted"
	case r.TakenBack:
		state = "undone"
	}
	return r.ID + "  " + when(*r.At), view.Clean(what + ", " + state + ": " + r.Did)
}

// outcomeWord is how a run ended, in the words of its last lines.
func outcomeWord(o apply.Outcome) string {
	switch o {
	case apply.Complete:
		return "done"
	case apply.WithoutCheck:
		return "done without the new check"
	case apply.PutBack:
		return "rolled back"
	case apply.Stopped:
		return "stopped part-way"
	}
	return string(o)
}
