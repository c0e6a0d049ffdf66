package arch

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestWords holds what people read (strings of the program, the documents) to
// plain English: testdata/words.txt lists what a native speaker stumbles over,
// and what to say instead. A phrase that a machine reads, such as a key of the
// journal, is no sentence: it has no space.
func TestWords(t *testing.T) {
	t.Parallel()
	list := loadWords(t)
	root := filepath.Join("..", "..")
	out, err := exec.Command("git", "-C", root, "ls-files", "*.go", "*.md", "*.yml", "*.yaml").Output()
	if err != nil {
		out = walked(t, root) // an archive of the source is no git repository
	}
	for file := range strings.Lines(string(out)) {
		file = strings.TrimSpace(file)
		if quiet(file) {
			continue
		}
		src, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			continue // removed, and not yet committed
		}
		for _, s := range sentences(t, file, src) {
			for _, w := range list {
				if found := w.re.FindString(s.text); found != "" {
					t.Errorf("%s:%d: %q; say %q", file, s.line, found, w.better)
				}
			}
		}
	}
}

// quiet are the files whose words no user reads, or that keep their history.
func quiet(file string) bool {
	for _, prefix := range []string{"internal/proof/", "internal/flysim/", "internal/cmd/", "docs/decisions/", "CHANGELOG.md", "testdata/"} {
		if strings.HasPrefix(file, prefix) {
			return true
		}
	}
	return strings.HasSuffix(file, "_test.go")
}

type avoided struct {
	re     *regexp.Regexp
	better string
}

func loadWords(t *testing.T) []avoided {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", "words.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var list []avoided
	for line := range strings.Lines(string(src)) {
		words, better, ok := strings.Cut(strings.TrimSpace(line), " -> ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		list = append(list, avoided{regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(words) + `\b`), better})
	}
	if len(list) < 30 {
		t.Fatalf("only %d phrases in words.txt", len(list))
	}
	return list
}

type sentence struct {
	line int
	text string
}

// sentences are the strings of a Go file that have a space, or the lines of
// any other file.
func sentences(t *testing.T, file string, src []byte) []sentence {
	t.Helper()
	var out []sentence
	if !strings.HasSuffix(file, ".go") {
		lines := bufio.NewScanner(strings.NewReader(string(src)))
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			out = append(out, sentence{n, lines.Text()})
		}
		return out
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(fmt.Errorf("parse %s: %w", file, err))
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(text, " ") {
			out = append(out, sentence{set.Position(lit.Pos()).Line, text})
		}
		return true
	})
	return out
}

func walked(t *testing.T, root string) []byte {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".go", ".md", ".yml", ".yaml":
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			fmt.Fprintln(&out, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out.String())
}
