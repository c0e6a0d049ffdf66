package fixers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// misplacedFloor says whether a floor for the service stands where flyctl
// doesn't read it, so that unknown-keys takes it to the service.
func misplacedFloor(t plan.Target, s service) bool {
	asks := func(n flytoml.Node) bool { v, _ := n.Int(); return v > 0 }
	for _, key := range []string{"scale", "scaling", "autoscaling"} {
		n, _ := t.File.Get(key)
		if floor, plain := scaleFloor(n); plain && n.Kind() == flytoml.Table && asks(floor) && len(services(t.File)) == 1 {
			return true
		}
	}
	if slices.ContainsFunc(unknown(t.File), func(n flytoml.Node) bool {
		name := lastKey(n)
		return parentPath(n) == s.Path && asks(n) && (spelledAlmost(name, "min_machines_running") || bare(name) == "minmachines")
	}) {
		return true
	}
	vms, _ := t.File.Get("vm")
	return slices.ContainsFunc(vms.Items(), func(vm flytoml.Node) bool {
		floor, _ := vm.Key("min_machines_running")
		of := servicesOfVM(t, vm)
		return asks(floor) && len(of) == 1 && of[0].Path == s.Path
	})
}

// misplacedTable says whether a table of this name stands where flyctl doesn't
// read it, so that unknown-keys speaks of it, and none is to be put beside it.
func misplacedTable(f *flytoml.File, name string) bool {
	return slices.ContainsFunc(unknown(f), func(n flytoml.Node) bool {
		return bare(lastKey(n)) == name && (n.Kind() == flytoml.Table || n.Kind() == flytoml.ArrayTables)
	})
}

// misplacedStrategy says whether a deploy strategy stands where flyctl doesn't
// read it, or under another name, so that unknown-keys takes it to [deploy].
func misplacedStrategy(f *flytoml.File) bool {
	key, _ := flyschema.Root().Find(strategyKey)
	return slices.ContainsFunc(unknown(f), func(n flytoml.Node) bool {
		said := texts(n.Value())
		return len(said) == 1 && slices.Contains(key.Words, said[0]) && (spelledAlmost(lastKey(n), "strategy") || bare(lastKey(n)) == "strategies")
	})
}

// texts are the strings in a value.
func texts(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = append(out, texts(e)...)
		}
	case map[string]any:
		for _, e := range v { // the caller sorts
			out = append(out, texts(e)...)
		}
	}
	return out
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
	processes, _ := t.Deployed().Meant().Get(vm.Path()).Key("processes").Strs()
	for _, s := range services(t.File) {
		if overlap(groupsServed(t.File, processes), groupsServed(t.File, s.Processes)) {
			of = append(of, s)
		}
	}
	return of
}

// parentPath is the path of the table that n stands in.
func parentPath(n flytoml.Node) string {
	segments, err := flytoml.ParsePath(n.Path())
	if err != nil || len(segments) < 2 {
		return ""
	}
	path := ""
	for _, s := range segments[:len(segments)-1] {
		if s.Index >= 0 {
			path += "[" + strconv.Itoa(s.Index) + "]"
			continue
		}
		path = flytoml.Join(path, s.Key)
	}
	return path
}

// isLeftover says whether a form is one of the platform before machines.
func isLeftover(form string) bool {
	_, name, _ := cutLast(form)
	return name == "restart_limit" || name == "script_checks" || form == "experimental.allowed_public_ports" || form == "experimental.private_network"
}

func cutLast(form string) (parent, name string, nested bool) {
	i := strings.LastIndexByte(form, '.')
	if i < 0 {
		return "", form, false
	}
	return form[:i], form[i+1:], true
}
