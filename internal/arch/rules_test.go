package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
)

// TestRulesUseTheKitAndNotEachOther: what two rules need stands in kit*.go. A
// rule's files are those whose names begin with its id.
func TestRulesUseTheKitAndNotEachOther(t *testing.T) {
	fset := token.NewFileSet()
	paths, err := filepath.Glob("../../fixers/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	// Names of other packages stay unresolved: only this package's matter here.
	conf := types.Config{Importer: noImports{}, Error: func(error) {}}
	pkg, _ := conf.Check("fixers", fset, files, info)
	uses := 0
	for id, o := range info.Uses {
		_, isFunc := o.(*types.Func)
		if o.Pkg() != pkg || !isFunc && o.Parent() != pkg.Scope() {
			continue
		}
		uses++
		user, owner := ruleOf(t, fset.Position(id.Pos()).Filename), ruleOf(t, fset.Position(o.Pos()).Filename)
		said := user + " uses " + o.Name() + " of " + owner
		if owner != "" && user != owner && filepath.Base(fset.Position(id.Pos()).Filename) != "register.go" {
			t.Errorf("%s: %s; what two rules need belongs into a kit file", fset.Position(id.Pos()), said)
		}
	}
	if uses < 500 {
		t.Errorf("only %d names were resolved", uses)
	}
}

// ruleOf is the rule whose file this is; "" for the kit and the registration.
func ruleOf(t *testing.T, path string) string {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(path), ".go")
	if name == "register" || name == "kit" || strings.HasPrefix(name, "kit_") {
		return ""
	}
	best := ""
	for _, fx := range fixers.All() {
		prefix := strings.ReplaceAll(fx.ID, "-", "_")
		if (name == prefix || strings.HasPrefix(name, prefix+"_")) && len(fx.ID) > len(best) {
			best = fx.ID
		}
	}
	if best == "" {
		t.Errorf("%s: its name begins with no rule's id, and with no kit_", path)
	}
	return best
}

type noImports struct{}

func (noImports) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}
