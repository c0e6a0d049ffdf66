package fixers_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWorkingHere holds docs/working-here.md to what it promises: one screen or
// two, code that Example runs, and places that are there.
func TestWorkingHere(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../docs/working-here.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(src)
	if n := strings.Count(doc, "\n"); n > 80 {
		t.Errorf("it has %d lines, more than 80", n)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(doc)
	if code == nil {
		t.Fatal("it shows no rule")
	}
	plain := strings.ReplaceAll(string(example), "\n\t", "\n")
	if !strings.Contains(plain, code[1]) {
		t.Error("its rule is not the one of example_test.go")
	}
	places := regexp.MustCompile("`((?:internal|docs|testdata|fixers|\\.ci)/[\\w./-]*|plan|fixers|commands|main\\.go|CHANGELOG\\.md)`").FindAllStringSubmatch(doc, -1)
	for _, m := range places {
		if _, err := os.Stat(filepath.Join("..", m[1])); err != nil && !strings.Contains(m[1], "my") {
			t.Errorf("%s is not there", m[1])
		}
	}
	if len(places) < 20 {
		t.Errorf("it names %d places only", len(places))
	}
}
