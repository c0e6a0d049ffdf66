package fixers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"testing"

	"github.com/fly-standards/fly-standards/plan"
)

// touches is what the rules with a live side may change of a machine's
// configuration, as paths with * for an index.
func touches() map[string]string {
	return map[string]string{
		"autostart":            `^/services/\*/autostart$`,
		"concurrency":          `^/services/\*/concurrency(/|$)`,
		"conflicting-services": `^/services/`,
		"env-secrets":          `^/env(/|$)`,
		"flycast":              `^/services/\*/ports/\*/force_https$`,
		"force-https":          `^/services/\*/ports/\*/force_https$`,
		"health-checks":        `^/services/\*/checks(/|$)|^/checks(/|$)`,
		"metrics":              `^/metrics(/|$)`,
		"worker-groups":        `^/restart(/|$)`,
		"min-machines":         `^/services/\*/min_machines_running$`,
	}
}

// TestOnlyNamedPartsOfMachinesChange carries every fixture out and compares
// the configurations that the platform holds, before and after: a machine
// without a step keeps every byte's meaning, and one with a step changes only
// where the rules of that step may.
func TestOnlyNamedPartsOfMachinesChange(t *testing.T) {
	allUndisturbed(t)
	seen := map[string]bool{}
	for _, f := range fixtures(t) {
		u := f.undisturbed(t)
		rules := map[string][]string{}
		for _, s := range u.plan.Steps {
			if s.Kind == plan.StepMachine {
				rules[s.Machine.ID] = s.Rules
			}
		}
		for id, was := range u.before {
			for _, path := range changed("", was, u.after[id]) {
				rule := mayTouch(rules[id], path)
				if rule == "" {
					t.Errorf("%s: %s of %s changed, and no rule of %v may; say so in touches()", f.name, path, id, rules[id])
				}
				seen[rule] = true
			}
		}
	}
	for rule := range touches() {
		if !seen[rule] {
			t.Errorf("no fixture lets %s change a machine", rule)
		}
	}
}

func mayTouch(rules []string, path string) string {
	for _, rule := range rules {
		if pattern := touches()[rule]; pattern != "" && regexp.MustCompile(pattern).MatchString(path) {
			return rule
		}
	}
	return ""
}

func (w *world) configs(t *testing.T) map[string]any {
	t.Helper()
	out := map[string]any{}
	if w.app == nil {
		return out
	}
	for _, m := range w.app.Machines() {
		var cfg map[string]any
		if err := json.Unmarshal(m.Config(), &cfg); err != nil {
			t.Fatal(err)
		}
		delete(cfg, "image") // pinned by every update
		out[m.ID()] = cfg
	}
	return out
}

// changed are the paths at which two values differ, as deep as they go.
func changed(at string, a, b any) []string {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	var out []string
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			keys := maps.Clone(x)
			maps.Copy(keys, y)
			for k := range keys {
				out = append(out, changed(at+"/"+k, x[k], y[k])...)
			}
			return out
		}
	case []any:
		if y, ok := b.([]any); ok {
			for i := range max(len(x), len(y)) {
				out = append(out, changed(at+"/*", item(x, i), item(y, i))...)
			}
			return out
		}
	}
	return []string{at}
}

func item(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return fmt.Sprint("nothing at ", i)
}
