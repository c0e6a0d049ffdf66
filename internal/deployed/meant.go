package deployed

import (
	"errors"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Meant is the file as its author means it: what flyctl refuses, but has one
// reading where it stands ("8080" for a number, "web" for a list of groups), is
// read so. Paths are those of the file; columns may differ, so a place is to be
// looked up in the file by its path. Nothing that is still mistyped may be
// written over.
func (c *Config) Meant() *Config {
	type meaning struct{}
	return c.file.Derive(meaning{}, func() any {
		var edits []flytoml.Edit
		for _, note := range c.Notes {
			if note.Refuses() && note.Repair != nil && note.Repair.Sure && staysInPlace(note.Repair.Edits, note.Node.Path()) {
				edits = append(edits, note.Repair.Edits...)
			}
		}
		file := c.file
		for refused := new(flytoml.RefusedError); len(edits) > 0; {
			repaired, err := c.file.Apply(edits...)
			if err == nil {
				file = repaired
				break
			}
			if !errors.As(err, &refused) {
				break
			}
			edits = slices.DeleteFunc(edits, func(e flytoml.Edit) bool { return e.Path == refused.Edit.Path })
		}
		if file == c.file {
			return c
		}
		return Read(file)
	}).(*Config)
}

// staysInPlace says whether the edits change the form of one value alone, so
// that every path is afterwards what it was.
func staysInPlace(edits []flytoml.Edit, path string) bool {
	for _, e := range edits {
		switch e.Op {
		case flytoml.Set, flytoml.InArray, flytoml.Quote, flytoml.Only, flytoml.Words, flytoml.Under, flytoml.Pairs:
		default:
			return false
		}
		if e.Path != path {
			return false
		}
	}
	return true
}
