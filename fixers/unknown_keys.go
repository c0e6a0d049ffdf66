package fixers

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func unknownKeys() plan.Fixer {
	return plan.Fixer{
		ID:       "unknown-keys",
		Title:    "every key is one that flyctl knows",
		Severity: plan.Warning,
		Doc: `flyctl silently ignores a key or section that it does not know (only fly config validate --strict reports it). So what the key was
meant to do does not happen.

Some come from published examples: regions in fly.toml (a machine has a region, the file has none but primary_region), [scale] (the
floor is min_machines_running of a service; there is no ceiling), [[http_service.route]] and [[http_service.ports]] (http_service always
means 80 and 443), restart_limit, script_checks and allowed_public_ports (left over from the platform before machines).

Leftovers without effect are removed; what is in the wrong place moves, with consent, since it then takes effect; the rest is only
shown. Older forms that flyctl still accepts are not findings. A list of regions is removed with consent: the plan shows the lines for
.fly-standards.toml that keep the intent.

Manual fix: fly config validate --strict lists them all; correct the spelling, move the key to its table, or delete it.`,
		Check: checkUnknownKeys,
	}
}

func checkUnknownKeys(t plan.Target) []plan.Finding {
	out := inEnv(t)
	for _, n := range unknown(t.File) {
		form := flyschema.Form(n.Path())
		if inDuplicate(t.File, n.Path()) { // conflicting-services takes the whole of it
			continue
		}
		if form == rollbackLost || strings.HasPrefix(form, strategyKey+".") { // auto-rollback and config-shape tell
			continue
		}
		if inNamed(t, n) || withStray(t.File, n) { // config-shape takes the name away; the check that it belongs to is told of
			continue
		}
		f := plan.Finding{
			Message: n.Path() + " is not a fly.toml key; flyctl ignores it",
			At:      placeOf(t.File, n.Path(), ""),
		}
		knownUnknown(t, n, form, &f)
		if f.Fix != nil {
			f.Fix.Edits = inShape(t.Deployed(), f.Fix.Edits)
		} else if v := newerFlyctl(t); v != "" {
			f.Notes = append(f.Notes, "the keys known here are flyctl's of "+flyschema.AsOf+"; the app was deployed with flyctl "+v+", which may know more: run fly config validate --strict")
		}
		out = append(out, f)
	}
	oneForEach(t, out)
	return oneLeftover(t, out)
}

// newerFlyctl is the version of the flyctl that deployed the app, when it is
// newer than the table of keys; flyctl writes it into the machines' metadata.
func newerFlyctl(t plan.Target) string {
	for _, m := range machinesOf(t, nil) {
		if v := m.Config.Metadata()["fly_flyctl_version"]; flyschema.NewerThan(v) {
			return v
		}
	}
	return ""
}

// capital is such a heading.
func capital(t plan.Target, n flytoml.Node, to string, f *plan.Finding) {
	f.Message = n.Path() + " is not read by flyctl: key names are case-sensitive, and this one is " + to
	renameTable(t, n, to, f)
}

// knownUnknown says what is to be done about the ones that people write.
func knownUnknown(t plan.Target, n flytoml.Node, form string, f *plan.Finding) {
	for _, c := range strayChecks(t.File) {
		if c.node.Path() == n.Path() {
			moveCheck(c, f)
			return
		}
	}
	_, name, _ := cutLast(form)
	top, _, _ := strings.Cut(form, ".")
	switch {
	case droppedForm(n.Path()) != "":
		capital(t, n, droppedForm(n.Path()), f)
	case namedEntry(t, n):
		entry(t, n, f)
	case strings.HasPrefix(n.Path(), "http_service.") && isServiceTable(n):
		f.Notes = append(f.Notes, "there is one http_service, without names: a second one is an entry of [[services]]")
	case isLeftover(form):
		leftover(n, name, f)
	case form == "deploy.regions" || top == "regions":
		regionList(t, n, f)
	case slices.Contains([]string{"scale", "scaling", "autoscaling"}, top):
		f.Notes = append(f.Notes, "the floor is min_machines_running of a service, the number of machines is set with fly scale count; there is no ceiling")
		scaleTable(t, n, f)
	case form == "http_service.max_machines_running":
		remove(n, f, "there is no ceiling in fly.toml: there are never more machines than fly scale count created")
	case form == "http_service.route" || form == "http_service.routes":
		remove(n, f, "fly.toml has no routes: the app routes by path itself, or answers with the fly-replay header")
	case form == "http_service.ports":
		servicePorts(n, f)
	case form == "http_service.timeout" || form == "services.timeout":
		serviceTimeout(t, n, f)
	case form == "vm.swap_size_mb":
		moveTo(t, n, "swap_size_mb", "flyctl has ignored it so far; fixed, the machines get the swap at the next deploy", f)
	case form == "vm.min_machines_running" || form == "vm.auto_stop_machines" || form == "vm.auto_start_machines":
		serviceKey(t, n, name, f)
	case (name == "port" || name == "type") && strings.HasSuffix(form, "checks."+name):
		checkKey(t, n, form, name, f)
	case form == "http_service.redirects":
		f.Notes = append(f.Notes, "the proxy redirects http to https and nothing else: the app answers redirects itself")
	case form == "http_service.custom_domains":
		f.Notes = append(f.Notes, "domains are not set in fly.toml: fly certs add HOSTNAME")
	case form == "experimental.sticky_sessions":
		f.Notes = append(f.Notes, "the proxy has no sticky sessions: the app can answer with a fly-replay header")
	case form == "secrets":
		f.Notes = append(f.Notes, "secrets are set with fly secrets set; what is written here is in the git history, so rotate it")
	default:
		if !synonym(t, n, form, f) && !onlyPlace(t, n, form, name, f) {
			nearMiss(t, n, form, f)
		}
	}
}

