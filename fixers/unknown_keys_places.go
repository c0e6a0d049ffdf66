package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// synonyms are the names that people write for a key beside it, by form; the
// unit, if any, is what a plain number there counts, and the key's own unit
// follows it. A number is converted and never only renamed.
func synonyms() map[string]struct{ key, unit string } {
	return map[string]struct{ key, unit string }{
		"environment": {"env", ""}, "envs": {"env", ""}, "environment_variables": {"env", ""},
		"process": {"processes", ""}, "vms": {"vm", ""}, "machine": {"vm", ""}, "volumes": {"mounts", ""}, "volume": {"mounts", ""},
		"region": {"primary_region", ""}, "app_name": {"app", ""}, "name": {"app", ""},
		"vm.memory_gb": {"memory", "gb"}, "vm.ram": {"memory", ""}, "vm.mem": {"memory", ""}, "vm.cpu_type": {"cpu_kind", ""}, "vm.cpu": {"cpus", ""},
		"vm.cpu_count": {"cpus", ""}, "vm.preset": {"size", ""}, "vm.swap_mb": {"swap_size_mb", ""},
		"mounts.size_gb": {"initial_size", "gb"}, "mounts.initial_size_gb": {"initial_size", "gb"}, "mounts.path": {"destination", ""},
		"mounts.target": {"destination", ""}, "mounts.mount_path": {"destination", ""}, "mounts.volume": {"source", ""}, "mounts.name": {"source", ""},
		"mounts.retention":    {"snapshot_retention", ""},
		"restart.max_retries": {"retries", ""}, "restart.retry": {"retries", ""}, "restart.strategy": {"policy", ""},
		"http_service.headers": {"http_options.response.headers", ""}, "http_service.compress": {"http_options.compress", ""},
		"http_service.idle_timeout": {"http_options.idle_timeout", ""}, "http_service.h2_backend": {"http_options.h2_backend", ""},
		"http_service.port": {"internal_port", ""}, "http_service.https": {"force_https", ""}, "http_service.autostop": {"auto_stop_machines", ""},
		"http_service.autostart": {"auto_start_machines", ""}, "http_service.min_machines": {"min_machines_running", ""},
		"services.autostop": {"auto_stop_machines", ""}, "services.autostart": {"auto_start_machines", ""}, "services.min_machines": {"min_machines_running", ""},
		"deploy.command": {"release_command", ""}, "build.docker_file": {"dockerfile", ""}, "build.target": {"build-target", ""}, "build.docker_image": {"image", ""},
		"swap_size_gb": {"swap_size_mb", "1024"}, "swap_gb": {"swap_size_mb", "1024"},
	}
}

// synonym renames what people write for a key; ok is false for other names.
func synonym(t plan.Target, n flytoml.Node, form string, f *plan.Finding) bool {
	s, ok := synonyms()[strings.ToLower(form)]
	if !ok {
		return false
	}
	to := sibling(n, s.key)
	f.Message = n.Path() + " is not a fly.toml key, so flyctl ignores it; the key is " + to
	if _, taken := t.File.Get(to); taken {
		f.Notes = append(f.Notes, to+" is in the file too, and only that one takes effect")
		return true
	}
	key, _ := flyschema.Root().Find(schemaPath(to))
	if key == nil || !holds(key, n, s.unit) {
		return true
	}
	moveFix(t, n, to, takesEffect, f)
	if f.Fix.Edits[0].Op != flytoml.Move { // another rule writes it
		return true
	}
	if v, isInt := n.Int(); isInt && s.unit == "gb" {
		f.Fix.Edits = append(f.Fix.Edits, setKey(to, fmt.Sprintf("%dgb", v)))
	} else if isInt && s.unit != "" {
		f.Fix.Edits = append(f.Fix.Edits, setKey(to, v*1024))
	}
	f.Fix.Costs = slices.Contains(priced, s.key)
	return true
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
	return len(n.Keys()) > 0 && !slices.ContainsFunc(n.Keys(), func(name string) bool { return key.Fields[name] == nil })
}

