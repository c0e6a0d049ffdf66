package fixers

import (
	"slices"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// inNamed says whether config-shape makes entries of an array of the tables
// beside n, so that the name of n goes.
func inNamed(t plan.Target, n flytoml.Node) bool {
	return slices.ContainsFunc(t.Deployed().Notes, func(note deployed.Refusal) bool {
		return note.Repair != nil && note.Repair.Edits[0].Op == flytoml.Nameless && note.Node.Path() == parentPath(n)
	})
}

// namedEntry says whether n is an entry of an array of tables under a name, as
// [services.web]: flyctl reads one empty service there.
func namedEntry(t plan.Target, n flytoml.Node) bool {
	parent, _ := t.File.Get(parentPath(n))
	key, _ := flyschema.Root().Find(schemaPath(parent.Path()))
	if n.Kind() != flytoml.Table || parent.Kind() != flytoml.Table || key == nil || key.Kind != flyschema.Tables {
		return false
	}
	return !slices.ContainsFunc(parent.Keys(), func(name string) bool {
		child, _ := parent.Key(name)
		return child.Kind() != flytoml.Table || key.Fields[name] != nil || !fieldsOf(key, child)
	})
}

func entry(t plan.Target, n flytoml.Node, f *plan.Finding) {
	parent := parentPath(n)
	f.Message = "entries of " + parent + " have no names; [" + n.Path() + "] must be [[" + parent + "]]"
	edit := flytoml.Edit{Op: flytoml.Nameless, Path: parent}
	refused := slices.ContainsFunc(t.Deployed().Notes, func(note deployed.Refusal) bool { return note.Node.Path() == parent })
	if _, err := t.File.Apply(edit); err != nil || refused {
		return
	}
	f.First = true
	f.Fix = &plan.Fix{
		Safety: plan.Review, Why: takesEffect, Costs: parent == "vm" || parent == "mounts",
		Edits: []flytoml.Edit{edit},
	}
}
