package flytoml

import (
	"cmp"
	"strings"
)

// This room says in which order keys stand. A new key or table goes behind
// the last of those present that come before it, and above all of them when
// none does. That looks at what is in the file and at the new key only, so
// two insertions give the same bytes whichever is made first: of two that
// meet in one place, the one that comes before stands before.

// keyOrder is the order of the keys of a table as flyctl writes them, keys
// before tables; `*` stands for a name that the author chose. It need not be
// complete: what is missing comes behind, by its name.
func keyOrder(table string) string {
	switch table {
	case "":
		return "app primary_region kill_signal kill_timeout swap_size_mb console_command host_dedication_id " +
			"build deploy env processes mounts experimental http_service services checks machine_checks " +
			"vm files restart statics metrics"
	case "build":
		return "builder buildpacks builtin image dockerfile build-target ignorefile args settings"
	case "deploy":
		return "release_command release_command_timeout seed_command strategy max_unavailable wait_timeout release_command_vm"
	case "http_service":
		return "internal_port force_https auto_stop_machines auto_start_machines min_machines_running max_machines_running " +
			"processes concurrency tls_options http_options checks machine_checks"
	case "services":
		return "protocol internal_port auto_stop_machines auto_start_machines min_machines_running max_machines_running " +
			"processes ports concurrency tcp_checks http_checks machine_checks"
	case "services.ports":
		return "port start_port end_port handlers force_https tls_options http_options"
	case "http_service.concurrency", "services.concurrency":
		return "type hard_limit soft_limit"
	case "http_service.checks", "services.http_checks", "services.tcp_checks", "checks.*":
		return "type port interval timeout grace_period restart_limit method path protocol processes headers"
	case "mounts":
		return "source destination initial_size processes"
	case "vm":
		return "size memory cpu_kind cpus"
	case "metrics":
		return "port path"
	}
	return ""
}

// order says which of two keys of the table n stands first.
func (n *node) order(a, b string) int {
	keys := n.keyPath()
	for i := range keys {
		keys[i] = strings.ToLower(keys[i])
	}
	if len(keys) == 2 && keys[0] == "checks" {
		keys[1] = "*"
	}
	known := strings.Fields(keyOrder(strings.Join(keys, ".")))
	rank := func(key string) int {
		for i, k := range known {
			if strings.EqualFold(k, key) {
				return i
			}
		}
		return len(known)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), compareNames(a, b))
}

// compareNames puts names before numbers: a table that is called 8080-tcp
// comes behind those to which somebody gave a thought.
func compareNames(a, b string) int {
	digits := func(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
	x, y := digits(a), digits(b)
	return cmp.Or(cmp.Compare(min(x, 1), min(y, 1)), cmp.Compare(x, y), strings.Compare(a, b))
}

// keyLine is the line where the key goes among those of the table n, which
// has a heading or is the root.
func (f *File) keyLine(n *node, key string) int {
	kvs := f.section(n)
	for i := len(kvs) - 1; i >= 0; i-- {
		if n.order(kvs[i].keys[0].text, key) < 0 {
			return kvs[i].last + 1
		}
	}
	switch {
	case n.form != formRoot:
		return n.stmt.last + 1
	case len(kvs) > 0:
		return f.lineAbove(kvs[0])
	}
	return f.topLine()
}

// tableLine is the line where the section of a new table, or array of tables,
// key of parent goes.
func (f *File) tableLine(parent *node, key string) int {
	var before, first *stmt
	for _, h := range f.headings(parent) {
		if first == nil {
			first = h
		}
		if h.table == parent || parent.order(h.table.childOf(parent).key, key) < 0 {
			before = h
		}
	}
	switch {
	case before != nil:
		return f.lineAfter(f.sectionEnd(before))
	case first != nil:
		return f.lineAbove(first)
	}
	return len(f.lines)
}

// childOf is the one of n and what is around it that stands directly in a.
func (n *node) childOf(a *node) *node {
	for n.parent != a {
		n = n.parent
	}
	return n
}

// sectionEnd is the last statement of the section under a heading.
func (f *File) sectionEnd(h *stmt) *stmt {
	if kvs := f.section(h.table); len(kvs) > 0 {
		return kvs[len(kvs)-1]
	}
	return h
}

// lineAbove is the line above a statement and its comment, but below the
// comment that opens the file.
func (f *File) lineAbove(s *stmt) int {
	top := f.commentStart(s)
	if top == 0 && f.opensFile(s.first) {
		return s.first
	}
	return top
}

// nesting counts the tables with headings of their own from the root down to
// n, n included: how deep flyctl would indent.
func (n *node) nesting() int {
	depth := 0
	for ; n.parent != nil; n = n.parent {
		if n.index < 0 && n.form == formHeading {
			depth++
		}
	}
	return depth
}
