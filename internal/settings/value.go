package settings

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/near"
	"github.com/fly-standards/fly-standards/plan"
)

type field func(*plan.Settings) *string

func path(to field) value {
	return value{
		schema: map[string]any{"type": "string", "pattern": `^/[^\s]*$`, "examples": []any{"/healthz"}},
		read: func(r *reader, n flytoml.Node) {
			s, _ := n.Str()
			if !strings.HasPrefix(s, "/") || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
				r.want(n, `a path with its leading slash, such as "/healthz"`)
				return
			}
			*to(&r.file.Settings) = s
		},
	}
}

// duration is a time between two bounds; what is outside of them Fly refuses
// at the deploy, which is too late to be told.
func duration(to field, least, most time.Duration) value {
	return value{
		schema: map[string]any{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`, "examples": []any{"15s"}},
		read: func(r *reader, n flytoml.Node) {
			s, _ := n.Str()
			if d, err := time.ParseDuration(s); err != nil || d <= 0 {
				r.want(n, `a duration in quotes, such as "15s"`)
				return
			} else if d < least || d > most {
				r.want(n, "a duration from %v to %v", least, most)
				return
			}
			*to(&r.file.Settings) = s
		},
	}
}

func oneOf(set func(*reader, string), words ...string) value {
	allowed := make([]any, len(words))
	for i, w := range words {
		allowed[i] = w
	}
	return value{
		schema: map[string]any{"enum": allowed},
		read: func(r *reader, n flytoml.Node) {
			s, ok := n.Str()
			if !ok || !slices.Contains(words, s) {
				r.want(n, "one of %s%s", strings.Join(words, ", "), near.Hint(s, words))
				return
			}
			set(r, s)
		},
	}
}

func severity(id string) value {
	return oneOf(func(r *reader, word string) { r.file.Severity[id] = plan.Severity(word) },
		string(plan.Error), string(plan.Warning), string(plan.Info))
}

func enabled(id string) value {
	return value{
		schema: map[string]any{"type": "boolean"},
		read: func(r *reader, n flytoml.Node) {
			on, ok := n.Bool()
			switch {
			case !ok:
				r.want(n, "true or false")
			case on:
				r.file.Enabled[id] = true
				delete(r.file.Disabled, id) // what is extended may have said otherwise
			default:
				r.file.Disabled[id] = r.name
				delete(r.file.Enabled, id)
			}
		},
	}
}

// regions reads a list of region codes. Whether a region exists is the
// platform's to say; here only what can't be a code is refused.
func regions(set func(*reader, []string)) value {
	return value{
		schema: map[string]any{
			"type": "array", "items": map[string]any{"type": "string", "pattern": "^[a-z]{3}$"}, "examples": []any{[]any{"lhr", "syd"}},
		},
		read: func(r *reader, n flytoml.Node) {
			if n.Kind() != flytoml.Array {
				r.want(n, `a list of region codes, such as ["lhr", "syd"]`)
				return
			}
			var codes []string
			for _, item := range n.Items() {
				s, _ := item.Str()
				if !IsRegion(s) {
					r.want(item, `region codes of three letters, such as "lhr"`)
					return
				}
				r.file.RegionAt[s] = fmt.Sprintf("%s:%d:%d", r.name, item.Position().Line, item.Position().Column)
				if !slices.Contains(codes, s) {
					codes = append(codes, s)
				}
			}
			set(r, codes)
		},
	}
}

func maxUnavailable() value {
	return value{
		schema: map[string]any{"anyOf": []any{
			map[string]any{"type": "integer", "minimum": 1},
			map[string]any{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
			map[string]any{"type": "string", "pattern": `^([1-9][0-9]*|0?\.[0-9]*[1-9][0-9]*)$`},
		}},
		read: func(r *reader, n flytoml.Node) {
			spec, ok := n.Str()
			if n.Kind() == flytoml.Integer || n.Kind() == flytoml.Float {
				spec, ok = n.Raw(), true
			}
			if !ok {
				r.fail(n, "max_unavailable must be a count or a fraction")
				return
			}
			if _, err := plan.AtOnce(spec, 1); err != nil {
				r.fail(n, "max_unavailable %v", err)
				return
			}
			r.file.Settings.MaxUnavailable = spec
		},
	}
}

// IsRegion says whether s can be a region code: three lower case letters.
func IsRegion(s string) bool {
	return len(s) == 3 && !strings.ContainsFunc(s, func(c rune) bool { return c < 'a' || c > 'z' })
}
