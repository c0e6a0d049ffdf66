package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNoSentenceIsReadBack: what one room knows is a field of a type. A sentence
// made for people is compared, cut and searched by nobody but view, which made
// it. Fields that hold sentences are known by name.
func TestNoSentenceIsReadBack(t *testing.T) {
	t.Parallel()
	sentences := []string{"Message", "Why", "Reason", "HowTo", "Held", "Doing", "Problem", "Notes", "OfflineDetail", "Title"}
	readers := []string{"strings", "bytes", "regexp"}
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (rel == ".git" || rel == "internal/view" || rel == "internal/proof" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go"):
			return nil
		}
		files++
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			for _, read := range readBack(n, readers) {
				if name := sentenceIn(read, sentences); name != "" && !presents(rel, name) {
					t.Errorf("%s: %s is a sentence for people; make what is asked of it a field", set.Position(n.Pos()), name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files < 200 {
		t.Fatalf("%d files, %v", files, err)
	}
}

// readBack are the expressions that a call or comparison reads: the first
// argument of strings.Contains and its like, and both sides of == with a text.
func readBack(n ast.Node, readers []string) []ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) == 0 {
			return nil
		}
		if pkg, ok := f.X.(*ast.Ident); ok && slices.Contains(readers, pkg.Name) && f.Sel.Name != "Join" && f.Sel.Name != "TrimSpace" {
			return n.Args[:1]
		}
		if strings.HasPrefix(f.Sel.Name, "MatchString") || strings.HasPrefix(f.Sel.Name, "FindString") {
			return n.Args[:1]
		}
	case *ast.BinaryExpr:
		for _, side := range []ast.Expr{n.X, n.Y} {
			if lit, ok := side.(*ast.BasicLit); ok && (n.Op == token.EQL || n.Op == token.NEQ) && lit.Value != `""` && lit.Kind == token.STRING {
				return []ast.Expr{n.X, n.Y}
			}
		}
	}
	return nil
}

// sentenceIn is the name of the sentence that an expression is; "" for none.
func sentenceIn(e ast.Expr, sentences []string) string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if slices.Contains(sentences, e.Sel.Name) {
			return e.Sel.Name
		}
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Error" && len(e.Args) == 0 {
			return "Error()"
		}
	case *ast.IndexExpr:
		return sentenceIn(e.X, sentences)
	}
	return ""
}

// presents are the places that form a sentence rather than read it.
func presents(file, name string) bool {
	return file == "plan/fixer.go" && name == "Title" // Heading gives it a capital
}
