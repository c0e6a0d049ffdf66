package fixers

import (
	"bytes"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// refusedTables are the single tables of the file for which flyctl refuses it,
// because it reads an array there.
func refusedTables(f *flytoml.File) []string {
	paths := []string{"http_service.checks", "http_service.machine_checks", "machine_checks", "restart", "files", "statics"}
	for _, svc := range fileServices(f) {
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

// byteOrderMark: flyctl takes it for the beginning of the first key.
func (s *shapes) byteOrderMark() {
	if bytes.HasPrefix(s.f.Bytes(), []byte("\ufeff")) {
		s.out = append(s.out, plan.Finding{
			Message: "the file begins with a byte order mark, which makes flyctl refuse the whole file", At: plan.At{Line: 1, Column: 1},
			Notes: []string{"save it as UTF-8 without a byte order mark (BOM)"},
		})
	}
}
