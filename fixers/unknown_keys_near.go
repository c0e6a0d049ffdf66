package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// nearMiss looks for the one known key beside it that is spelled almost so. Of the
// keys to which another rule gives a value of its own, a person decides.
func nearMiss(t plan.Target, n flytoml.Node, form string, f *plan.Finding) {
	parent, name, _ := cutLast(form)
	var near []string
	for _, known := range flyschema.Children(parent) {
		if spelledAlmost(name, known) {
			near = append(near, known)
		}
	}
	if len(near) != 1 {
		return
	}
	f.Message += fmt.Sprintf("; did you mean %s?", near[0])
	path := sibling(n, near[0])
	if n.Kind() == flytoml.Table || n.Kind() == flytoml.ArrayTables {
		renameTable(t, n, path, f)
		return
	}
	typed, _ := flyschema.Root().Find(schemaPath(path))
	rule, e := writtenBy(t, path)
	if typed == nil || !holds(typed, n, "") || rule == "primary-region" && e.Value != n.Raw() {
		if _, taken := t.File.Get(path); taken {
			f.Notes = append(f.Notes, path+" is in the file too, and only that one takes effect")
		}
		return
	}
	moveFix(t, n, path, takesEffect, f)
	least, _ := n.Int()
	f.Fix.Costs = (slices.Contains(priced, near[0]) || near[0] == "min_machines_running" && least > 0) && f.Fix.Edits[0].Op == flytoml.Move
}

// renameTable gives a table the name by which flyctl knows it.
func renameTable(t plan.Target, n flytoml.Node, to string, f *plan.Finding) {
	if t.Deployed().Get(to).Said() {
		f.Notes = append(f.Notes, to+" is in the file too, and only that one takes effect")
		return
	}
	lost(t, to, f)
	edits := readable(t.File, flytoml.Edit{Op: flytoml.Move, Path: n.Path(), To: to})
	if edits == nil {
		return
	}
	f.First = true
	f.Fix = &plan.Fix{
		Safety: plan.Review, Why: takesEffect, Costs: pricey(n, to), Edits: edits,
	}
}

// lost says what the app does without a table whose name flyctl does not know.
func lost(t plan.Target, to string, f *plan.Finding) {
	switch {
	case to == "mounts":
		f.Severity = plan.Error
		f.Message += "; the machines get no volume, and what they write is lost at every deploy"
	case (to == "http_service" || to == "services") && len(t.Deployed().Services()) == 0:
		f.Severity = plan.Error
		f.Message += "; the next deploy leaves the app without a service, and nobody reaches it"
	}
}

// pricey says whether a table that takes effect may make the app dearer.
func pricey(n flytoml.Node, to string) bool {
	floor, _ := n.Key("min_machines_running")
	least, _ := floor.Int()
	return to == "vm" || to == "mounts" || least > 0
}

// priced are the keys that make machines, or volumes, larger.
var priced = []string{
	"size", "memory", "memory_mb", "cpus", "cpu_kind", "gpus", "gpu_kind",
	"initial_size", "auto_extend_size_threshold", "auto_extend_size_increment", "auto_extend_size_limit",
}

// sibling is the path of another key in the table of n.
func sibling(n flytoml.Node, name string) string {
	segments, err := flytoml.ParsePath(n.Path())
	if err != nil || len(segments) == 0 {
		return name
	}
	last := flytoml.Join("", segments[len(segments)-1].Key)
	return strings.TrimSuffix(n.Path(), last) + name
}
