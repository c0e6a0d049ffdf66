package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// afterwards is what only a person can do, also for what an apply before this
// one did that was cut off, and whose end nobody saw.
func afterwards(p *plan.Plan, r apply.Report, earlier []apply.History) []string {
	var out []string
	own := len(storedSecrets(r)) > 0
	r = withEarlier(r, earlier)
	if i := slices.IndexFunc(p.Findings, func(f plan.Outcome) bool { return f.BrokenNow() && f.Outcome != plan.Ignored }); i >= 0 && r.Undo == "" {
		text := "Still broken: " + p.Findings[i].Message + "."
		if how := p.Findings[i].HowTo; how != "" {
			text += " Run `" + how + "`."
		}
		out = append(out, text)
	}
	for _, m := range r.Machines {
		if m.State == apply.Unhealthy || m.State == apply.Restored && m.Unhealthy {
			out = append(out, fmt.Sprintf("Machine %s is still not healthy: `fly logs -i %s` shows what the app says, `fly machine restart %s` restarts it.", m.ID, m.ID, m.ID))
			break // the states name the others
		}
	}
	if r.Outcome == apply.Stopped || r.Outcome == apply.Halted && r.Changed() {
		goesOn := "`fly-standards apply` finishes it: it makes a new plan of what is left."
		if r.Undo != "" {
			goesOn = "`fly-standards undo` finishes it."
		}
		out = append(out, goesOn)
	}
	switch {
	case r.File.State != apply.Done:
	case r.Undo != "":
		out = append(out, "If "+p.File.Path+" was committed since the apply, commit and push it again, or the next CI deploy makes the changes again.")
	default:
		out = append(out, "Commit and push "+p.File.Path+", or the next CI deploy reverts it.")
	}
	if r.File.State == apply.Done && r.Undo == "" {
		out = append(out, wishes(p)...)
	}
	var others []string
	for _, f := range r.Others {
		if f.State == apply.Done && r.Undo == "" {
			others = append(others, (&human{plan: p}).beside(f.Path))
		}
	}
	if len(others) > 0 {
		out = append(out, "Commit and push "+list(others)+".")
	}
	out = append(out, secretsNext(r, own)...)
	if p.Offline != "" && r.Outcome == apply.Complete {
		text := "The app was not touched: " + p.Offline.String() + "."
		if held := heldForLive(p); held != "" {
			text += " " + held + " held until it can be read."
		}
		out = append(out, text)
	}
	if r.Outcome == apply.Complete && r.Partly {
		out = append(out, "`fly-standards undo` undoes the rest, once nothing blocks it.")
	}
	if len(out) > 0 && r.Journal != "" && (r.Outcome == apply.Stopped || r.Outcome == apply.PutBack) {
		out = append(out, "The record of this apply is "+r.Journal+".")
	}
	return out
}

// secretsNext is what is left to do about the secrets that were stored. How those of
// an earlier apply do by now nobody has looked: own says that this one stored some.
func secretsNext(r apply.Report, own bool) []string {
	stored := storedSecrets(r)
	if len(stored) == 0 {
		return nil
	}
	values, them, stay := "value", "it", "The secret stays set: it was stored with the value that the file had."
	if len(stored) > 1 {
		values, them, stay = "values", "them", "The secrets stay set: they were stored with the values that the file had."
	}
	rotate := "Rotate " + list(stored) + ": git history keeps the old " + values + "."
	updated := slices.ContainsFunc(r.Machines, func(m apply.MachineResult) bool { return m.State == apply.Done })
	switch {
	case !own:
		return []string{rotate}
	case complete(r) && updated:
		return []string{rotate, "`fly secrets list` shows " + them + " as Staged until the next deploy; the machines that were updated have " + them + " already."}
	case complete(r):
		return []string{rotate, "`fly secrets list` shows " + them + " as Staged; machines see " + them + " when they start or deploy next."}
	}
	return []string{rotate, stay}
}

// withEarlier is a report with what is done of the applies before it.
func withEarlier(r apply.Report, earlier []apply.History) apply.Report {
	for _, h := range earlier {
		if h.File != nil && !h.File.Restored && r.File.State != apply.Restored {
			r.File.State = apply.Done
		}
		for _, o := range h.Others {
			if !o.Restored && !slices.ContainsFunc(r.Others, func(f apply.FileResult) bool { return f.Path == o.File }) {
				r.Others = append(slices.Clone(r.Others), apply.FileResult{Path: o.File, State: apply.Done})
			}
		}
		for _, name := range slices.Sorted(maps.Keys(h.Digests)) {
			if !slices.Contains(storedSecrets(r), name) {
				r.Secrets = append(slices.Clone(r.Secrets), apply.SecretResult{Name: name, State: apply.Done})
			}
		}
	}
	return r
}

// complete says whether all was done that can be done.
func complete(r apply.Report) bool {
	return r.Outcome == apply.Complete || r.Outcome == apply.WithoutCheck
}

// wishes are what fly.toml said of the author's wishes, and says no more.
func wishes(p *plan.Plan) []string {
	var out []string
	for _, f := range p.Findings {
		if f.Settings == "" || f.Outcome != plan.Planned {
			continue
		}
		text := "To keep what fly.toml no longer says, write in .fly-standards.toml: " + f.Settings
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

func storedSecrets(r apply.Report) []string {
	var names []string
	for _, s := range r.Secrets {
		if s.State == apply.Done {
			names = append(names, s.Name)
		}
	}
	return names
}

func heldForLive(p *plan.Plan) string {
	n, secrets := 0, 0
	for _, f := range p.Findings {
		if f.HeldFor == plan.HeldOffline {
			n++
			if strings.HasPrefix(f.Key, "env.") {
				secrets++
			}
		}
	}
	switch n {
	case 0:
		return ""
	case secrets:
		return count(n, "secret")
	}
	return count(n, "finding")
}
