package fixers

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// unknown are the outermost keys that flyctl does not know, in the order of the
// file; all entries of one unknown array are one.
func unknown(f *flytoml.File) []flytoml.Node {
	return once(f, "unknown keys", func(f *flytoml.File) []flytoml.Node { return unknownBelow(f.Root(), nil) })
}

func unknownBelow(n flytoml.Node, out []flytoml.Node) []flytoml.Node {
	for _, item := range n.Items() {
		for _, key := range item.Keys() {
			c, _ := item.Key(key)
			k, known := flyschema.Lookup(c.Path())
			if !known || droppedForm(c.Path()) != "" {
				out = append(out, c)
				continue
			}
			if holdsNoKeys(k, c) { // config-shape speaks of the table that stands there
				continue
			}
			out = unknownBelow(c, out)
		}
	}
	return out
}

// droppedForm is the table that a heading in other letters means, where flyctl
// reads keys whatever their case and yet drops this one: [[Mounts]] (config show,
// August 2026); "" for all else.
func droppedForm(path string) string {
	form, _, _ := strings.Cut(path, "[")
	for _, name := range []string{"mounts", "vm", "metrics"} {
		if form != name && strings.EqualFold(form, name) {
			return name
		}
	}
	return ""
}

// holdsNoKeys says whether a table stands where the schema has single values.
func holdsNoKeys(k flyschema.Key, n flytoml.Node) bool {
	kind, _, _ := strings.Cut(k.Kind, " ")
	single := slices.Contains([]string{"string", "int", "uint32", "float64", "bool", "duration", "autostop"}, kind) || k.Kind == "array of string"
	return single && (n.Kind() == flytoml.Table || n.Kind() == flytoml.ArrayTables)
}

// lastKey is the name at the end of a path.
func lastKey(n flytoml.Node) string {
	segments, err := flytoml.ParsePath(n.Path())
	if err != nil || len(segments) == 0 {
		return ""
	}
	return segments[len(segments)-1].Key
}

// bare is a name without what other files write it with: healthCheckPath,
// health-check-path and health_check_path are healthcheckpath.
func bare(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// spelledAlmost: the same but for - and _, or one letter apart.
func spelledAlmost(a, b string) bool {
	a, b = bare(a), bare(b)
	if a == b {
		return true
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 4 || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		return swapped || a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}
