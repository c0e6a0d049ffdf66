package fixers

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// refusedTables are the single tables of the file for which flyctl refuses it,
// because it reads an array there.
func refusedTables(f *flytoml.File) []string {
	paths := []string{"http_service.checks", "http_service.machine_checks", "machine_checks", "restart", "files", "statics"}
	for _, svc := range services(f) {
		if !svc.HTTPService {
			paths = append(paths, svc.Path+".machine_checks")
		}
	}
	var out []string
	for _, path := range paths {
		if n, ok := f.Get(path); ok && n.Kind() == flytoml.Table {
			out = append(out, path)
		}
	}
	return out
}

// inShape are the edits as they are to be made where config-shape makes an
// array of the table that they are about: after that, in its one entry. The
// edit that makes the array is the same, so that it counts once.
func inShape(f *flytoml.File, edits []flytoml.Edit) []flytoml.Edit {
	for _, path := range refusedTables(f) {
		if n, _ := f.Get(path); named(n) {
			continue
		}
		var out []flytoml.Edit
		inside := false
		for _, e := range edits {
			if rest, ok := strings.CutPrefix(e.Path, path+"."); ok {
				e.Path, inside = path+"[0]."+rest, true
			}
			out = append(out, e)
		}
		if inside {
			edits = append([]flytoml.Edit{{Op: flytoml.ArrayOf, Path: path}}, out...)
		}
	}
	return edits
}

// named says whether every key of the table is a table itself, as in
// [http_service.checks.alive], which somebody took from top-level checks.
func named(n flytoml.Node) bool {
	keys := n.Keys()
	return len(keys) > 0 && !slices.ContainsFunc(keys, func(key string) bool {
		c, _ := n.Key(key)
		return c.Kind() != flytoml.Table || key == "headers"
	})
}
