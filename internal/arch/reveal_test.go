package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestOnlyTheClientReveals: the text of a secret comes out in the room that
// sends it, and nowhere else. Who wants to know something of a value asks where
// it was read.
func TestOnlyTheClientReveals(t *testing.T) {
	const root = "../.."
	fset := token.NewFileSet()
	callers := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		room := filepath.ToSlash(filepath.Dir(rel))
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok || s.Sel.Name != "Reveal" {
				return true
			}
			if callers++; room != "internal/fly" && room != "internal/secret" {
				t.Errorf("%s: Reveal is called outside of internal/fly", fset.Position(s.Pos()))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if callers < 4 {
		t.Errorf("only %d callers were found", callers)
	}
}
