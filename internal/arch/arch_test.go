// Package arch holds the direction of imports.
package arch

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/fly-standards/fly-standards/"

// imports are the packages of this module that pkg reaches, directly or not.
func imports(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", module+pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	var own []string
	for line := range strings.Lines(string(out)) {
		path := strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(path, module); ok && rest != pkg {
			own = append(own, rest)
		} else if !ok {
			own = append(own, path)
		}
	}
	return own
}

func TestImportsPointOneWay(t *testing.T) {
	nouns := []string{"internal/deployed", "internal/flyschema", "internal/flytoml", "internal/machineconfig", "internal/live", "internal/secret"}
	for _, tt := range []struct {
		pkg  string
		may  []string // the only rooms of this module it may reach
		not  []string // rooms and packages that it must not reach
		note string
	}{
		{pkg: "plan", may: nouns, not: []string{"net/http", "os/exec"}, note: "plan does no I/O"},
		{pkg: "fixers", may: append([]string{"plan", "internal/regions", "internal/secretscan", "internal/flyschema", "internal/deployed"}, nouns...), note: "a fixer sees what its Target carries"},
		{pkg: "internal/flytoml", not: []string{"net/http"}, may: []string{"internal/secret", "internal/secretscan"}},
		{pkg: "internal/deployed", may: []string{"internal/flyschema", "internal/flytoml", "internal/machineconfig", "internal/secret", "internal/secretscan"},
			not: []string{"net/http", "os/exec"}, note: "it is pure"},
		{pkg: "internal/machineconfig", may: []string{"internal/secret"}, not: []string{"net/http"}},
		{pkg: "internal/apply", may: append([]string{"plan", "internal/journal", "internal/linepatch", "internal/atomicfile", "internal/clock"}, nouns...),
			not: []string{"github.com/superfly/fly-go"}, note: "apply speaks to Fly through its own interfaces"},
		{pkg: "internal/fly", may: append([]string{"internal/clock"}, nouns...)},
		{pkg: "commands", not: []string{"github.com/charmbracelet/bubbletea"}, note: "it asks the terminal for its colours before main begins, and waits 5 s for one that gives no answer"},
		{pkg: "internal/repo", may: append([]string{"plan"}, nouns...), not: []string{"github.com/superfly/fly-go"}},
	} {
		t.Run(tt.pkg, func(t *testing.T) {
			got := imports(t, tt.pkg)
			if len(got) == 0 {
				t.Fatal("go list gave nothing")
			}
			for _, path := range got {
				own := strings.HasPrefix(path, "internal/") && !strings.Contains(path, "golang.org") || path == "plan" || path == "fixers" || path == "commands"
				if own && isRoom(path) && tt.may != nil && !slices.Contains(tt.may, path) || slices.Contains(tt.not, path) {
					t.Errorf("%s reaches %s; %s", tt.pkg, path, tt.note)
				}
			}
		})
	}
}

// isRoom tells our internal rooms from the standard library's internal/...
func isRoom(path string) bool {
	return slices.Contains([]string{
		"plan", "fixers", "commands", "internal/apply", "internal/atomicfile", "internal/clock", "internal/deployed", "internal/fly", "internal/flyschema",
		"internal/flysim", "internal/flytoml", "internal/journal", "internal/linepatch", "internal/live", "internal/machineconfig", "internal/repo",
		"internal/regions", "internal/secret", "internal/secretscan", "internal/settings", "internal/view",
	}, path)
}
