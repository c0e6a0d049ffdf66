package lsp

import (
	"math/rand/v2"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

// TestPlaces: a place of a text is the same one whichever way it is looked up,
// with wide characters, a byte order mark and every kind of line end.
func TestPlaces(t *testing.T) {
	parts := []string{"a", "é", "🚀", "\n", "\r\n", "\r", byteOrderMark, "key = 1"}
	for i := range 500 {
		r := rand.New(rand.NewPCG(15, uint64(i)))
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		s := b.String()
		text := newText(s)
		for _, e := range []encoding{utf8Units, utf16Units, utf32Units} {
			for offset := range s + "x" {
				p := text.position(offset, e)
				if end := strings.HasSuffix(s[:offset], "\r") && strings.HasPrefix(s[offset:], "\n"); !end && text.offset(p, e) != offset {
					t.Errorf("%q: %d is at %v, which is %d", s, offset, p, text.offset(p, e))
				}
			}
			p := protocol.Position{Line: uint32(r.IntN(8)), Character: uint32(r.IntN(12))}
			if got, want := offsetIn(s, p, e), text.offset(p, e); got != want {
				t.Errorf("%q: %v is %d in a change, and %d in the text", s, p, got, want)
			}
		}
	}
}
