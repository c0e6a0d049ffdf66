package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// leftover is a key of the platform before machines. One that asks for
// nothing goes; one that asks for something goes with consent.
func leftover(n flytoml.Node, name string, f *plan.Finding) {
	f.Message, f.Severity = n.Path()+" is left over from the platform before machines; flyctl ignores it", plan.Info
	v, isInt := n.Int()
	on, isBool := n.Bool()
	f.Fix = &plan.Fix{Safety: plan.Safe, Edits: []flytoml.Edit{{Op: flytoml.Remove, Path: n.Path()}}}
	if isInt && v == 0 || isBool && !on || n.Kind() == flytoml.Array && len(n.Items()) == 0 {
		return
	}
	f.Fix.Safety, f.Fix.Why = plan.Review, noEffect
	switch name {
	case "restart_limit":
		f.Notes = append(f.Notes, "a failing check takes the machine out of routing and never restarts it; [[restart]] is about a process that exits")
	case "script_checks":
		f.Notes = append(f.Notes, "what it tested can be an HTTP check, or a machine check, which runs at deploy")
	}
}

// oneLeftover tells all leftovers with the same fate at once: there is one thing
// to decide about them. One with a comment of its own for this tool stays alone.
func oneLeftover(t plan.Target, found []plan.Finding) []plan.Finding {
	lines := strings.Split(string(t.File.Bytes()), "\n")
	first, count := map[plan.Safety]int{}, map[plan.Safety]int{}
	var out []plan.Finding
	for _, f := range found {
		if f.Fix == nil || !isLeftover(flyschema.Form(f.Key)) || f.Line > 0 && f.Line <= len(lines) && strings.Contains(lines[f.Line-1], "fly-standards:") {
			out = append(out, f)
			continue
		}
		safety := f.Fix.Safety
		if count[safety]++; count[safety] == 1 {
			first[safety], out = len(out), append(out, f)
			continue
		}
		all := &out[first[safety]]
		if len(all.Evidence) == 0 {
			all.Evidence = append(all.Evidence, plan.Evidence{File: t.File.Name(), Line: all.Line, Text: all.Key})
		}
		all.Evidence = append(all.Evidence, plan.Evidence{File: t.File.Name(), Line: f.Line, Text: f.Key})
		all.Fix.Edits = append(all.Fix.Edits, f.Fix.Edits...)
		for _, n := range f.Notes {
			if !slices.Contains(all.Notes, n) {
				all.Notes = append(all.Notes, n)
			}
		}
		all.Message = fmt.Sprintf("%d keys are left over from the platform before machines; flyctl ignores them", count[safety])
	}
	return out
}
