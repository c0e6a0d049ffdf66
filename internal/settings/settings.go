// Package settings reads .fly-standards.toml: what a project wants of the
// standards. It is strict. A misspelt key that did nothing would be a standard
// that its owner believes is set.
package settings

import (
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Name is the file's name, beside fly.toml or at the root of the repository.
const Name = ".fly-standards.toml"

// File is a settings file as read. The zero File has no wishes.
type File struct {
	Settings plan.Settings
	Disabled []string // rules with enabled = false
	Severity map[string]plan.Severity
}

// Error is something in the file that can't be meant. Its text begins with
// file:line:column.
type Error struct {
	Name string
	flytoml.Position
	Message string
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Message)
}

// Parse reads the bytes of a settings file. name is for messages; rules are
// the ids that there are. The error is an *Error or a *flytoml.ParseError.
func Parse(name string, src []byte, rules []string) (*File, error) {
	doc, err := flytoml.Parse(name, src)
	if err != nil {
		return nil, err
	}
	r := &reader{name: name, rules: rules, file: &File{Severity: map[string]plan.Severity{}}}
	r.table(doc.Root(), "", map[string]func(flytoml.Node){
		"rules":         r.ruleTables,
		"extra-regions": r.extraRegions,
		"apply":         r.apply,
	})
	if r.err != nil {
		return nil, r.err
	}
	return r.file, nil
}

// reader keeps the first thing that is wrong; after it nothing more is read.
type reader struct {
	name  string
	rules []string
	file  *File
	err   error
}

func (r *reader) fail(n flytoml.Node, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Name: r.name, Position: n.Position(), Message: fmt.Sprintf(format, args...)}
	}
}

// table hands every key of n to its reader; a key that has none is an error.
func (r *reader) table(n flytoml.Node, what string, known map[string]func(flytoml.Node)) {
	if n.Kind() != flytoml.Table {
		r.fail(n, "%s must be a table", what)
		return
	}
	for _, key := range n.Keys() {
		child, _ := n.Key(key)
		if read, ok := known[key]; ok {
			read(child)
			continue
		}
		var names []string
		for k := range known {
			names = append(names, k)
		}
		slices.Sort(names)
		r.fail(child, "unknown key %q%s", key, hint(key, names))
	}
}

func (r *reader) ruleTables(n flytoml.Node) {
	s := &r.file.Settings
	options := map[string]map[string]func(flytoml.Node){
		"health-checks": {
			"path":         r.path(&s.HealthPath),
			"interval":     r.duration(&s.CheckInterval),
			"timeout":      r.duration(&s.CheckTimeout),
			"grace_period": r.duration(&s.CheckGrace),
		},
		"deploy-strategy": {
			"strategy": r.oneOf(&s.Strategy, "rolling", "canary", "bluegreen"),
		},
	}
	known := map[string]func(flytoml.Node){}
	for _, id := range r.rules {
		known[id] = func(n flytoml.Node) {
			keys := options[id]
			if keys == nil {
				keys = map[string]func(flytoml.Node){}
			}
			keys["enabled"] = r.enabled(id)
			keys["severity"] = r.severity(id)
			r.table(n, "rules."+id, keys)
		}
	}
	if n.Kind() == flytoml.Table {
		for _, key := range n.Keys() {
			if child, _ := n.Key(key); known[key] == nil {
				r.fail(child, "there is no rule %q%s", key, hint(key, r.rules))
			}
		}
	}
	r.table(n, "rules", known)
}

func (r *reader) extraRegions(n flytoml.Node) {
	s := &r.file.Settings
	r.table(n, "extra-regions", map[string]func(flytoml.Node){
		"regions":   r.regions(&s.Regions),
		"suggested": r.regions(&s.Suggested),
	})
	if len(s.Regions) > 0 {
		s.RegionsFrom = r.name
	}
}

func (r *reader) apply(n flytoml.Node) {
	r.table(n, "apply", map[string]func(flytoml.Node){
		"max_unavailable": func(n flytoml.Node) {
			spec, ok := n.Str()
			if n.Kind() == flytoml.Integer || n.Kind() == flytoml.Float {
				spec, ok = n.Raw(), true
			}
			if !ok {
				r.fail(n, "max_unavailable must be a count or a fraction")
				return
			}
			if _, err := plan.AtOnce(spec, 1); err != nil {
				r.fail(n, "%v", err)
				return
			}
			r.file.Settings.MaxUnavailable = spec
		},
	})
}

func (r *reader) enabled(id string) func(flytoml.Node) {
	return func(n flytoml.Node) {
		on, ok := n.Bool()
		switch {
		case !ok:
			r.fail(n, "enabled must be true or false")
		case !on:
			r.file.Disabled = append(r.file.Disabled, id)
		}
	}
}

func (r *reader) severity(id string) func(flytoml.Node) {
	return func(n flytoml.Node) {
		var s string
		r.oneOf(&s, string(plan.Error), string(plan.Warning), string(plan.Info))(n)
		r.file.Severity[id] = plan.Severity(s)
	}
}

func (r *reader) duration(to *string) func(flytoml.Node) {
	return func(n flytoml.Node) {
		s, _ := n.Str()
		if d, err := time.ParseDuration(s); err != nil || d <= 0 {
			r.fail(n, `want a duration in quotes, such as "15s"`)
			return
		}
		*to = s
	}
}
