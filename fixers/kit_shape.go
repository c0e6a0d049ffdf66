package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// inShape are the edits as they are to be made where config-shape changes the
// form of a table that they are about: after that, in what it becomes. The edit
// that changes the form is the same as config-shape's, so that it counts once.
func inShape(c *deployed.Config, edits []flytoml.Edit) []flytoml.Edit {
	var shapes []flytoml.Edit
	var used []flytoml.Edit
	out := append([]flytoml.Edit(nil), edits...)
	for _, note := range c.Notes {
		if note.Repair == nil || !note.Repair.Sure || len(note.Repair.Edits) != 1 {
			continue
		}
		shape := note.Repair.Edits[0]
		switch shape.Op {
		case flytoml.ArrayOf, flytoml.TableOf, flytoml.Nameless:
		default:
			continue
		}
		for _, outer := range shapes {
			shape.Path = reshaped(c, outer, shape.Path)
		}
		shapes = append(shapes, shape)
		inside := false
		for i, e := range out {
			if path := reshaped(c, shape, e.Path); path != e.Path {
				out[i].Path, inside = path, true
			}
		}
		if inside {
			used = append(used, shape)
		}
	}
	return append(used, out...)
}

// reshaped is where something is that stood at path, when the edit has changed
// the form of the table around it.
func reshaped(c *deployed.Config, shape flytoml.Edit, path string) string {
	switch rest, inside := strings.CutPrefix(path, shape.Path); {
	case !inside || rest == "":
		return path
	case shape.Op == flytoml.ArrayOf && rest[0] == '.':
		return shape.Path + "[0]" + rest
	case shape.Op == flytoml.TableOf && strings.HasPrefix(rest, "[0]"):
		return shape.Path + strings.TrimPrefix(rest, "[0]")
	case shape.Op == flytoml.Nameless && rest[0] == '.':
		n, _ := c.File().Get(shape.Path)
		for i, name := range n.Keys() {
			key := flytoml.Join(shape.Path, name)
			if below, ok := strings.CutPrefix(path, key); ok && (below == "" || below[0] == '.' || below[0] == '[') {
				return fmt.Sprintf("%s[%d]%s", shape.Path, i, below)
			}
		}
	}
	return path
}

// readable are the edits with the repairs of what flyctl would refuse after
// them; nil where only the author can mend that.
func readable(f *flytoml.File, edits ...flytoml.Edit) []flytoml.Edit {
	after, err := f.Apply(edits...)
	if err != nil {
		return nil
	}
	refused, c := deployed.Read(f).Refusals(), deployed.Read(after)
	for _, r := range c.Refusals() {
		same := func(o deployed.Refusal) bool { return o.Kind == r.Kind && o.Node.Path() == r.Node.Path() }
		if slices.ContainsFunc(refused, same) {
			continue
		}
		if r.Repair == nil {
			return nil
		}
		edits = append(edits, inShape(c, r.Repair.Edits)...)
	}
	after, err = f.Apply(edits...)
	if err != nil || len(deployed.Read(after).Refusals()) > len(refused) {
		return nil
	}
	return edits
}
