package fly

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/fly-standards/fly-standards/internal/secret"
)

// longestMessage is how much of what a server says is shown, in characters.
const longestMessage = 300

// clean makes what a server said fit for a terminal: one line, no control or
// invisible formatting characters (they could move the cursor or hide text).
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == longestMessage {
			b.WriteString("...")
			break
		}
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			r = ' '
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			continue
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}

// window is how long a piece of a value must be for its repetition to count.
const window = 8

// hide takes out of a server's message every piece of a secret value that it
// repeats, also when it repeats a part only, in other capitals, or packed as
// base64, hexadecimal or for a URL. Values shorter than from are left: they are
// words and numbers that many messages have.
func hide(message string, values []secret.Value, from int) string {
	if len(values) == 0 || message == "" {
		return message
	}
	folded := fold(message)
	places := windowsOf(folded)
	hidden := make([]bool, len(message))
	for _, v := range values {
		text := v.Reveal()
		if text == "" || len(text) < from {
			continue
		}
		mark(hidden, folded, places, text)
		if len(text) >= envHideFrom {
			for _, other := range packed(text) {
				mark(hidden, folded, places, other)
			}
		}
	}
	var b strings.Builder
	for i := range len(message) {
		switch {
		case !hidden[i]:
			b.WriteByte(message[i])
		case i == 0 || !hidden[i-1]:
			b.WriteString("(hidden)")
		}
	}
	return b.String()
}

// windowsOf are the places of every piece of window bytes in a message.
func windowsOf(folded string) map[string][]int {
	places := make(map[string][]int, len(folded))
	for i := 0; i+window <= len(folded); i++ {
		places[folded[i:i+window]] = append(places[folded[i:i+window]], i)
	}
	return places
}

// mark sets hidden where the message has a piece of text: window bytes of it, or
// all of one that is shorter.
func mark(hidden []bool, folded string, places map[string][]int, text string) {
	text = fold(text)
	size := min(len(text), window)
	for i := 0; i+size <= len(text); i++ {
		at := places[text[i:i+size]]
		if size < window {
			at = indexAll(folded, text)
		}
		for _, from := range at {
			for j := from; j < from+size; j++ {
				hidden[j] = true
			}
		}
	}
}

func indexAll(s, part string) (at []int) {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i:i+len(part)] == part {
			at = append(at, i)
		}
	}
	return at
}

// packed are the other ways in which a text is often repeated. In base64 it
// may begin at any of three places of what it stands in.
func packed(text string) []string {
	out := []string{url.QueryEscape(text), url.PathEscape(text), hex.EncodeToString([]byte(text))}
	for skip := range 3 {
		inner := text[min(skip, len(text)):]
		inner = inner[:len(inner)/3*3]
		if len(inner) >= envHideFrom {
			out = append(out, base64.StdEncoding.EncodeToString([]byte(inner)), base64.URLEncoding.EncodeToString([]byte(inner)))
		}
	}
	return append(out, base64.StdEncoding.EncodeToString([]byte(text)))
}

// known are the env values of machines that were read. The body of a later
// request may hold one no more, and an answer repeat it all the same.
type known struct {
	mu     sync.Mutex
	values map[string]secret.Value
}

// add notes those that are worth it.
func (k *known) add(values []secret.Value) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, v := range values {
		if text := v.Reveal(); len(text) >= window && worthHiding(text) {
			if k.values == nil {
				k.values = map[string]secret.Value{}
			}
			k.values[text] = v
		}
	}
}

func (k *known) all() []secret.Value {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Collect(maps.Values(k.values))
}

// fold is strings.ToLower for ASCII alone, so that no byte moves.
func fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