// onlyPlace takes a key to the one place that the schema has for its name.
func onlyPlace(t plan.Target, n flytoml.Node, form, name string, f *plan.Finding) bool {
	if n.Kind() == flytoml.Table || n.Kind() == flytoml.ArrayTables || form == "env."+name {
		return false
	}
	switch name {
	case "internal_port":
		f.Notes = append(f.Notes, "it belongs to a service: [http_service] or [[services]]")
		return true // other rules see the service anew with it, so it is not for one apply among others
	case "force_https", "auto_stop_machines", "auto_start_machines", "min_machines_running":
		if all := services(t.File); len(all) == 1 {
			to := all[0].Path + "." + name
			if key, ok := flyschema.Root().Find(schemaPath(to)); ok && holds(key, n, "") {
				moveTo(t, n, to, takesEffect, f)
				v, _ := n.Int()
				f.Fix.Costs = name == "min_machines_running" && v > 0 && f.Fix.Edits[0].Op == flytoml.Move
			}
			return true
		}
		return false
	}
	places := placesOf(flyschema.Root(), name)
	inEarnest := slices.DeleteFunc(slices.Clone(places), func(p *flyschema.Type) bool { return strings.HasPrefix(p.Path, "experimental.") })
	if len(inEarnest) > 0 {
		places = inEarnest
	}
	if len(places) != 1 || strings.Contains(places[0].Path, "*") {
		return false
	}
	key := places[0]
	parent, _, nested := cutLast(key.Path)
	to := key.Path
	if array, isArray := strings.CutSuffix(parent, "[]"); isArray {
		list, _ := t.File.Get(array)
		if strings.Contains(array, "[]") || len(list.Items()) != 1 {
			return false // which of them, or in none, only its author knows
		}
		to = flytoml.Join(list.Items()[0].Path(), name)
	}
	if nested && len(name) < 5 || !holds(key, n, "") || // path, port, size: too many things are called so
		strings.Contains(form, "check") && parent == "restart[]" { // retries of a check are no restarts
		return false
	}
	moveTo(t, n, to, takesEffect, f)
	f.Fix.Costs = slices.Contains(priced, name) && f.Fix.Edits[0].Op == flytoml.Move
	return true
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

// oneLeftover tells all leftovers with the same fate at once: there is one thing
// to decide about them. One with a comment of its own for this tool stays alone.
func oneLeftover(t plan.Target, found []plan.Finding) []plan.Finding {
	lines := strings.Split(string(t.File.Bytes()), "\n")
	first, count := map[plan.Safety]int{}, map[plan.Safety]int{}
	var out []plan.Finding
	for _, f := range found {
		if f.Fix == nil || !isLeftover(flyschema.Form(f.Key)) || f.Line > 0 && f.Line <= len(lines) && strings.Contains(lines[f.Line-1], "fly-standards:") {
			out = append(out, f)
			continue
		}
		safety := f.Fix.Safety
		if count[safety]++; count[safety] == 1 {
			first[safety], out = len(out), append(out, f)
			continue
		}
		all := &out[first[safety]]
		if len(all.Evidence) == 0 {
			all.Evidence = append(all.Evidence, plan.Evidence{File: t.File.Name(), Line: all.Line, Text: all.Key})
		}
		all.Evidence = append(all.Evidence, plan.Evidence{File: t.File.Name(), Line: f.Line, Text: f.Key})
		all.Fix.Edits = append(all.Fix.Edits, f.Fix.Edits...)
		for _, n := range f.Notes {
			if !slices.Contains(all.Notes, n) {
				all.Notes = append(all.Notes, n)
			}
		}
		all.Message = fmt.Sprintf("%d keys are left over from the platform before machines; flyctl ignores them", count[safety])
	}
	return out
}
