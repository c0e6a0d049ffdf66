package repo

import (
	"bytes"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// What a Go program is made of can be told exactly: its main package, and the
// packages of the same module that it imports.

var (
	goBuild  = lazy(`\bgo\s+(?:build|install|run)\b([^\n;&|]*)`)
	goMainOf = lazy(`(?m)^package\s+main\b`)
)

const maxGoFiles = 4000

// reachGo fills goDirs. It stays nil when the program can't be told.
func (sc *scanner) reachGo(start string) {
	module, dir := sc.goModule()
	if module == "" {
		return
	}
	folders := map[string][]string{}
	n := 0
	for _, file := range sc.files {
		if path.Ext(file) != ".go" || isTest(file, path.Base(file)) {
			continue
		}
		if n++; n > maxGoFiles {
			return
		}
		folders[path.Dir(file)] = append(folders[path.Dir(file)], file)
	}
	mains := sc.goMains(folders, dir, start)
	if len(mains) == 0 {
		return
	}
	reached := map[string]bool{}
	for len(mains) > 0 {
		at := mains[0]
		mains = mains[1:]
		if reached[at] {
			continue
		}
		reached[at] = true
		for _, file := range folders[at] {
			for _, imported := range sc.goImports(file) {
				if rest, ok := strings.CutPrefix(imported+"/", module+"/"); ok {
					mains = append(mains, path.Join(dir, rest))
				}
			}
		}
	}
	sc.extent.goDirs = reached
}

func (sc *scanner) goImports(file string) []string {
	text, _ := readInto(nil, sc.abs(file))
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
	if parsed == nil || err != nil && len(parsed.Imports) == 0 {
		return nil
	}
	var out []string
	for _, spec := range parsed.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// goModule is the module that is built: of a chosen package, or the only one,
// or the one at the root.
func (sc *scanner) goModule() (name, dir string) {
	best := ""
	for _, file := range sc.files {
		if path.Base(file) != "go.mod" {
			continue
		}
		at := path.Dir(file)
		chosen := slices.Contains(sc.extent.in, at) && at != "."
		if best == "" || chosen || strings.Count(at, "/") < strings.Count(dir, "/") && !slices.Contains(sc.extent.in, dir) {
			best, dir = file, at
		}
	}
	if best == "" {
		return "", ""
	}
	text, _ := readInto(nil, sc.abs(best))
	return packageName("go.mod", text), dir
}

// goMains are the folders of the main packages that are built: what `go build`
// names, else what the start command is called like, else the only one.
func (sc *scanner) goMains(folders map[string][]string, dir, start string) []string {
	var mains []string
	for at, files := range folders {
		for _, file := range files[:min(len(files), 3)] { // all files of a folder agree
			text, _ := readInto(nil, sc.abs(file))
			if goMainOf().Match(text) {
				mains = append(mains, at)
				break
			}
		}
	}
	slices.Sort(mains)
	var out []string
	for _, m := range goBuild().FindAllStringSubmatch(sc.extent.named, -1) {
		skip := false
		for _, f := range strings.Fields(m[1]) {
			f = strings.Trim(f, `"'`)
			switch {
			case skip:
				skip = false
			case f == "-o" || f == "-ldflags" || f == "-tags" || f == "-mod" || f == "-gcflags":
				skip = true
			case strings.HasPrefix(f, "./") || f == "." || strings.HasPrefix(f, "cmd/") || strings.HasSuffix(f, ".go"):
				at := path.Join(dir, strings.TrimSuffix(f, "/..."))
				if strings.HasSuffix(f, ".go") {
					at = path.Dir(at)
				}
				if slices.Contains(mains, at) {
					out = append(out, at)
				}
			}
		}
		if len(out) == 0 && slices.Contains(mains, dir) && !strings.Contains(m[1], "./") {
			out = append(out, dir)
		}
	}
	if len(out) > 1 { // several are built: the one that is started
		for _, at := range out {
			if path.Base(firstProgram(start)) == path.Base(at) {
				return []string{at}
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, at := range mains {
		if base := path.Base(firstProgram(start)); start != "" && base == path.Base(at) {
			return []string{at}
		}
	}
	if slices.Contains(mains, dir) {
		return []string{dir}
	}
	if len(mains) == 1 {
		return mains
	}
	return nil
}

// builtOnLinux: no build constraint of a Go file leaves it out of the program
// that Fly runs. Tags that nobody sets are not there.
func builtOnLinux(text []byte) bool {
	head, _, _ := bytes.Cut(text, []byte("\npackage "))
	if bytes.HasPrefix(text, []byte("package ")) || !contains(head, "//go:build") {
		return true
	}
	for line := range bytes.Lines(head) {
		if expr, err := constraint.Parse(string(bytes.TrimSpace(line))); err == nil && constraint.IsGoBuild(string(line)) {
			return expr.Eval(func(tag string) bool {
				return inList(" linux amd64 unix cgo gc ", tag) || strings.HasPrefix(tag, "go1.")
			})
		}
	}
	return true
}
