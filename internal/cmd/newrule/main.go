// Command newrule begins a rule: its file, fixtures and the registration. All of
// it is meant to be changed; it compiles and passes as it is.
//
//	go run ./internal/cmd/newrule my-rule
//
// docs/working-here.md has the way from there.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/plan"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/cmd/newrule ID, from the root of the repository")
		os.Exit(2)
	}
	if err := run(".", os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "newrule:", err)
		os.Exit(1)
	}
}

func run(root, id string) error {
	files, err := newRule(root, id, fixers.All())
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(f.path, f.data, 0o644); err != nil {
			return fmt.Errorf("write the rule: %w", err)
		}
		fmt.Println("wrote", f.path)
	}
	fmt.Printf("next: go test ./fixers -run 'TestFixtures$/^%s' -update\n", id)
	return nil
}

type file struct {
	path string
	data []byte
}

// newRule gives the files of a rule, the registration last. Nothing is written;
// rules are those that there are, sorted by id.
func newRule(root, id string, rules []plan.Fixer) ([]file, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	place, taken := slices.BinarySearchFunc(rules, id, func(f plan.Fixer, id string) int { return strings.Compare(f.ID, id) })
	if taken {
		return nil, fmt.Errorf("there is a rule %s already", id)
	}
	name := goName(id)
	code := filepath.Join(root, "fixers", strings.ReplaceAll(id, "-", "_")+".go")
	paths := []string{code}
	for _, name := range slices.Sorted(maps.Keys(fixtures)) {
		paths = append(paths, filepath.Join(root, "testdata", "fixers", id+name+".txtar"))
	}
	for _, path := range paths {
		if _, err := os.Lstat(path); err == nil {
			return nil, fmt.Errorf("%s is there already", path)
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	check := "check" + strings.ToUpper(name[:1]) + name[1:]
	if err := free(filepath.Join(root, "fixers"), name, check); err != nil {
		return nil, err
	}
	register := filepath.Join(root, "fixers", "register.go")
	src, err := os.ReadFile(register)
	if err != nil {
		return nil, fmt.Errorf("read the registration: %w", err)
	}
	listed, err := registered(src, name, place, len(rules))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", register, err)
	}
	fill := strings.NewReplacer("RULE_ID", id, "RULE_CHECK", check, "RULE_FUNC", name)
	out := []file{{code, []byte(fill.Replace(codeTemplate))}}
	for i, name := range slices.Sorted(maps.Keys(fixtures)) {
		out = append(out, file{paths[i+1], []byte(fixtures[name])})
	}
	return append(out, file{register, listed}), nil
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// checkID refuses what is no id of a rule, or would make a file that Go reads
// otherwise.
func checkID(id string) error {
	if !idForm.MatchString(id) || len(id) > 40 {
		return fmt.Errorf("%q is no id: lower-case words with hyphens between them, such as image-pin", id)
	}
	words := strings.Split(id, "-")
	switch last := words[len(words)-1]; {
	case words[0] == "kit" || id == "register":
		return fmt.Errorf("%q would be a file of the kit", id)
	case last == "test":
		return fmt.Errorf("%q would be a file of tests", id)
	case slices.Contains(platforms, last):
		return fmt.Errorf("%q would be built on %s only", id, last)
	}
	return nil
}

// platforms are the endings of file names by which Go chooses files.
var platforms = []string{
	"aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "netbsd", "openbsd", "plan9", "solaris", "unix", "wasip1", "windows",
	"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x", "wasm",
}

// goName is imagePin for image-pin.
func goName(id string) string {
	words := strings.Split(id, "-")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// free sees that the package has none of the names.
func free(dir string, names ...string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if token.IsKeyword(name) {
			return fmt.Errorf("%s is a word of Go; take another id", name)
		}
	}
	for _, path := range paths {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range parsed.Decls {
			for _, have := range declared(d) {
				if slices.Contains(names, have) {
					return fmt.Errorf("%s has a %s already; take another id, or rename that one if it is the kit's", path, have)
				}
			}
		}
	}
	return nil
}

func declared(d ast.Decl) []string {
	var names []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

var entry = regexp.MustCompile(`(?m)^\t\t\w+\(\),\n`)

// registered is the registration with one entry more, before the one that has
// the place now. Every other byte stays.
func registered(src []byte, name string, place, rules int) ([]byte, error) {
	found := entry.FindAllIndex(src, -1)
	if len(found) != rules || rules == 0 {
		return nil, fmt.Errorf("it lists %d rules in lines of their own, and there are %d", len(found), rules)
	}
	at := found[rules-1][1]
	if place < rules {
		at = found[place][0]
	}
	return slices.Concat(bytes.Clone(src[:at]), []byte("\t\t"+name+"(),\n"), src[at:]), nil
}
