package fixers

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// synonymTable are the names that people write for a key beside it, in lower case
// and without _ and -: the table that both stand in ("." for the top), the key,
// the unit that a plain number counts under those names ("-": the key's own; a
// number is converted and never only renamed), and the names.
const synonymTable = `
. env - environment environments envs environmentvariables envvars variables vars
. processes - process
. vm - vms machine machines resources
. mounts - volumes volume storage disk disks
. http_service - http web server
. deploy - deployment
. primary_region - region
. app - appname name
. swap_size_mb 1024 swapsizegb swapgb
. kill_timeout - terminationgraceperiodseconds stopgraceperiod shutdowntimeout
. kill_signal - stopsignal
vm memory gb memorygb ramgb
vm memory - ram mem
vm memory_mb - rammb
vm cpu_kind - cputype
vm cpus - cpu cpucount vcpus
vm size - preset instancetype machinetype vmsize
vm swap_size_mb - swapmb
mounts initial_size gb sizegb initialsizegb size
mounts destination - path target mountpath
mounts source - volume name
mounts snapshot_retention - retention
restart retries - maxretries retry maxrestarts
restart policy - strategy
http_service http_options.response.headers - headers
http_service http_options.compress - compress
http_service http_options.idle_timeout - idletimeout
http_service http_options.h2_backend - h2backend
http_service internal_port - port targetport containerport
http_service force_https - https forcessl
http_service,services auto_stop_machines - autostop
http_service,services auto_start_machines - autostart
http_service,services min_machines_running - minmachines
services internal_port - targetport containerport
deploy release_command - command predeploycommand predeploy migrationcommand
deploy strategy - strategies
build dockerfile - dockerfilepath
build build-target - target stage
build image - dockerimage
build args - buildargs
build ignorefile - dockerignore
files local_path - source src path
files guest_path - destination dest target
statics guest_path - path root directory
statics url_prefix - prefix url
`

type synonym struct{ key, unit string }

// synonyms are those of the table, by the table that they stand in and the name.
var synonyms = sync.OnceValue(func() map[string]synonym {
	out := map[string]synonym{}
	for line := range strings.Lines(strings.TrimSpace(synonymTable)) {
		f := strings.Fields(line)
		for table := range strings.SplitSeq(f[0], ",") {
			for _, name := range f[3:] {
				out[strings.TrimPrefix(table+"."+name, "..")] = synonym{f[1], strings.TrimPrefix(f[2], "-")}
			}
		}
	}
	return out
})

// meantBy renames what people write for a key; ok is false for other names.
func meantBy(t plan.Target, n flytoml.Node, form, name string, f *plan.Finding) bool {
	parent, _, _ := cutLast(form)
	s, ok := synonyms()[strings.TrimPrefix(parent+"."+bare(name), ".")]
	if key, unit := checkWord(name); !ok && isCheck(parent) && key != "" {
		s, ok = synonym{key: key}, unit == 0
	}
	if !ok || s.key == "http_service" && !isServiceTable(n) {
		return false
	}
	to := sibling(n, s.key)
	if service, _ := flyschema.Root().Find("http_service"); s.key == "vm" && fieldsOf(service, n) {
		return false // [machines] auto_stop_machines = ...
	}
	f.Message = n.Path() + " is not a fly.toml key, so flyctl ignores it; the key is " + to
	if text, isText := n.Str(); s.key == "primary_region" && (!isText || regionProblem(t, text) != "") {
		f.Notes = append(f.Notes, "Fly's regions have codes of their own: fly platform regions lists them")
		return true
	}
	if t.Deployed().Get(to).Said() {
		f.Notes = append(f.Notes, to+" is in the file too, and only that one takes effect")
		return true
	}
	toKey(t, n, to, s.unit, f)
	return true
}

// toKey gives a value the name by which flyctl knows it, in the form that flyctl
// reads there.
func toKey(t plan.Target, n flytoml.Node, to, unit string, f *plan.Finding) {
	key, _ := flyschema.Root().Find(schemaPath(to))
	lost(t, to, f)
	switch {
	case key == nil:
		return
	case holds(key, n, unit):
		moveFix(t, n, to, takesEffect, f)
	case fieldsOf(key, n) || n.Kind() != flytoml.Table && n.Kind() != flytoml.ArrayTables:
		edits := readable(t.File, flytoml.Edit{Op: flytoml.Move, Path: n.Path(), To: to})
		if edits == nil {
			return
		}
		f.Fix = reviewFix(takesEffect, edits...)
		f.First = to != "env" && n.Kind() != flytoml.String
	default:
		return
	}
	if f.Fix.Edits[0].Op != flytoml.Move { // another rule writes it
		return
	}
	if v, isInt := n.Int(); isInt && unit == "gb" {
		f.Fix.Edits = append(f.Fix.Edits, setKey(to, fmt.Sprintf("%dgb", v)))
	} else if isInt && unit != "" {
		f.Fix.Edits = append(f.Fix.Edits, setKey(to, v*1024))
	}
	_, name, _ := cutLast(to)
	least, _ := n.Int()
	f.Fix.Costs = slices.Contains(priced, name) || name == "min_machines_running" && least > 0 || pricey(n, to)
}

// isCheck says whether a form is that of a health check.
func isCheck(form string) bool {
	return form == "checks.*" || form == "http_service.checks" || form == "services.http_checks" || form == "services.tcp_checks"
}
