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
		out[i] = flytoml.Edit{Op: flytoml.Remove, Path: e.Path}
	}
	return out
}

// misplacedFloor says whether a floor for the service stands where flyctl
// doesn't read it, so that unknown-keys takes it to the service.
func misplacedFloor(t plan.Target, s service) bool {
	asks := func(n flytoml.Node) bool { v, _ := n.Int(); return v > 0 }
	for _, key := range []string{"scale", "scaling", "autoscaling"} {
		n, _ := t.File.Get(key)
		if floor, plain := scaleFloor(n); plain && n.Kind() == flytoml.Table && asks(floor) && len(fileServices(t.File)) == 1 {
			return true
		}
	}
	vms, _ := t.File.Get("vm")
	return slices.ContainsFunc(vms.Items(), func(vm flytoml.Node) bool {
		floor, _ := vm.Key("min_machines_running")
		of := servicesOfVM(t, vm)
		return asks(floor) && len(of) == 1 && of[0].Path == s.Path
	})
}

// scaleFloor is the floor of a [scale] or the like; plain is false when there
// are keys that mean neither a floor nor a ceiling.
func scaleFloor(n flytoml.Node) (floor flytoml.Node, plain bool) {
	floors := []string{"min_machines", "min_instances", "min_count", "min"}
	known := append([]string{"enabled", "max_machines", "max_instances", "max_count", "max"}, floors...)
	for _, key := range n.Keys() {
		if !slices.Contains(known, key) {
			return flytoml.Node{}, false
		}
		if slices.Contains(floors, key) {
			floor, _ = n.Key(key)
		}
	}
	return floor, true
}

// servicesOfVM are the services of the machines that a [[vm]] is for.
func servicesOfVM(t plan.Target, vm flytoml.Node) []service {
	var of []service
	for _, s := range fileServices(t.File) {
		if overlap(groupsOf(t.File, strs(vm, "processes")), groupsOf(t.File, s.Processes)) {
			of = append(of, s)
		}
	}
	return of
}

// misplacedCheck says whether a check of the service stands in a
// [services.checks], which flyctl doesn't read.
func misplacedCheck(t plan.Target, s service) bool {
	n, found := s.Node.Key("checks")
	if !found || s.HTTPService {
		return false
	}
	_, ok := belongsToChecks(t, n)
	return ok
}
