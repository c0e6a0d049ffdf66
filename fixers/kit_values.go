package fixers

import (
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func str(n flytoml.Node, key string) (string, bool) {
	c, ok := n.Key(key)
	if !ok {
		return "", false
	}
	return c.Str()
}

func strs(n flytoml.Node, key string) []string {
	c, _ := n.Key(key)
	if c.Kind() != flytoml.Array {
		return nil
	}
	var out []string
	for _, item := range c.Items() {
		if s, ok := item.Str(); ok {
			out = append(out, s)
		}
	}
	return out
}

// portNumber reads an integer or, as flyctl also takes it, a string.
func portNumber(n flytoml.Node, key string) int {
	c, ok := n.Key(key)
	if !ok {
		return 0
	}
	v, isInt := c.Int()
	if s, isStr := c.Str(); isStr {
		parsed, err := strconv.Atoi(strings.TrimSpace(s))
		v, isInt = int64(parsed), err == nil
	}
	if !isInt || v < 1 || v > 65535 {
		return 0
	}
	return int(v)
}

// megabytes reads memory as flyctl does: "1gb", "512mb", "512", 512.
func megabytes(n flytoml.Node) (int64, bool) {
	if v, ok := n.Int(); ok {
		return v, true
	}
	s, ok := n.Str()
	if !ok {
		return 0, false
	}
	s = strings.ToLower(strings.ReplaceAll(s, " ", ""))
	s = strings.TrimSuffix(strings.TrimSuffix(s, "b"), "i")
	times := int64(1)
	if rest, isGB := strings.CutSuffix(s, "g"); isGB {
		s, times = rest, 1024
	}
	v, err := strconv.ParseInt(strings.TrimSuffix(s, "m"), 10, 64)
	return v * times, err == nil
}

// wireHeaders is false for headers in another form than name = "value".
func wireHeaders(n flytoml.Node) ([]map[string]any, bool) {
	var out []map[string]any
	for _, name := range n.Keys() {
		v, ok := str(n, name)
		if !ok {
			return nil, false
		}
		out = append(out, map[string]any{"name": name, "values": []string{v}})
	}
	return out, n.Kind() == flytoml.Table
}

// envEntry is one entry of [env] (or of [[env]], which flyctl merges).
type envEntry struct {
	name string
	node flytoml.Node
}

func envEntries(f *flytoml.File) []envEntry {
	root, _ := f.Get("env")
	var out []envEntry
	for _, table := range root.Items() {
		for _, key := range table.Keys() {
			n, _ := table.Key(key)
			out = append(out, envEntry{key, n})
		}
	}
	return out
}
