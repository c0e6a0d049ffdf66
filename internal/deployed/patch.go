package deployed

import (
	"fmt"
	"strings"
	"time"
)

// patcher changes the tree as flyctl does before it looks at its types
// (appconfig/patches.go, August 2026), in the same order. Names match exactly
// here: [Mount] is not patched. Where flyctl stops, it goes on.
type patcher struct{ *reader }

func (p patcher) all(root *node) {
	p.env(root)
	p.services(root)
	p.processes(root)
	p.experimental(root)
	p.topChecks(root)
	p.tables(root, "vm", "memory", "compute", "computes", "vm")
	p.tables(root, "mounts", "initial_size", "mount", "mounts")
	p.tables(root, "metrics", "", "metric", "metrics")
	if n, ok := root.key("kill_timeout"); ok {
		root.set("kill_timeout", p.duration(n, time.Second))
	}
	p.build(root)
}

// printed is a value as Go prints it: that is what flyctl makes of a scalar in
// a place for text.
func printed(n *node) string {
	if n.kind == kText {
		return n.text()
	}
	return fmt.Sprintf("%v", n.src.Value())
}

func (p patcher) printed(n *node) *node { return n.as(kText, printed(n)) }

// env merges [[env]] and prints every value.
func (p patcher) env(root *node) {
	n, ok := root.key("env")
	if !ok {
		return
	}
	out := &node{kind: kTable, src: n.src}
	if !p.mergeEnv(out, n) {
		p.form(n, "env")
		out.wrong = true
	}
	root.set("env", out)
}

func (p patcher) mergeEnv(out, n *node) bool {
	switch n.kind {
	case kTable:
		for _, name := range n.keys {
			if v := n.kids[name]; container(v) {
				p.refuse(Refusal{Kind: NoEffect, Node: v.src, Predicate: true, Problem: "is not a single value: the app gets the whole of it as one string; give each variable a line of its own"})
			}
			out.set(name, p.printed(n.kids[name]))
		}
		return true
	case kArray:
		for _, item := range n.items {
			if !p.mergeEnv(out, item) {
				return false
			}
		}
		return true
	}
	return false
}

// processes reads the old form, [[processes]] with name and command. Entries
// without a name count for nothing.
func (p patcher) processes(root *node) {
	n, ok := root.key("processes")
	switch {
	case !ok || n.kind == kTable:
		return
	case n.kind != kArray:
		p.form(n, "processes")
		root.set("processes", &node{kind: kTable, src: n.src, wrong: true})
		return
	}
	out := &node{kind: kTable, src: n.src}
	for _, item := range n.items {
		name, named := item.key("name")
		if !named {
			p.dropped(item, "an entry without a name is not a process group")
			continue
		}
		command, said := item.key("command")
		if !said {
			for _, key := range item.keys {
				if key != "name" {
					p.refuse(Refusal{Kind: NoEffect, Node: item.kids[key].src, Predicate: true, Problem: "is not read: an entry of [[processes]] takes its command from the key command"})
				}
			}
			out.set(printed(name), item.as(kText, ""))
			continue
		}
		out.set(printed(name), p.printed(command))
	}
	if len(out.keys) == 0 {
		root.drop("processes")
		return
	}
	root.set("processes", out)
}

func (p patcher) experimental(root *node) {
	n, ok := root.key("experimental")
	if !ok {
		return
	}
	if n.kind != kTable {
		p.form(n, "experimental")
		n.wrong = true
		return
	}
	for _, key := range []string{"cmd", "entrypoint", "exec"} {
		if v, said := n.key(key); said && v.kind == kText {
			n.set(key, &node{kind: kArray, items: []*node{v}, src: v.src})
		}
	}
	if v, said := n.key("kill_timeout"); said {
		if _, top := root.key("kill_timeout"); !top {
			root.set("kill_timeout", p.duration(v, time.Second))
		}
	}
	metrics := &node{kind: kTable, src: n.src}
	for _, key := range []string{"metrics_port", "metrics_path"} {
		if v, said := n.key(key); said {
			metrics.set(strings.TrimPrefix(key, "metrics_"), v)
		}
	}
	if _, said := root.key("metrics"); !said && len(metrics.keys) > 0 {
		root.set("metrics", metrics)
	}
}

// topChecks reads [checks.NAME] and [[checks]] with a name.
func (p patcher) topChecks(root *node) {
	n, ok := root.key("checks")
	if !ok {
		return
	}
	out := &node{kind: kTable, src: n.src}
	switch n.kind {
	case kTable:
		if p.flat(n) {
			out.wrong = true
			break
		}
		for _, name := range n.keys {
			out.set(name, n.kids[name])
		}
	case kArray:
		for _, item := range n.items {
			name, named := item.key("name")
			switch {
			case item.kind != kTable:
				p.form(item, "checks.*")
				out.wrong = true
			case !named || name.kind != kText:
				p.refuse(Refusal{Kind: NoName, Node: item.src, Takes: "[checks.NAME], or [[checks]] with a name"})
				out.wrong = true
			default:
				out.set(name.text(), item)
			}
		}
	default:
		p.form(n, "checks")
		out.wrong = true
	}
	for _, name := range out.keys {
		if c := out.kids[name]; c.kind == kTable {
			p.check(c)
		}
	}
	if len(out.keys) == 0 && !out.wrong {
		root.drop("checks")
		return
	}
	root.set("checks", out)
}

// flat refuses a [checks] that has the keys of a check itself.
func (p patcher) flat(n *node) bool {
	for _, name := range n.keys {
		if _, known := fieldOf(typeAt("checks.*"), name); known != nil && (!container(n.kids[name]) || name == "processes") {
			p.refuse(Refusal{Kind: NoName, Node: n.src, Takes: "[checks.NAME], or [[checks]] with a name"})
			return true
		}
	}
	return false
}

func (p patcher) build(root *node) {
	n, ok := root.key("build")
	switch {
	case !ok:
	case n.kind != kTable:
		p.form(n, "build")
		n.wrong = true
	case len(n.keys) == 0:
		root.drop("build")
	default:
		if v, said := n.key("build_target"); said {
			n.set("build-target", v)
			n.drop("build_target")
		}
	}
}
