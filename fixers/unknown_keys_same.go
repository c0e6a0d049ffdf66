package fixers

import (
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// oneForEach looks for keys that belong to the same place. When they say the
// same, one goes there; when they differ, a person decides.
func oneForEach(t plan.Target, found []plan.Finding) {
	first := map[string]int{} // by the place that a key goes to
	for i := range found {
		e, moves := moved(found[i])
		if !moves {
			continue
		}
		j, twice := first[e.To]
		if !twice {
			first[e.To] = i
			continue
		}
		other := found[j].At.Key
		if o, open := moved(found[j]); open {
			other = o.Path
			a, _ := t.File.Get(e.Path)
			b, _ := t.File.Get(o.Path)
			if a.Raw() == b.Raw() {
				found[i].Fix.Edits = withoutMove(found[i].Fix.Edits)
				found[i].Notes = append(found[i].Notes, other+" says the same, and goes there")
				continue
			}
		}
		for _, k := range []int{i, j} {
			found[k].Fix = nil
			found[k].Notes = append(found[k].Notes, fmt.Sprintf("%s and %s differ, and there is one %s only: choose one", other, e.Path, e.To))
		}
	}
}

func moved(f plan.Finding) (flytoml.Edit, bool) {
	if f.Fix == nil {
		return flytoml.Edit{}, false
	}
	i := slices.IndexFunc(f.Fix.Edits, func(e flytoml.Edit) bool { return e.Op == flytoml.Move })
	if i < 0 {
		return flytoml.Edit{}, false
	}
	return f.Fix.Edits[i], true
}

// withoutMove takes away what would have been moved; the table that goes too
// takes it along.
func withoutMove(edits []flytoml.Edit) []flytoml.Edit {
	out := slices.Clone(edits)
	for i, e := range out {
		if e.Op != flytoml.Move {
			continue
		}
		if len(out) > 1 {
			return slices.Delete(out, i, i+1)
		}
		out[i] = removal(e.Path)
	}
	return out
}
