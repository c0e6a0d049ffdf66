package flyschema_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flyschema"
)

var update = flag.Bool("update", false, "write the JSON schema of fly.toml")

const schemaFile = "../../docs/schema/fly.json"

// TestSchemaFile holds docs/schema/fly.json to what the tables here say. It
// refuses nothing that flyctl accepts; key names in another case are beyond
// JSON schema, and keys that flyctl ignores are allowed.
func TestSchemaFile(t *testing.T) {
	g := generator{used: map[string]bool{}}
	schema := g.object(flyschema.Root())
	g.aliases(schema)
	schema["$schema"] = "http://json-schema.org/draft-07/schema#"
	schema["$id"] = "https://raw.githubusercontent.com/fly-standards/fly-standards/main/docs/schema/fly.json"
	schema["title"] = "Fly.io app configuration (fly.toml)"
	schema["description"] = "What flyctl reads in fly.toml, as of " + flyschema.AsOf + "."
	for _, path := range g.missing {
		t.Errorf("descriptions.tsv has no text for %s", path)
	}
	for key := range flyschema.Described() {
		if !g.used[key] {
			t.Errorf("descriptions.tsv has a text for %s, which is no key", key)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(schema); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.FromSlash(schemaFile), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(filepath.FromSlash(schemaFile))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), b.String()); diff != "" {
		t.Errorf("docs/schema/fly.json is not what the tables say (go test ./internal/flyschema -update writes it):\n%s", diff)
	}
}

type object = map[string]any

type generator struct {
	used    map[string]bool
	missing []string
}

// describe adds what is said of the key to its schema.
func (g *generator) describe(t *flyschema.Type, s object) object {
	name, about, ok := flyschema.DescriptionOf(t.Path, t.Kind == flyschema.Strings)
	if !ok {
		g.missing = append(g.missing, t.Path)
		return s
	}
	g.used[name] = true
	if t.Kind == flyschema.Names && strings.HasSuffix(name, ".*") { // of each, not of the table
		about = flyschema.About{Text: about.Text}
	}
	g.tell(about, t.Path, s)
	return s
}

// said is the schema of a key that the tables have no type for.
func (g *generator) said(path string, s object) object {
	name, about, ok := flyschema.DescriptionOf(path, false)
	if !ok {
		g.missing = append(g.missing, path)
	}
	g.used[name] = true
	g.tell(about, path, s)
	return s
}

func (g *generator) tell(about flyschema.About, path string, s object) {
	s["description"] = about.Text
	for key, raw := range map[string]string{"examples": about.Example, "default": about.Default} {
		var v any
		if raw == "" || json.Unmarshal([]byte(raw), &v) != nil {
			continue
		}
		if key == "examples" {
			v = []any{v}
		}
		s[key] = v
	}
	top, _, _ := strings.Cut(strings.ReplaceAll(path, "[]", ""), ".")
	s["x-taplo"] = object{"links": object{"key": "https://fly.io/docs/reference/configuration/" + anchor(top)}}
}

// anchor is the part of Fly's reference that tells of a section (its headings
// as of August 2026); "" for the page.
func anchor(top string) string {
	switch top {
	case "app":
		return "#the-app-name"
	case "primary_region", "console_command":
		return "#" + strings.ReplaceAll(top, "_", "-")
	case "kill_signal", "kill_timeout", "swap_size_mb":
		return "#" + top + "-option"
	case "env":
		return "#the-env-variables-section"
	case "services", "statics":
		return "#the-" + top + "-sections"
	case "build", "deploy", "http_service", "mounts", "vm", "restart", "files", "processes", "metrics", "checks", "experimental":
		return "#the-" + top + "-section"
	}
	return ""
}

// of is the schema of a type.
func (g *generator) of(t *flyschema.Type) object {
	s := g.form(t)
	if strings.HasSuffix(t.Path, "http_checks[].headers") { // or a list of name and value
		s = object{"anyOf": []any{s, object{"type": "array", "items": object{"type": "object", "properties": object{
			"name":  g.said(t.Path+".name", object{"type": "string"}),
			"value": g.said(t.Path+".value", object{"type": "string"}),
		}}}}}
	}
	return g.describe(t, s)
}

const (
	goDuration = `^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`
	number     = `^\s*[-+]?[0-9]+\s*$`
)

