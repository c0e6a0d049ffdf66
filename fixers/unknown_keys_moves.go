package fixers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// moveTo moves a key to where flyctl reads it. Where something stands already,
// or another rule is about to write, only the misplaced key goes.
func moveTo(t plan.Target, n flytoml.Node, to, why string, f *plan.Finding) {
	f.Message = n.Path() + " is ignored by flyctl; it belongs in " + to
	moveFix(t, n, to, why, f)
}

func moveFix(t plan.Target, n flytoml.Node, to, why string, f *plan.Finding) {
	gone := removal(n.Path())
	if _, taken := t.File.Get(to); taken {
		f.Notes = append(f.Notes, to+" is in the file already, and only that one takes effect")
		f.Fix = reviewFix(noEffect, gone)
		return
	}
	if rule, e := writtenBy(t, to); rule != "" {
		f.Notes = append(f.Notes, fmt.Sprintf("%s writes %s = %s there", rule, to, e.Value))
		f.Fix = reviewFix(noEffect, gone)
		if e.Value == n.Raw() { // the very same edit, which counts once
			f.Fix.Edits = []flytoml.Edit{e, gone}
		}
		return
	}
	move := flytoml.Edit{Op: flytoml.Move, Path: n.Path(), To: to}
	f.Fix = reviewFix(why, move)
	if n.Kind() != flytoml.Table && n.Kind() != flytoml.ArrayTables {
		f.First = strings.HasSuffix(to, ".internal_port")
		return
	}
	f.First = to != "env" // secrets are read where they stand
	if edits := readable(t.File, move); edits != nil {
		f.Fix.Edits = edits
	}
}

// writtenBy is the rule that sets a key of the file, and its edit: two rules
// must never want different things of one key.
func writtenBy(t plan.Target, path string) (rule string, e flytoml.Edit) {
	for _, fx := range All() {
		if fx.ID == "unknown-keys" || fx.ID == driftID {
			continue
		}
		for _, f := range fx.Check(t) {
			if f.Fix == nil || f.Fix.Safety == plan.Manual || f.Held != "" {
				continue
			}
			for _, e := range f.Fix.Edits {
				if e.Op == flytoml.Set && e.Path == path {
					return fx.ID, e
				}
			}
		}
	}
	return "", flytoml.Edit{}
}

// serviceKey takes a key of a service that stands in [vm] to the one service
// of the machines that the [vm] is for.
func serviceKey(t plan.Target, n flytoml.Node, name string, f *plan.Finding) {
	f.Notes = append(f.Notes, "it belongs to the service: [http_service] or [[services]]")
	vm, _ := t.File.Get(parentPath(n))
	of := servicesOfVM(t, vm)
	switch len(of) {
	case 0:
		f.Notes = []string{"these machines have no service, so the proxy neither starts nor stops them: they run as long as their process does"}
		f.Fix = reviewFix(noEffect, removal(n.Path()))
	case 1:
		f.Notes = nil
		moveTo(t, n, of[0].Path+"."+name, takesEffect, f)
		v, _ := n.Int()
		f.Fix.Costs = name == "min_machines_running" && v > 0 && f.Fix.Edits[0].Op != flytoml.Remove
	}
}

// serviceTimeout: [http_service.timeout] idle = "30m" means idle_timeout, which
// is a number of seconds in http_options, of a port where there are ports.
func serviceTimeout(t plan.Target, n flytoml.Node, f *plan.Finding) {
	f.Notes = append(f.Notes, "a service has no timeout; idle_timeout under http_options is how many seconds a connection may be silent")
	idle, _ := n.Key("idle")
	text, _ := idle.Str()
	d, err := time.ParseDuration(text)
	if err != nil || len(n.Keys()) != 1 || d < time.Second || d%time.Second != 0 {
		return
	}
	service, _ := t.File.Get(parentPath(n))
	options := []string{flytoml.Join(service.Path(), "http_options")}
	if flyschema.Form(service.Path()) == "services" {
		options = nil
		list, _ := service.Key("ports")
		for _, p := range list.Items() {
			if handlers, _ := t.Deployed().Get(p.Path()).Key("handlers").Strs(); slices.Contains(handlers, "http") {
				options = append(options, p.Path()+".http_options")
			}
		}
	}
	if len(options) == 0 {
		return
	}
	f.Fix = &plan.Fix{Safety: plan.Review, Why: takesEffect}
	for i, o := range options {
		to := o + ".idle_timeout"
		if _, said := t.File.Get(to); said {
			continue
		}
		if i == 0 { // its comment goes along
			f.Fix.Edits = append(f.Fix.Edits, flytoml.Edit{Op: flytoml.Move, Path: idle.Path(), To: to})
		}
		f.Fix.Edits = append(f.Fix.Edits, setKey(to, int(d/time.Second)))
	}
	f.Fix.Edits = append(f.Fix.Edits, removal(n.Path()))
}

// checkKey is a key of a service's check that says what is so anyway: its kind
// is in the name of the table, and its port is that of the service.
func checkKey(t plan.Target, n flytoml.Node, form, name string, f *plan.Finding) {
	parent, _, _ := cutLast(form)
	services := servicesAsWritten(t.File)
	i := slices.IndexFunc(services, func(s service) bool {
		return slices.ContainsFunc(s.Checks, func(c fileCheck) bool { return c.Where == parentPath(n) })
	})
	if i < 0 {
		return
	}
	kind, _ := n.Str()
	table, _ := t.File.Get(parentPath(n))
	switch {
	case name == "type" && (parent == "services.tcp_checks") == (kind == "tcp"), name == "port" && nodePort(table) == services[i].InternalPort:
		f.Fix = safeFix(removal(n.Path()))
		f.Notes = append(f.Notes, "it repeats the default")
	case name == "port":
		f.Notes = append(f.Notes, "the check of a service goes to its internal_port; for another port use a top-level check, [checks.NAME]")
	}
}

// inEnv finds keys of the file's top, and commands, that landed in [env]
// because a heading is missing above them. It only tells: a line leaves [env]
// when its value is stored as a secret, and for nothing else.
func inEnv(t plan.Target) []plan.Finding {
	env, _ := t.File.Get("env")
	var out []plan.Finding
	add := func(n flytoml.Node, message, note string) {
		out = append(out, plan.Finding{Message: message, At: placeOf(t.File, n.Path(), ""), Notes: []string{note}})
	}
	top := "swap_size_mb kill_signal kill_timeout console_command primary_region"
	if _, named := t.File.Get("app"); !named {
		top += " app"
	}
	for _, p := range []struct{ home, note, names string }{
		{"the top of the file", "move the line above the first heading", top},
		{"a service", "write the heading of the service above it, [http_service] or [[services]], or move the line under the one that is there",
			"internal_port force_https auto_stop_machines auto_start_machines min_machines_running"},
		{"[deploy]", "write the heading [deploy] above it, or move the line under the one that is there", "release_command release_command_timeout"},
	} {
		for _, name := range strings.Fields(p.names) {
			if n, ok := env.Key(name); ok && n.Path() == "env."+name {
				add(n, name+" is an env entry here, so flyctl doesn't act on it: it belongs to "+p.home, p.note)
			}
		}
	}
	n, ok := env.Key("app")
	_, have := t.File.Get("processes")
	if ok && !have && slices.ContainsFunc(servicesAsWritten(t.File), func(s service) bool { return slices.Contains(s.Processes, "app") }) {
		add(n, "app is an env entry here; it looks like the command of the process group app", "write the heading [processes] above it")
	}
	return out
}
