package linepatch_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Texts of few different lines, so that the same ones stand in many places; an
// apply's edit, and somebody's at another place. Where Merge gives a text, it
// is the one with their edit and without the apply's, or it gives none.
func TestMergeAmongEqualLines(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test that repeats
	lines := func(n int) (out []string) {
		for range n {
			out = append(out, string(rune('a'+r.IntN(3)))+"\n")
		}
		return out
	}
	splice := func(text []string, at, del int, ins []string) []string {
		return slices.Concat(text[:at], ins, text[at+del:])
	}
	merged := 0
	for range 30000 {
		head, mid, tail := lines(r.IntN(4)), lines(2+r.IntN(4)), lines(r.IntN(4))
		ours, gone := lines(r.IntN(3)), []string(nil)
		if len(ours) == 0 {
			gone = lines(r.IntN(3))
		}
		theirs := lines(r.IntN(3))
		del := r.IntN(min(len(head), 2) + 1)
		at := 0
		if len(head) > del {
			at = r.IntN(len(head) - del + 1)
		}
		if slices.Equal(theirs, gone) && del == 0 || slices.Equal(head[at:at+del], ours) && len(theirs) == 0 {
			continue // nobody can tell whether they took the apply's edit back by hand
		}
		edited := splice(head, at, del, theirs)
		join := func(parts ...[]string) string { return strings.Join(slices.Concat(parts...), "") }
		before, after := join(head, mid, gone, tail), join(head, mid, ours, tail)
		if before == join(edited, mid, ours, tail) {
			continue
		}
		p := patch(t, after, before)
		got, err := p.Merge([]byte(join(edited, mid, ours, tail)))
		if err != nil {
			continue
		}
		merged++
		if string(got) != join(edited, mid, gone, tail) {
			t.Fatalf("before %q, after %q, now %q: got %q", before, after, join(edited, mid, ours, tail), got)
		}
	}
	if merged < 10000 {
		t.Errorf("of 30000 only %d were merged", merged)
	}
}