// isServiceTable says whether a table looks like a service of its own: [http_service.web].
func isServiceTable(n flytoml.Node) bool {
	_, port := n.Key("internal_port")
	return n.Kind() == flytoml.Table && port
}

// leftover is a key of the platform before machines. One that asks for
// nothing goes; one that asks for something goes with consent.
func leftover(n flytoml.Node, name string, f *plan.Finding) {
	f.Message, f.Severity = n.Path()+" is left over from the platform before machines; flyctl ignores it", plan.Info
	v, isInt := n.Int()
	on, isBool := n.Bool()
	f.Fix = safeFix(removal(n.Path()))
	if isInt && v == 0 || isBool && !on || n.Kind() == flytoml.Array && len(n.Items()) == 0 {
		return
	}
	f.Fix.Safety, f.Fix.Why = plan.Review, noEffect
	switch name {
	case "restart_limit":
		f.Notes = append(f.Notes, "a failing check takes the machine out of routing and never restarts it; [[restart]] is about a process that exits")
	case "script_checks":
		f.Notes = append(f.Notes, "what it tested can be an HTTP check, or a machine check, which runs at deploy")
	}
}

func remove(n flytoml.Node, f *plan.Finding, why string) {
	f.Notes = append(f.Notes, why)
	f.Fix = reviewFix(noEffect, removal(n.Path()))
}

func servicePorts(n flytoml.Node, f *plan.Finding) {
	const note = "http_service always means 80 and 443; other ports need [[services]]"
	for _, item := range n.Items() {
		if p := nodePort(item); p != 80 && p != 443 {
			f.Notes = append(f.Notes, note)
			return
		}
	}
	remove(n, f, note)
}

// scaleTable takes a [scale] with a floor to the one service there is. A
// ceiling alone can't be meant.
func scaleTable(t plan.Target, n flytoml.Node, f *plan.Finding) {
	floor, plain := scaleFloor(n)
	if !plain {
		return
	}
	gone := removal(n.Path())
	services := services(t.File)
	want, isInt := floor.Int()
	switch {
	case n.Kind() != flytoml.Table:
	case floor.Kind() == flytoml.Invalid:
		f.Fix = reviewFix(noEffect, gone)
	case isInt && len(services) == 1:
		moveTo(t, floor, services[0].Path+".min_machines_running", "the floor takes effect at the next deploy", f)
		f.Message = n.Path() + " is not a fly.toml key; flyctl ignores it"
		e := f.Fix.Edits[0]
		f.Fix.Costs = e.Op != flytoml.Remove && want > 0
		if f.Fix.Edits = []flytoml.Edit{gone}; e.Op != flytoml.Remove {
			f.Fix.Edits = []flytoml.Edit{e, gone}
		}
	}
}

// regionList names the lines that keep the wish: fly.toml has no place for it.
func regionList(t plan.Target, n flytoml.Node, f *plan.Finding) {
	home, _ := t.File.Get("primary_region")
	primary, _ := home.Str()
	var codes []string
	for _, code := range texts(n.Value()) {
		if len(code) == 3 && strings.ToLower(code) == code && code != primary && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	f.Message = n.Path() + " is not a fly.toml key; flyctl ignores it: regions belong to machines, not to fly.toml"
	if len(codes) == 0 {
		remove(n, f, "to put machines into a region: fly-standards apply --regions, or fly scale count")
		return
	}
	wished := slices.Concat(t.Settings.Suggested, t.Settings.Regions)
	if !slices.ContainsFunc(codes, func(c string) bool { return !slices.Contains(wished, c) }) {
		remove(n, f, "the settings name these regions")
		return
	}
	f.Settings = "[extra-regions] with suggested = " + quotedList(codes)
	remove(n, f, "to carry it out: fly-standards apply --regions "+strings.Join(codes, ","))
}

// texts are the strings in a value.
func texts(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = append(out, texts(e)...)
		}
	case map[string]any:
		for _, e := range v { // the caller sorts
			out = append(out, texts(e)...)
		}
	}
	return out
}
