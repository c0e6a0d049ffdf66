package fixers_test

import (
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// TestPublishedSnippets: what people paste from the published guides becomes a
// file without a key that flyctl ignores.
func TestPublishedSnippets(t *testing.T) {
	seen := 0
	for _, f := range fixtures(t) {
		if !strings.HasSuffix(f.name, "published") {
			continue
		}
		seen++
		src, _ := f.file("fly.toml.want")
		file, err := flytoml.Parse("fly.toml", src)
		if err != nil || len(src) == 0 {
			t.Fatalf("%s: no fly.toml.want: %v", f.name, err)
		}
		file.Walk(func(n flytoml.Node) {
			if _, known := flyschema.Lookup(n.Path()); !known && n.Path() != "" {
				t.Errorf("%s: flyctl ignores %s", f.name, n.Path())
			}
		})
	}
	if seen < 2 {
		t.Errorf("%d fixtures of published snippets", seen)
	}
}
