package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func (r *reader) path(to *string) func(flytoml.Node) {
	return func(n flytoml.Node) {
		s, _ := n.Str()
		if !strings.HasPrefix(s, "/") || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
			r.fail(n, `want a path with its leading slash, such as "/healthz"`)
			return
		}
		*to = s
	}
}

func (r *reader) oneOf(to *string, words ...string) func(flytoml.Node) {
	return func(n flytoml.Node) {
		s, ok := n.Str()
		if !ok || !slices.Contains(words, s) {
			r.fail(n, "want one of %s%s", strings.Join(words, ", "), near(s, words))
			return
		}
		*to = s
	}
}

// regions reads a list of region codes. Whether a region exists is the
// platform's to say; here only what can't be a code is refused.
func (r *reader) regions(to *[]string) func(flytoml.Node) {
	return func(n flytoml.Node) {
		if n.Kind() != flytoml.Array {
			r.fail(n, `want a list of region codes, such as ["lhr", "syd"]`)
			return
		}
		for _, item := range n.Items() {
			s, _ := item.Str()
			if !IsRegion(s) {
				r.fail(item, `want region codes of three letters, such as "lhr"`)
				return
			}
			if !slices.Contains(*to, s) {
				*to = append(*to, s)
			}
		}
	}
}

// IsRegion says whether s can be a region code: three lower case letters.
func IsRegion(s string) bool {
	return len(s) == 3 && !strings.ContainsFunc(s, func(c rune) bool { return c < 'a' || c > 'z' })
}

// hint names the word that was probably meant, or all that there are.
func hint(word string, known []string) string {
	if s := near(word, known); s != "" {
		return s
	}
	return "; known here: " + strings.Join(known, ", ")
}

// near asks whether the one word was meant that looks like it.
func near(word string, known []string) string {
	best, distance := "", len(word)/3+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d <= distance {
			best, distance = k, d-1
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}
