package repo

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/fly-standards/fly-standards/plan"
)

// image is what a Dockerfile makes: its stages, and the one that runs.
type image struct {
	file   string // from the root of the scan
	stages []*stage
	runs   *stage
	// compiled: what starts is no script, so that a copied file may be made of
	// anything in its stage.
	compiled bool
}

// stage is what one FROM leads to, with all that it takes over from the stage
// that it builds on.
type stage struct {
	name    string
	from    plan.Evidence // its own FROM
	base    plan.Evidence // the image from a registry at the end of the FROM chain
	on      *stage        // the stage it is FROM; nil for an image
	steps   []plan.Instruction
	copies  []copied
	env     environment
	workdir string
	start   startCommand
	check   *plan.Healthcheck
}

// copied is one source of a COPY or ADD.
type copied struct {
	from string // a stage or an image; "" for the build context
	src  string // below the context without a leading slash; absolute in a stage
	dst  string // absolute, in the image
	line int
}

// startCommand is what a container of the stage runs.
type startCommand struct {
	entrypoint, cmd string
	line            int
}

func (c startCommand) text() string { return strings.TrimSpace(c.entrypoint + " " + c.cmd) }

// environment implements shell.EnvGetter.
type environment map[string]string

func (e environment) Get(name string) (string, bool) { v, ok := e[name]; return v, ok }

func (e environment) Keys() []string {
	keys := make([]string, 0, len(e))
	for k := range e {
		keys = append(keys, k)
	}
	return keys
}

func (e environment) clone() environment { return e.with(nil) }

// with is the environment in which the others count for more.
func (e environment) with(others map[string]string) environment {
	c := environment{}
	maps.Copy(c, e)
	maps.Copy(c, others)
	return c
}

// expand fills in variables as a build does. What it can't fill in stays as it
// is written, so that nobody takes it for a value.
func (e environment) expand(word string) string {
	if !strings.Contains(word, "$") {
		return word
	}
	out, unset, err := shell.NewLex('\\').ProcessWord(word, e)
	if err != nil || len(unset) > 0 {
		return word
	}
	return out
}

// parseImage reads a Dockerfile up to the stage that is built, or to its last
// one. It gives nil for a text that is none.
func parseImage(file string, text []byte, opts Options) *image {
	tree, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	b := &imageReader{im: &image{file: file}, global: environment{}, opts: opts}
	for _, node := range tree.AST.Children {
		b.read(node)
	}
	im := b.im
	if len(im.stages) == 0 {
		return nil
	}
	im.runs = im.stages[len(im.stages)-1]
	if target := opts.BuildTarget; target != "" {
		i := slices.IndexFunc(im.stages, func(s *stage) bool { return strings.EqualFold(s.name, target) })
		if i < 0 {
			return nil
		}
		im.runs = im.stages[i]
	}
	return im
}

// stage finds a stage by its name or number, the last one that is called so.
func (im *image) stage(name string) *stage {
	for i := len(im.stages) - 1; i >= 0; i-- {
		if s := im.stages[i]; s.name != "" && strings.EqualFold(s.name, name) {
			return s
		}
	}
	if n := number(name); n >= 0 && n < len(im.stages) {
		return im.stages[n]
	}
	return nil
}

// chain is the stage and those that it is FROM, the first one first.
func (s *stage) chain() []*stage {
	var all []*stage
	for at := s; at != nil && len(all) < 50; at = at.on {
		all = append(all, at)
	}
	slices.Reverse(all)
	return all
}

// allCopies are those of the whole chain.
func (s *stage) allCopies() []copied {
	var all []copied
	for _, one := range s.chain() {
		all = append(all, one.copies...)
	}
	return all
}

// used are the stages that what runs is made of, the one that runs first.
func (im *image) used() []*stage {
	var all []*stage
	add := func(s *stage) {
		for one := s; one != nil && !slices.Contains(all, one); one = one.on {
			all = append(all, one)
		}
	}
	add(im.runs)
	for i := 0; i < len(all); i++ {
		for _, c := range all[i].copies {
			if from := im.stage(c.from); c.from != "" && from != nil {
				add(from)
			}
		}
	}
	return all
}

// noun is the image as rules see it.
func (im *image) noun() *plan.Image {
	out := &plan.Image{File: im.file, Base: im.runs.base, From: im.runs.from}
	out.Start = plan.Evidence{File: im.file, Line: im.runs.start.line, Text: shownCommand(im.runs.start.text())}
	if slices.ContainsFunc(im.runs.allCopies(), func(c copied) bool { return within(im.runs.workdir, path.Clean(c.dst)) }) && im.runs.workdir != "/" {
		out.AppDir = im.runs.workdir
	}
	seen := map[*stage]bool{}
	for _, s := range im.runs.chain() {
		seen[s] = true
		out.Runs = append(out.Runs, s.steps...)
	}
	for _, s := range im.used() {
		for _, one := range s.chain() {
			if !seen[one] {
				seen[one] = true
				out.Builds = append(out.Builds, one.steps...)
			}
		}
	}
	return out
}

// stepsDown: a script that the image starts gives up root for another user.
func (sc *scanner) stepsDown() bool {
	for _, word := range strings.FieldsFunc(sc.image.runs.start.text(), func(r rune) bool { return strings.ContainsRune(" \t,[]\"'", r) }) {
		for _, file := range sc.image.inContext(word) {
			if rel := path.Join(sc.context, file); fileExists(sc.root, rel) {
				text, _ := readInto(nil, sc.abs(rel))
				if givesUpRoot().Match(text) {
					return true
				}
			}
		}
	}
	return false
}

var givesUpRoot = lazy(`\b(?:gosu|su-exec|setpriv|runuser|chpst|s6-setuidgid)\b|\bsu\s+-?\s*\w+\s+-c\b`)
