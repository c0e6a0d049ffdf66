package flytoml

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Segment is one part of a path: a key, or the index of an array's entry.
type Segment struct {
	Key   string
	Index int // -1 for a key
}

// ParsePath reads a path such as `services[1].ports[0]."odd.key"`. Bare keys
// are those of TOML; others are quoted as TOML quotes them.
func ParsePath(path string) ([]Segment, error) {
	segs := make([]Segment, 0, 1+strings.Count(path, ".")+strings.Count(path, "["))
	rest := path
	for first := true; rest != ""; first = false {
		switch {
		case rest[0] == '[' && !first:
			num, after, ok := strings.Cut(rest[1:], "]")
			i, err := strconv.Atoi(num)
			if !ok || err != nil || i < 0 || strconv.Itoa(i) != num {
				return nil, fmt.Errorf("path %q has an index that is not a number", path)
			}
			segs, rest = append(segs, Segment{Index: i}), after
			continue
		case !first:
			if rest[0] != '.' {
				return nil, fmt.Errorf("path %q has %q where a dot belongs", path, rest[:1])
			}
			rest = rest[1:]
		}
		key, after, err := cutKey(rest)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", path, err)
		}
		segs, rest = append(segs, Segment{Key: key, Index: -1}), after
	}
	return segs, nil
}

// cutKey takes the key at the start of s.
func cutKey(s string) (key, rest string, err error) {
	n := 0
	for n < len(s) && bareByte(s[n]) {
		n++
	}
	if n > 0 {
		return s[:n], s[n:], nil
	}
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return "", "", errors.New("a key is missing")
	}
	end := skipString([]byte(s), 0)
	key, ok := unquote(s[:end])
	if !ok {
		return "", "", errors.New("a quoted key is not closed")
	}
	return key, s[end:], nil
}

// unquote decodes one quoted TOML string.
func unquote(s string) (string, bool) {
	var doc struct{ X string }
	if err := toml.Unmarshal([]byte("X = "+s), &doc); err != nil {
		return "", false
	}
	return doc.X, true
}

// Join builds a path, quoting the keys that need it: Join("env", "a.b").
func Join(path string, keys ...string) string {
	var b strings.Builder
	b.WriteString(path)
	for _, k := range keys {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(quoteKey(k))
	}
	return b.String()
}

func bareByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// quoteKey writes a key as TOML does: bare when it can be.
func quoteKey(k string) string {
	bare := k != ""
	for i := 0; i < len(k) && bare; i++ {
		bare = bareByte(k[i])
	}
	if bare {
		return k
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range k {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// place is how far a path leads into the file.
type place struct {
	node    *node
	rest    []Segment // what the file doesn't have below node
	problem string    // why the path can't be followed, in words
}

// resolve follows segs from the root as far as the file goes.
func (f *File) resolve(segs []Segment) place {
	n := f.root
	for i, s := range segs {
		var next *node
		switch {
		case s.Index >= 0 && (n.kind == Array || n.kind == ArrayTables):
			if s.Index < len(n.items) {
				next = n.items[s.Index]
			}
		case s.Index >= 0:
			return place{n, segs[i:], n.describe() + " is not an array"}
		case n.kind == Table:
			var ambiguous bool
			if next, ambiguous = n.lookup(s.Key); ambiguous {
				return place{n, segs[i:], "several keys match " + quoteKey(s.Key) + " without case"}
			}
		case n.kind == ArrayTables || n.kind == Array:
			return place{n, segs[i:], n.describe() + " is an array: the path must say which entry"}
		default:
			return place{n, segs[i:], n.describe() + " is not a table"}
		}
		if next == nil {
			return place{node: n, rest: segs[i:]}
		}
		n = next
	}
	return place{node: n}
}

// lookup finds a key of a table: exactly, else by a unique match without case
// where the keys are flyctl's own.
func (n *node) lookup(key string) (found *node, ambiguous bool) {
	if k := n.kid(key); k != nil {
		return k, false
	}
	if n.holdsNames() {
		return nil, false
	}
	for _, k := range n.kids {
		if !strings.EqualFold(k.key, key) {
			continue
		}
		if found != nil {
			return nil, true
		}
		found = k
	}
	return found, false
}

// holdsNames tells whether the keys of a table are the author's names, which
// flyctl doesn't match case-insensitively.
func (n *node) holdsNames() bool {
	keys := n.keyPath()
	if len(keys) == 0 {
		return false
	}
	if strings.EqualFold(keys[len(keys)-1], "headers") {
		return true
	}
	switch strings.ToLower(strings.Join(keys, ".")) {
	case "env", "processes", "checks", "build.args", "build.settings", "experimental.attached.secrets.export":
		return true
	}
	return false
}
