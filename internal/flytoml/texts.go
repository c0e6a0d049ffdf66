package flytoml

import "strings"

// Texts are texts to look for, all at once: however many they are, a text is
// gone through one time.
type Texts struct {
	width   int                     // of what all of them begin with
	starts  map[string]map[int]bool // the lengths of those that begin so
	present map[string]bool
}

// NewTexts are the texts of at least width bytes, which must be at least 1.
func NewTexts(all []string, width int) *Texts {
	t := &Texts{width, map[string]map[int]bool{}, map[string]bool{}}
	for _, text := range all {
		if len(text) < width {
			continue
		}
		start := text[:width]
		if t.starts[start] == nil {
			t.starts[start] = map[int]bool{}
		}
		t.starts[start][len(text)], t.present[text] = true, true
	}
	return t
}

// In is whether s holds one of them.
func (t *Texts) In(s string) bool { return len(t.spans(s, 1)) > 0 }

// Replace puts by in the place of all of them in s. Where they overlap, one
// takes the place of both.
func (t *Texts) Replace(s, by string) string {
	found := t.spans(s, -1)
	if len(found) == 0 {
		return s
	}
	var b strings.Builder
	done := 0
	for _, f := range found {
		b.WriteString(s[done:f.start] + by)
		done = f.end
	}
	return b.String() + s[done:]
}

// spans are the ranges of s that hold one of them, in order and apart from each
// other; at most the first so many, if that is not negative.
func (t *Texts) spans(s string, most int) []span {
	var out []span
	for i := 0; len(t.present) > 0 && i+t.width <= len(s) && len(out) != most; i++ {
		longest := 0
		for n := range t.starts[s[i:i+t.width]] {
			if n > longest && i+n <= len(s) && t.present[s[i:i+n]] {
				longest = n
			}
		}
		switch last := len(out) - 1; {
		case longest == 0:
		case last >= 0 && i < out[last].end:
			out[last].end = max(out[last].end, i+longest)
		default:
			out = append(out, span{i, i + longest})
		}
	}
	return out
}
