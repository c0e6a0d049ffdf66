package flyschema

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// forms are keys that flyctl's own types don't have and that work all the
// same: flyctl patches what it reads before it matches it against its types
// (read in August 2026). Strict validation calls some of them unknown.
//
//go:embed forms.tsv
var forms string

// aliases are the names that flyctl renames at the top level when it reads.
func alias(name string) string {
	switch name {
	case "mount":
		return "mounts"
	case "metric":
		return "metrics"
	case "compute", "computes":
		return "vm"
	}
	return name
}

// keysOf are the keys on a path, as the table names them: without the
// positions of entries, and with the names that flyctl reads.
func keysOf(segments []flytoml.Segment) []string {
	keys := make([]string, 0, len(segments))
	for i, s := range segments {
		switch {
		case s.Index < 0 && len(keys) == 0:
			keys = append(keys, alias(strings.ToLower(s.Key)))
		case s.Index < 0:
			keys = append(keys, s.Key)
		case i == 1 && keys[0] == "checks": // [[checks]] with a name is [checks.NAME]
			keys = append(keys, "*")
		}
	}
	return keys
}

// Form is a path as the table would say it, without the positions of entries
// and in lower case: services[1].tcp_checks[0].port is
// services.tcp_checks.port, [compute] is vm. Names that authors choose stay
// as they are. "" for a path that can't be read.
func Form(path string) string {
	segments, err := flytoml.ParsePath(path)
	if err != nil {
		return ""
	}
	keys := keysOf(segments)
	for i := range keys {
		if i == 1 && keys[0] == "checks" {
			keys[i] = "*"
			continue
		}
		keys[i] = strings.ToLower(keys[i])
	}
	return strings.Join(keys, ".")
}

// Children are the names that the table has directly below a form, sorted as
// the table is; below "" the top-level names.
func Children(form string) []string { return children()[form] }

var children = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(table) {
		path, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		form := ""
		for name := range strings.SplitSeq(strings.ReplaceAll(path, "[]", ""), ".") {
			if name != "" && name != "*" && !slices.Contains(out[form], name) {
				out[form] = append(out[form], name)
			}
			form = strings.TrimPrefix(form+"."+name, ".")
		}
	}
	return out
})