func (g *generator) form(t *flyschema.Type) object {
	inServices := strings.HasPrefix(t.Path, "services[]")
	switch t.Kind {
	case flyschema.Table:
		return g.object(t)
	case flyschema.Names:
		return g.named(t)
	case flyschema.Tables:
		entries := object{"type": "array", "items": g.object(t)}
		if alone(t.Path) {
			return object{"anyOf": []any{entries, g.object(t)}}
		}
		return entries
	case flyschema.Strings:
		list := object{"type": "array", "items": object{"type": "string"}}
		if strings.HasPrefix(t.Path, "experimental.") {
			return object{"anyOf": []any{list, object{"type": "string"}}}
		}
		return list
	case flyschema.Int, flyschema.Seconds:
		s := bounded(t, object{"type": "integer"})
		switch {
		case t.Kind == flyschema.Seconds:
			s["minimum"], s["maximum"] = 0, 4294967295
		case inServices && strings.HasSuffix(t.Path, "port"): // flyctl takes whatever makes a number there
			return object{"anyOf": []any{object{"type": "number"}, object{"type": "string", "pattern": number}}}
		case t.Path == "mounts[].auto_extend_size_threshold": // 0 is as good as none
			return object{"anyOf": []any{s, object{"const": 0}}}
		}
		return s
	case flyschema.Float:
		return bounded(t, object{"type": "number"})
	case flyschema.Bool:
		return object{"type": "boolean"}
	case flyschema.Duration:
		if t.Path == "kill_timeout" || strings.HasPrefix(t.Path, "checks") || inServices && !strings.Contains(t.Path, "machine_checks") {
			// flyctl reads those itself, and passes over what is neither text nor number.
			return object{"pattern": strings.TrimSuffix(goDuration, "$") + "$|" + number}
		}
		return object{"anyOf": []any{object{"type": "string", "pattern": goDuration}, object{"type": "integer"}}}
	case flyschema.Autostop:
		return object{"enum": []any{"off", "stop", "suspend", true, false}}
	case flyschema.Persist:
		return object{"anyOf": []any{words(t), object{"type": "integer", "minimum": 0, "maximum": 3}}}
	case flyschema.String:
		return g.str(t)
	}
	return object{} // anything
}

func (g *generator) str(t *flyschema.Type) object {
	s := object{"type": "string"}
	if len(t.Words) > 0 {
		s = words(t)
	}
	switch {
	case t.Path == "vm[].memory", strings.HasPrefix(t.Path, "env."), strings.HasPrefix(t.Path, "services[].http_checks[].headers."):
		return object{} // flyctl prints whatever stands there
	case t.Path == "mounts[].initial_size": // a number is of GB
		return object{"type": []any{"string", "integer"}}
	}
	return s
}

func words(t *flyschema.Type) object {
	var list []any
	for _, w := range t.Words {
		list = append(list, w)
	}
	return object{"enum": list}
}

func bounded(t *flyschema.Type, s object) object {
	if t.HasMin {
		s["minimum"] = t.Min
	}
	if t.HasMax {
		s["maximum"] = t.Max
	}
	return s
}

// alone are the arrays of tables that flyctl also takes as one table.
func alone(path string) bool {
	return slices.Contains([]string{"mounts[]", "vm[]", "metrics[]", "services[]", "services[].ports[]", "services[].tcp_checks[]", "services[].http_checks[]"}, path)
}

func (g *generator) object(t *flyschema.Type) object {
	properties := object{}
	for _, name := range slices.Sorted(maps.Keys(t.Fields)) {
		properties[name] = g.of(t.Fields[name])
	}
	s := object{"type": "object", "properties": properties}
	if t.Path == "services[]" { // "20,25" are a soft and a hard limit
		c := properties["concurrency"].(object)
		properties["concurrency"] = object{"anyOf": []any{object{"type": "object", "properties": c["properties"]}, object{"type": "string"}}, "description": c["description"]}
	}
	if t.Path == "restart[]" {
		s["required"] = []any{"policy"}
	}
	return s
}

// named is a table whose keys the author chooses.
func (g *generator) named(t *flyschema.Type) object {
	each := g.of(t.Each)
	s := object{"type": "object", "additionalProperties": each}
	list := object{"type": "array"}
	switch t.Path {
	case "checks":
		each["required"] = []any{"type"}
		entry := maps.Clone(each["properties"].(object))
		entry["name"] = g.said("checks.*.name", object{"type": "string"})
		list["items"] = object{"type": "object", "required": []any{"name", "type"}, "properties": entry}
		return object{"anyOf": []any{s, list}}
	case "processes", "env":
		return object{"anyOf": []any{s, list}}
	}
	return s
}

// aliases are the other names that flyctl reads a section by.
func (g *generator) aliases(s object) {
	properties := s["properties"].(object)
	for name, of := range map[string]string{"mount": "mounts", "metric": "metrics", "compute": "vm", "computes": "vm"} {
		properties[name] = object{"$ref": "#/properties/" + of}
	}
	build := properties["build"].(object)["properties"].(object)
	build["build_target"] = object{"$ref": "#/properties/build/properties/build-target"}
	experimental := properties["experimental"].(object)["properties"].(object)
	for name, kind := range map[string]string{"kill_timeout": "", "metrics_port": "integer", "metrics_path": "string"} {
		own := object{}
		if kind != "" {
			own["type"] = kind
		}
		experimental[name] = g.said("experimental."+name, own)
	}
}
