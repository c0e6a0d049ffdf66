package deployed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// oneKey is the key of a table that a lone text in its place must mean.
var oneKey = map[string]string{
	"build.compose": "file", "services[].ports[].proxy_proto_options": "version", "deploy.release_command_vm": "size",
}

// toTable makes a table of a text that has one place in it.
func toTable(n flytoml.Node, t *flyschema.Type) *Repair {
	text, isText := n.Str()
	path := n.Path()
	if strings.HasSuffix(t.Path, ".headers") {
		return toHeaders(n)
	}
	if !isText {
		return nil
	}
	entry := func(key string) *Repair {
		return likely("a lone text there can only be its "+key,
			flytoml.Edit{Op: flytoml.Remove, Path: path},
			flytoml.Edit{Op: flytoml.AddTable, Path: path, Entries: []flytoml.Entry{{Key: key, Value: strconv.Quote(text)}}})
	}
	switch {
	case oneKey[t.Path] != "":
		return likely("a lone text there can only be its "+oneKey[t.Path], set(path, fmt.Sprintf("{ %s = %q }", oneKey[t.Path], text)))
	case strings.HasSuffix(t.Path, "concurrency"):
		return toLimits(path, text)
	case t.Path == "build" && strings.Contains(strings.ToLower(text), "dockerfile"):
		return entry("dockerfile")
	case t.Path == "build" && imageRef.MatchString(text):
		return entry("image")
	case t.Path == "deploy" && word(text, typeAt("deploy.strategy").Words) == text:
		return entry("strategy")
	}
	return nil
}

var imageRef = regexp.MustCompile(`^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$`)

// toLimits reads "20,25" as flyctl reads it in [[services]].
func toLimits(path, text string) *Repair {
	left, right, ok := strings.Cut(text, ",")
	soft, err1 := strconv.Atoi(strings.TrimSpace(left))
	hard, err2 := strconv.Atoi(strings.TrimSpace(right))
	if !ok || err1 != nil || err2 != nil {
		return nil
	}
	return sure(set(path, fmt.Sprintf(`{ type = "requests", soft_limit = %d, hard_limit = %d }`, soft, hard)))
}

// plainHeaders are those that hold no secret; the plan may repeat their values.
var plainHeaders = []string{"x-forwarded-proto", "x-forwarded-host", "x-forwarded-for", "x-forwarded-port", "host", "user-agent", "accept", "content-type", "origin", "referer"}

// toHeaders reads the two other forms of headers: a list of name and value,
// and text as HTTP has it. Values that may be secrets are left to the author.
func toHeaders(n flytoml.Node) *Repair {
	var entries []string
	add := func(name, value string) bool {
		for _, plain := range plainHeaders {
			if strings.EqualFold(plain, name) {
				entries = append(entries, flytoml.Join("", name)+" = "+strconv.Quote(value))
				return true
			}
		}
		return false
	}
	line := func(text string) bool {
		name, value, ok := strings.Cut(text, ":")
		return ok && add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	certain := true
	if text, ok := n.Str(); ok {
		certain = false
		if !line(text) {
			return nil
		}
	}
	if n.Kind() == flytoml.Array {
		for _, item := range n.Items() {
			if text, ok := item.Str(); ok {
				certain = false
				if !line(text) {
					return nil
				}
				continue
			}
			name, _ := item.Key("name")
			value, _ := item.Key("value")
			a, ok1 := name.Str()
			b, ok2 := value.Str()
			if !ok1 || !ok2 || len(item.Keys()) != 2 || !add(a, b) {
				return nil
			}
		}
	}
	if len(entries) == 0 {
		return nil
	}
	edit := set(n.Path(), "{ "+strings.Join(entries, ", ")+" }")
	if certain {
		return sure(edit)
	}
	return likely("the text reads as headers", edit)
}

var volumeAt = regexp.MustCompile(`^([a-z0-9_]+):(/[^:]*)$`)

func toTables(n flytoml.Node, t *flyschema.Type) *Repair {
	path := n.Path()
	text, isText := n.Str()
	switch {
	case strings.HasSuffix(path, "]"):
		return nil // an entry that is no table
	case n.Kind() == flytoml.Table && named(n, t):
		if len(n.Keys()) == 0 {
			return nil
		}
		return sure(flytoml.Edit{Op: flytoml.Nameless, Path: path})
	case n.Kind() == flytoml.Table:
		return sure(flytoml.Edit{Op: flytoml.ArrayOf, Path: path})
	case isText && t.Path == "mounts[]" && volumeAt.MatchString(text):
		m := volumeAt.FindStringSubmatch(text)
		return likely("it reads as a volume and its place", set(path, fmt.Sprintf("[{ source = %q, destination = %q }]", m[1], m[2])))
	case isText && t.Path == "vm[]":
		return likely("a lone text there can only be its size", set(path, fmt.Sprintf("[{ size = %q }]", text)))
	}
	return nil
}

// named says whether every key of the table is a table itself that has no
// place there, as in [http_service.checks.alive], which somebody took from
// top-level checks.
func named(n flytoml.Node, t *flyschema.Type) bool {
	keys := n.Keys()
	for _, key := range keys {
		c, _ := n.Key(key)
		if _, field := fieldOf(t, key); c.Kind() != flytoml.Table || field != nil {
			return false
		}
	}
	return len(keys) > 0
}

// nameCheck gives a top-level check a name.
func nameCheck(r Refusal) *Repair {
	path := r.Node.Path()
	kind := "alive"
	if v, ok := r.Node.Key("type"); ok {
		if text, ok := v.Str(); ok && (text == "http" || text == "tcp") {
			kind = text
		}
	}
	const why = "the name is only for people; choose another one when it tells more"
	if strings.HasSuffix(path, "]") {
		if v, said := r.Node.Key("name"); said {
			return likely(why, flytoml.Edit{Op: flytoml.Quote, Path: v.Path()})
		}
		return likely(why, set(path+".name", strconv.Quote(kind)))
	}
	return likely(why,
		flytoml.Edit{Op: flytoml.Move, Path: path, To: "named-checks"},
		flytoml.Edit{Op: flytoml.Move, Path: "named-checks", To: flytoml.Join(path, kind)})
}
