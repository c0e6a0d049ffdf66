package repo

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/moby/patternmatcher"

	"github.com/fly-standards/fly-standards/plan"
)

// scanner holds what is known of the tree before its source is read.
type scanner struct {
	opts      Options
	dir       string // the folder of fly.toml, absolute
	root      string // the folder that is walked; fly.toml and the build context are in it
	context   string // the build context from root; "." for root itself
	git       string // the root of the repository; "" outside of one
	repos     *Repositories
	workflows []plan.Workflow

	image      *image // nil: no Dockerfile, or none that can be read
	dockerfile string // from root; "" for none
	dockertext []byte
	ignore     *patternmatcher.PatternMatcher // nil: nothing is left out
	ignoreFile string                         // from root; "" for none

	files    []string          // all that may hold a fact, from root
	private  []string          // the env files and keys among them and beside them
	named    map[string]string // the folders of packages by their names; see packageNamed
	constant map[string]string // see constants
	servers  map[string]string // see serverFiles
	js       struct {          // see jsNames
		once    sync.Once
		have    map[string]bool
		aliases []jsAlias
	}
	port struct { // see mayTellPort
		once sync.Once
		told bool
	}
	unread unread
	extent extent
}

func (sc *scanner) abs(rel string) string { return filepath.Join(sc.root, filepath.FromSlash(rel)) }

// shown is a path of the tree as evidence names it: from the folder of fly.toml.
func (sc *scanner) shown(rel string) string {
	if sc.root == sc.dir {
		return rel
	}
	return relSlash(sc.dir, sc.abs(rel))
}

// rootPath is shown the other way round.
func (sc *scanner) rootPath(shown string) string {
	return relSlash(sc.root, filepath.Join(sc.dir, filepath.FromSlash(shown)))
}

func relSlash(from, to string) string {
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return filepath.ToSlash(to)
	}
	return filepath.ToSlash(rel)
}

// within says whether path is dir or below it.
func within(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// choose settles what is built: the build context is the working directory of
// the deploy. A workflow that deploys this very file tells it. Otherwise it is
// the first of the user's own folder, fly.toml's, and the repository's, in
// which everything that the Dockerfile copies is there.
func (sc *scanner) choose() {
	sc.git = sc.repos.gitRoot(sc.dir)
	sc.workflows = sc.repos.workflowsOf(cmp.Or(sc.git, sc.dir))
	var candidates []candidate
	if sc.git != "" {
		if told, ok := sc.told(); ok {
			candidates = append(candidates, told)
		}
	}
	above := func(dir string) bool { return dir != "" && dir != sc.dir && within(dir, sc.dir) }
	if above(sc.opts.WorkingDir) {
		candidates = append(candidates, candidate{dir: sc.opts.WorkingDir})
	}
	candidates = append(candidates, candidate{dir: sc.dir})
	if above(sc.git) {
		candidates = append(candidates, candidate{dir: sc.git})
	}
	// The Dockerfile beside fly.toml, named with --dockerfile from further up.
	for _, dir := range []string{sc.opts.WorkingDir, sc.git} {
		if above(dir) {
			candidates = append(candidates, candidate{dir, filepath.Join(sc.dir, "Dockerfile")})
		}
	}
	best, most := -1, -1.0
	for i, c := range candidates {
		switch fit := sc.try(c).fits(); {
		case fit == 1:
			return
		case fit > most && sc.dockerfile != "":
			best, most = i, fit
		}
	}
	last := candidate{dir: sc.dir} // no Dockerfile anywhere: what is beside fly.toml
	if best >= 0 {
		last = candidates[best]
	}
	if last != candidates[len(candidates)-1] {
		sc.try(last)
	}
}

// candidate is a build context with the Dockerfile of --dockerfile, if any.
type candidate struct{ dir, dockerfile string }

// told is the working directory in which a workflow deploys this file.
func (sc *scanner) told() (candidate, bool) {
	own := relSlash(sc.git, filepath.Join(sc.dir, sc.opts.ConfigName))
	for _, d := range sc.repos.deploysOf(sc.git) {
		dir := filepath.Join(sc.git, filepath.FromSlash(d.dir))
		if d.config != own || !within(sc.git, dir) || !isDir(dir) {
			continue
		}
		c := candidate{dir: dir}
		if d.dockerfile != "" {
			c.dockerfile = filepath.Join(sc.git, filepath.FromSlash(d.dockerfile))
		}
		return c, true
	}
	return candidate{}, false
}

// inTree is a step of a workflow as it would run in the repository: a working
// directory that is not there is one that the job fills with what it made, in
// the repository's own layout. there is false then.
func inTree(root string, step plan.WorkStep) (in plan.WorkStep, there bool) {
	if step.Dir == "" || isDir(filepath.Join(root, filepath.FromSlash(step.Dir))) {
		return step, true
	}
	step.Dir = ""
	return step, false
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// try sets the scanner up for a build context.
func (sc *scanner) try(c candidate) *scanner {
	context := c.dir
	sc.root = context
	if !within(context, sc.dir) {
		sc.root = sc.dir
		if !within(sc.dir, context) {
			sc.root = context
		}
	}
	sc.context = relSlash(sc.root, context)
	sc.image, sc.dockerfile, sc.dockertext = nil, "", nil
	for _, name := range sc.dockerfileNames(c) {
		rel := relSlash(sc.root, name)
		if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || linkedOut(sc.root, rel) {
			continue
		}
		sc.dockerfile = rel
		sc.dockertext, _ = readInto(nil, name)
		sc.image = parseImage(sc.shown(rel), sc.dockertext, sc.opts)
		break
	}
	sc.readIgnoreFile(context)
	return sc
}

// dockerfileNames: build.dockerfile counts from fly.toml, as flyctl resolves
// it, with a slash before it too; without it, Dockerfile or dockerfile of the build context is taken. With a
// builder of buildpacks none is read.
func (sc *scanner) dockerfileNames(c candidate) []string {
	if sc.opts.Builder != "" && sc.opts.Builder != "dockerfile" {
		return nil
	}
	if named := sc.opts.Dockerfile; named != "" {
		if strings.Contains(named, "://") {
			return nil
		}
		return []string{filepath.Join(sc.dir, filepath.FromSlash(named))}
	}
	if c.dockerfile != "" {
		return []string{c.dockerfile}
	}
	return []string{filepath.Join(c.dir, "Dockerfile"), filepath.Join(c.dir, "dockerfile")}
}

// fits is how much of what the Dockerfile copies, and of where it starts, is in
// the context: 1 for all of it, 0 too where that can't be told.
func (sc *scanner) fits() float64 {
	if sc.image == nil {
		return 0
	}
	var wanted []string
	for _, s := range sc.image.stages {
		for _, c := range s.copies {
			if c.from == "" && !strings.ContainsAny(c.src, "*?[$") && c.src != "" {
				wanted = append(wanted, c.src)
			}
		}
	}
	wanted = append(wanted, sc.image.inContext(".")...)
	there := 0
	for _, in := range wanted {
		if sc.known(path.Join(sc.context, in)) {
			there++
		}
	}
	if there == len(wanted) {
		return 1
	}
	return float64(there) / float64(len(wanted))
}
