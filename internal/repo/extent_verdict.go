package repo

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// verdict is what the extent says of one file.
type verdict int

const (
	inside verdict = iota
	outside
	unsure
	beside // a script: it may run what the app needs, and serves nothing
)

// sideDirs hold what is run by hand, if at all.
const sideDirs = " scripts script tools tool hack bin contrib infra deploy deployment docs doc ci devtools playground sandbox load loadtest k6 "

// of says whether the app is built from a file.
func (sc *scanner) of(rel string) verdict {
	e := &sc.extent
	switch {
	case e.nothing != "" || !sc.sent(rel):
		return outside
	case e.roots != nil && !slices.ContainsFunc(e.roots, func(r string) bool { return rel == r || strings.HasPrefix(rel, r+"/") }):
		return outside
	}
	language := languageOf(path.Ext(rel))
	if language != "" && e.language != "" && language != e.language {
		return outside
	}
	pkg := e.packageOf(rel)
	switch {
	case language == "go" && e.goDirs != nil:
		if !e.goDirs[path.Dir(rel)] {
			return outside
		}
		return e.sure()
	case len(e.in) > 0 && !slices.Contains(e.in, pkg):
		return outside
	case language != "" && sc.aside(rel, pkg, language):
		return beside
	case len(e.in) == 0 && pkg != "." && len(e.packages) > 1:
		return unsure
	}
	return e.sure()
}

func (e *extent) sure() verdict {
	if e.doubt != nil {
		return unsure
	}
	return inside
}

// unsureOf says why it can't be told whether the app is built from a file.
func (sc *scanner) unsureOf() plan.Evidence {
	if sc.extent.doubt != nil {
		return *sc.extent.doubt
	}
	return plan.Evidence{Text: "which of the programs here the image starts is unclear"}
}

// packageOf is the innermost package that holds the file, "." for none.
func (e *extent) packageOf(rel string) string {
	for dir := path.Dir(rel); dir != "."; dir = path.Dir(dir) {
		if _, found := slices.BinarySearch(e.packages, dir); found {
			return dir
		}
	}
	return "."
}

// aside: a script beside the app that no command names. Ruby's bin is part of it.
func (sc *scanner) aside(rel, pkg, language string) bool {
	in := rel
	if pkg != "." {
		in = strings.TrimPrefix(rel, pkg+"/")
	}
	if sc.isNamed(rel) {
		return false
	}
	first, _, more := strings.Cut(in, "/")
	return more && inList(sideDirs, first) && !(language == "rb" && first == "bin")
}

// isNamed: the start or build commands name the file, or what it is compiled to.
func (sc *scanner) isNamed(rel string) bool {
	base := strings.TrimSuffix(path.Base(rel), path.Ext(rel))
	dir := path.Base(path.Dir(rel))
	return strings.Contains(sc.extent.named, path.Base(rel)) || strings.Contains(sc.extent.named, dir+"/"+base) || strings.Contains(sc.extent.named, dir+"."+base)
}
