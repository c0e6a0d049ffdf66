package fixers

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// onlyPlace takes a key, or a table of nothing but its own keys, to the one place
// that the schema has for its name.
func onlyPlace(t plan.Target, n flytoml.Node, form, name string, f *plan.Finding) bool {
	if name == "internal_port" {
		f.Notes = append(f.Notes, "it belongs to a service: [http_service] or [[services]]")
		return true // other rules see the service anew with it, so it is not for one apply among others
	}
	key, to := placeFor(t, name)
	table := n.Kind() == flytoml.Table || n.Kind() == flytoml.ArrayTables
	if key == nil || form == "env."+name || key.Path == "http_service" && !isServiceTable(n) || table && !tableOf(key, n) || !table && !holds(key, n, "") {
		return false
	}
	f.Message = n.Path() + " is ignored by flyctl; it belongs in " + to
	if table {
		renameTable(t, n, to, f)
		return true
	}
	moveTo(t, n, to, takesEffect, f)
	v, _ := n.Int()
	f.Fix.Costs = (slices.Contains(priced, name) || name == "min_machines_running" && v > 0) && f.Fix.Edits[0].Op == flytoml.Move
	return true
}

// placeFor is the one place of a file where a key of this name belongs, and its
// type; nil for none, and for several.
func placeFor(t plan.Target, name string) (*flyschema.Type, string) {
	aside := []string{"experimental.", "machine_checks[]", "deploy.release_command_vm."} // not what people mean by the name
	all := placesOf(flyschema.Root(), name)
	places := slices.DeleteFunc(slices.Clone(all), func(p *flyschema.Type) bool {
		return slices.ContainsFunc(aside, func(part string) bool { return strings.Contains(p.Path, part) })
	})
	if len(places) == 0 {
		places = all
	}
	if len(places) == 2 && places[0].Path != places[1].Path { // of a service, whichever form it has
		for _, p := range places {
			if p.Path != "http_service."+name && p.Path != "services[]."+name {
				return nil, ""
			}
		}
		if of := services(t.File); len(of) == 1 {
			to := of[0].Path + "." + name
			key, _ := flyschema.Root().Find(schemaPath(to))
			return key, to
		}
	}
	if len(places) != 1 || strings.Contains(places[0].Path, "*") {
		return nil, ""
	}
	key := places[0]
	parent, _, nested := cutLast(key.Path)
	to := strings.TrimSuffix(key.Path, "[]")
	if array, isArray := strings.CutSuffix(parent, "[]"); isArray {
		list, _ := t.File.Get(array)
		if strings.Contains(array, "[]") || len(list.Items()) != 1 {
			return nil, "" // which of them, or in none, only its author knows
		}
		to = flytoml.Join(list.Items()[0].Path(), name)
	}
	if nested && len(name) < 5 || parent == "restart[]" { // path, port, size: too many things are called so; retries are of many things
		return nil, ""
	}
	return key, to
}

// tableOf says whether a table is one of the type, as far as its keys go.
func tableOf(key *flyschema.Type, n flytoml.Node) bool {
	if key.Kind == flyschema.Names {
		return n.Kind() == flytoml.Table && key.Each.Kind == flyschema.String
	}
	return !slices.ContainsFunc(n.Items(), func(item flytoml.Node) bool { return !fieldsOf(key, item) })
}

// placesOf are the keys of the schema with this name, wherever they stand.
func placesOf(t *flyschema.Type, name string) []*flyschema.Type {
	var out []*flyschema.Type
	for key, child := range t.Fields {
		if key == name {
			out = append(out, child)
		}
		out = append(out, placesOf(child, name)...)
	}
	if t.Each != nil {
		out = append(out, placesOf(t.Each, name)...)
	}
	return out
}

// schemaPath is a path of a file as flyschema's types name it.
func schemaPath(path string) string {
	key, ok := flyschema.Lookup(path)
	if !ok {
		return path
	}
	return key.Path
}

// holds says whether a key of this type takes the value, a number in this unit.
func holds(key *flyschema.Type, n flytoml.Node, unit string) bool {
	switch n.Kind() {
	case flytoml.Integer:
		return key.Kind == flyschema.Int || key.Kind == flyschema.Seconds || unit == "gb" && key.Kind == flyschema.String
	case flytoml.String:
		text, _ := n.Str()
		return (key.Kind == flyschema.String || key.Kind == flyschema.Autostop) && (len(key.Words) == 0 || slices.Contains(key.Words, text)) || key.Kind == flyschema.Duration
	case flytoml.Bool:
		return key.Kind == flyschema.Bool || key.Kind == flyschema.Autostop
	case flytoml.Array:
		return key.Kind == flyschema.Strings
	case flytoml.Table:
		return key.Kind == flyschema.Names || key.Kind == flyschema.Tables && fieldsOf(key, n)
	case flytoml.ArrayTables:
		return key.Kind == flyschema.Tables && !slices.ContainsFunc(n.Items(), func(item flytoml.Node) bool { return !fieldsOf(key, item) })
	}
	return false
}

// fieldsOf says whether all keys of a table are fields of the type.
func fieldsOf(key *flyschema.Type, n flytoml.Node) bool {
	form := strings.ReplaceAll(key.Path, "[]", "")
	return len(n.Keys()) > 0 && !slices.ContainsFunc(n.Keys(), func(name string) bool {
		_, meant := synonyms()[form+"."+bare(name)]
		return key.Fields[name] == nil && !meant
	})
}
