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

// branch is a key with those below it, by name. The name of an array of tables
// ends in [].
type branch struct {
	Key
	below map[string]*branch
}

// index is the table as a tree. What holds a known key is known.
var index = sync.OnceValue(func() *branch {
	root := &branch{below: map[string]*branch{}}
	for line := range strings.Lines(table + forms) {
		path, kind, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		at := root
		for end := 0; end < len(path); {
			name, _, _ := strings.Cut(path[end:], ".")
			end += len(name)
			next := at.below[name]
			if next == nil {
				next = &branch{Key{path[:end], "table"}, map[string]*branch{}}
				at.below[name] = next
			}
			at = next
			end++
		}
		at.Kind = kind
	}
	return root
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
	return index().find(keysOf(segments))
}

// find follows the rest of a path, trying the key itself, then any name, each
// as it is and as an array of tables.
func (b *branch) find(rest []string) (Key, bool) {
	if len(rest) == 0 || b.Kind == "interface" { // flyctl passes on whatever stands there
		return b.Key, b.Path != ""
	}
	for _, name := range [...]string{strings.ToLower(rest[0]), "*"} {
		for _, end := range [...]string{"", "[]"} {
			if next := b.below[name+end]; next != nil {
				if k, ok := next.find(rest[1:]); ok {
					return k, true
				}
			}
		}
	}
	return Key{}, false
}
