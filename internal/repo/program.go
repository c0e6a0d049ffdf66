package repo

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What a program is made of, in the languages that start from a file: what the
// start command runs, and what that imports. It is worked out only where a file
// tells something that may be of another program in the same package.

const maxProgramFiles = 4000

// program is what is reached from the start command.
type program struct {
	reached  map[string]bool
	packages []string // of the same repository, imported by their names
	open     bool     // more is loaded in a way that can't be followed
}

// follower follows the programs of one language.
type follower struct {
	language string
	entries  func(sc *scanner, have map[string]bool) []string
	// imports are what a file names, as files or as packages; open says that
	// it loads more.
	imports func(p *program, sc *scanner, file string, code []byte, have map[string]bool) (files []string)
}

var followers = [...]follower{
	{"js", (*scanner).jsEntries, jsImports},
	{"py", (*scanner).pyEntries, pyImports},
}

// follow walks a program from its entry files. nil: they can't be told.
func (sc *scanner) follow(f follower) *program {
	have := sc.sourcesOf(f.language)
	if len(have) > maxProgramFiles {
		return nil
	}
	queue := f.entries(sc, have)
	if len(queue) == 0 {
		return nil
	}
	p := &program{reached: map[string]bool{}}
	var buffer []byte
	for read := 0; len(queue) > 0; {
		file := queue[0]
		if queue = queue[1:]; p.reached[file] {
			continue
		}
		p.reached[file] = true
		var text []byte
		text, buffer = readInto(buffer, sc.abs(file))
		if read += len(text); read > maxBytes {
			p.open = true
			break
		}
		code, _ := syntaxOf(file).strip(text)
		queue = append(queue, f.imports(p, sc, file, code, have)...)
	}
	return p
}

// sourcesOf are the files of the tree in a language.
func (sc *scanner) sourcesOf(language string) map[string]bool {
	have := map[string]bool{}
	for _, file := range sc.files {
		if languageOf(path.Ext(file)) == language {
			have[file] = true
		}
	}
	return have
}

// ofAnother drops what files of other programs of the same package tell. Where
// the program can't be followed to its end, it is doubted. A route of its file's
// place is found by the framework, which imports it.
func (f *facts) ofAnother(sc *scanner) {
	for _, one := range followers {
		if one.language != sc.extent.language {
			continue
		}
		is := func(file string) bool { return languageOf(path.Ext(file)) == one.language }
		route := func(r localRoute) bool { return !r.known && is(r.file) }
		listen := func(l plan.Listen) bool { return is(l.File) }
		metric := func(m plan.Metrics) bool { return is(m.File) }
		if !slices.ContainsFunc(f.routes, route) && !slices.ContainsFunc(f.listens, listen) && !slices.ContainsFunc(f.metrics, metric) {
			continue
		}
		p := sc.follow(one)
		if p == nil {
			continue
		}
		other := func(file string) bool {
			return !p.reached[file] && !slices.ContainsFunc(p.packages, func(dir string) bool { return strings.HasPrefix(file, dir+"/") })
		}
		if p.open {
			for i := range f.routes {
				if r := &f.routes[i]; route(*r) && other(r.file) {
					r.doubt(plan.DoubtBuilt, plan.Evidence{Text: "nothing that the start command runs was seen to import " + sc.shown(r.file)})
				}
			}
			continue
		}
		f.routes = slices.DeleteFunc(f.routes, func(r localRoute) bool { return route(r) && other(r.file) })
		f.listens = slices.DeleteFunc(f.listens, func(l plan.Listen) bool { return listen(l) && other(sc.rootPath(l.File)) })
		f.metrics = slices.DeleteFunc(f.metrics, func(m plan.Metrics) bool { return metric(m) && other(sc.rootPath(m.File)) })
	}
}
