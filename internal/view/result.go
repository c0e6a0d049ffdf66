package view

import (
	"io"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// ResultJSON writes what became of a plan: the plan's own object, with
// `result` and, when it failed, `error` beside its fields.
func ResultJSON(w io.Writer, p *plan.Plan, r apply.Report, failed error) error {
	doc := struct {
		*plan.Plan
		Result apply.Report `json:"result"`
		Error  string       `json:"error,omitempty"`
	}{Plan: p, Result: r}
	if failed != nil {
		doc.Error = failed.Error()
	}
	return encode(w, doc)
}

// Result writes what an apply did and what is left for a person.
func Result(w io.Writer, p *plan.Plan, r apply.Report, o Options) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, minWidth)
	h := &human{Options: o, Style: Style{o.Color}, plan: p}
	switch {
	case r.Outcome == apply.NothingToDo && len(o.Earlier) > 0:
		h.titled("Next steps", afterwards(p, r, o.Earlier))
		_, err := w.Write(h.buf.Bytes())
		return err
	case r.Outcome == apply.NothingToDo, r.Outcome == apply.Refused:
		return nil // the plan, or the error, has said it
	case r.Outcome == apply.Complete && r.Partly:
		h.line(h.yellow(h.bold("Undone in part.")))
	case r.Outcome == apply.Complete && r.Undo != "":
		h.line(h.green(h.bold("Undone.")))
	case r.Outcome == apply.Complete:
		h.line(h.green(h.bold("Done.")))
	case r.Outcome == apply.WithoutCheck:
		h.line(h.yellow(h.bold("Done, without the new health check.")))
	case r.Outcome == apply.PutBack:
		h.line(h.yellow(h.bold("Rolled back.")))
	case r.Outcome == apply.Halted && !r.Changed():
		h.line(h.yellow(h.bold("Interrupted. Nothing is changed.")))
	default:
		h.line(h.yellow(h.bold("Stopped part-way.")))
	}
	h.states(r)
	h.accepted(r)
	h.titled("Next steps", afterwards(p, r, o.Earlier))
	if wayBack(r) {
		h.line()
		h.line("To undo: ", h.bold(h.say("fly-standards undo"+o.On.Same)))
	}
	_, err := w.Write(h.buf.Bytes())
	return err
}

// wayBack says whether there is something that an undo could take back.
func wayBack(r apply.Report) bool {
	done := r.File.State == apply.Done || slices.ContainsFunc(r.Others, func(f apply.FileResult) bool { return f.State == apply.Done }) || len(r.Clones) > 0 ||
		slices.ContainsFunc(r.Machines, func(m apply.MachineResult) bool { return m.State == apply.Done })
	return r.Undo == "" && done && r.Outcome != apply.PutBack
}

// interrupted is a reason that whoever pressed Ctrl-C knows.
const interrupted = "interrupted"

// states are one line for each thing, by what became of it.
func (h *human) states(r apply.Report) {
	var order []apply.State
	by := map[apply.State][]string{}
	add := func(s apply.State, text string) {
		if _, ok := by[s]; !ok {
			order = append(order, s)
		}
		by[s] = append(by[s], text)
	}
	for _, s := range r.Secrets {
		add(s.State, s.Name)
	}
	var texts []string
	for _, s := range order {
		texts = append(texts, list(by[s])+" "+secretState(s))
	}
	h.total("secrets", texts...)
	if r.File.Path != "" && r.File.State != "" && changesFile(h.plan) {
		h.total("file", r.File.Path+" "+fileState(r.File.State, done(r, "edited")))
	}
	for _, f := range r.Others {
		h.total("file", h.beside(f.Path)+" "+h.otherState(r, f))
	}
	order, by, texts = nil, map[apply.State][]string{}, nil
	for _, m := range r.Machines {
		add(m.State, m.ID)
	}
	for _, s := range order {
		texts = append(texts, machinesState(by[s], s, done(r, "updated")))
	}
	for _, m := range r.Machines {
		// Of one that is as before, the error tells what was wrong.
		why := strings.TrimPrefix(m.Why, "state unknown: ") // the line above says so
		if why != "" && why != interrupted && (m.State != apply.Restored || m.Unhealthy) {
			texts = append(texts, "machine "+m.ID+": "+why)
		}
	}
	h.total("app", texts...)
	for _, c := range r.Clones {
		name := c.Machine
		if name == "" {
			name = "a copy of " + c.Source
		}
		text := name + " in " + c.Region + " " + stateWord(c.State, "added")
		if c.Why != "" {
			text += ": " + c.Why
		}
		h.total("added", text)
	}
	for _, v := range r.Volumes {
		text := v.ID + " in " + v.Region + " " + stateWord(v.State, "updated")
		if v.Why != "" {
			text += ": " + v.Why
		}
		h.total("volume", text)
	}
	if len(r.LeasesLeft) > 0 {
		h.total("leases", "of "+list(r.LeasesLeft)+" could not be released; they end within seconds")
	}
}

// otherState is what became of another file, which may not have been there before.
func (h *human) otherState(r apply.Report, f apply.FileResult) string {
	word := done(r, "edited")
	for _, s := range h.plan.Steps {
		if s.Kind != plan.StepOtherFile || s.OtherFile.File != f.Path {
			continue
		}
		switch _, did := otherWords(s.OtherFile); {
		case did == "created" && f.State == apply.Restored:
			return "removed again"
		case did != "edited":
			word = did
		}
	}
	return fileState(f.State, word)
}

func fileState(s apply.State, done string) string {
	if s == apply.NotSure {
		return "may or may not be edited: look at it"
	}
	return stateWord(s, done)
}

func changesFile(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Kind == plan.StepFile })
}

func secretState(s apply.State) string {
	if s == apply.NotSure {
		return "may or may not be stored: Fly did not answer, so the value stays in the file"
	}
	return stateWord(s, "stored")
}

// done is the word for what was done: an undo has its own.
func done(r apply.Report, word string) string {
	if r.Undo != "" {
		return "undone"
	}
	return word
}

func machinesState(ids []string, s apply.State, done string) string {
	told := s == apply.Unhealthy || s == apply.NotSure // each of these is somebody's business
	if s == apply.Done && len(ids) > 3 || len(ids) > maxNamed && !told {
		return count(len(ids), "machine") + " " + stateWord(s, done)
	}
	noun := "machine "
	if len(ids) > 1 {
		noun = "machines "
	}
	return noun + list(ids) + " " + stateWord(s, done)
}

func stateWord(s apply.State, done string) string {
	switch s {
	case apply.Done:
		return done
	case apply.AsWanted:
		return "already up to date"
	case apply.Left:
		return "left to the next deploy (--no-restart)"
	case apply.NotReached:
		return "untouched"
	case apply.Restored:
		return "restored"
	case apply.Unhealthy:
		return "not healthy"
	case apply.NotSure:
		return "state unknown: look with `fly status`"
	case apply.Theirs:
		return "changed by someone else meanwhile"
	case apply.Destroyed:
		return "destroyed again"
	default:
		return string(s)
	}
}
