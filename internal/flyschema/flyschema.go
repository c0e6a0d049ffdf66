// Package flyschema is data: the keys of fly.toml that flyctl knows.
package flyschema

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// AsOf dates the table: flyctl's own types, read in August 2026.
const AsOf = "2026-08"

//go:embed keys.tsv
var table string

// Key is one known key.
type Key struct {
	Path string // http_service.checks[].interval; .* is any name
	Kind string // string, int, bool, duration, table, array of tables, ...
}

var index = sync.OnceValue(func() map[string]Key {
	m := map[string]Key{}
	for line := range strings.Lines(table + forms) {
		path, kind, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		m[path] = Key{path, kind}
		for i := range len(path) { // what holds a known key is known
			if _, have := m[path[:i]]; path[i] == '.' && !have {
				m[path[:i]] = Key{path[:i], "table"}
			}
		}
	}
	return m
})

// Lookup finds the key that a path of a file means: `services[1].ports[0].port`
// is services[].ports[].port, `env.FOO` is env.*. A single table where the
// schema has an array of tables is found too. Key names match as flyctl reads
// them, without regard to case.
func Lookup(path string) (Key, bool) {
	segments, err := flytoml.ParsePath(path)
	if err != nil {
		return Key{}, false
	}
	return find(index(), "", keysOf(segments))
}

// find matches the rest of a path below prefix, trying the key itself, then
// any name, each as it is and as an array of tables.
func find(known map[string]Key, prefix string, rest []string) (Key, bool) {
	if len(rest) == 0 {
		k, ok := known[prefix]
		return k, ok
	}
	if k, ok := known[prefix]; ok && k.Kind == "interface" { // flyctl passes on whatever stands there
		return k, true
	}
	for _, name := range []string{strings.ToLower(rest[0]), "*"} {
		path := name
		if prefix != "" {
			path = prefix + "." + name
		}
		for _, p := range []string{path, path + "[]"} {
			if k, ok := find(known, p, rest[1:]); ok {
				return k, true
			}
		}
	}
	return Key{}, false
}
