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
		for _, s := range services(t.File) {
			if word, _ := s.autostop(); word == "suspend" {
				f.Notes = append(f.Notes, "a machine with swap can't be suspended: set "+s.Path+`.auto_stop_machines = "stop" with it`)
			}
		}
	case form == "vm.min_machines_running" || form == "vm.auto_stop_machines" || form == "vm.auto_start_machines":
		serviceKey(t, n, name, f)
	case (name == "port" || name == "type") && strings.HasSuffix(form, "checks."+name):
		checkKey(t, n, form, name, f)
	default:
		if !meantBy(t, n, form, name, f) && !onlyPlace(t, n, form, name, f) {
			nearMiss(t, n, form, f)
		}
		note, parent := noKey()[bare(name)], strings.TrimSuffix(form, "."+name)
		if isCheck(parent) {
			note = "Fly's checks have no such setting"
		}
		if note != "" && f.Fix == nil && len(f.Notes) == 0 {
			f.Notes = append(f.Notes, note)
		}
	}
}

// isServiceTable says whether a table looks like a service of its own: [http_service.web].
func isServiceTable(n flytoml.Node) bool {
	_, port := n.Key("internal_port")
	return n.Kind() == flytoml.Table && port
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
