package near_test

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/near"
)

func TestHint(t *testing.T) {
	rules := []string{"app-health", "config-shape", "dockerfile-base", "dockerfile-secrets", "dockerfile-stages", "dockerfile-user", "dockerignore", "env-secrets", "force-https", "gitignore", "health-checks", "internal-port", "unused-ignore", "vm-memory", "volume-snapshots"}
	formats := []string{"human", "json", "markdown", "sarif", "github", "junit"}
	for _, tt := range []struct {
		typed string
		known []string
		want  string
	}{
		{"health-check", rules, `; did you mean "health-checks"?`},
		{"health_checks", rules, `; did you mean "health-checks"?`},
		{"Health-Checks", rules, `; did you mean "health-checks"?`},
		{"checks-health", rules, `; did you mean "health-checks"?`},
		{"helth", rules, `; did you mean "app-health" or "health-checks"?`},
		{"heatlh-cheks", rules, `; did you mean "health-checks"?`},
		{"HTTPS", rules, `; did you mean "force-https"?`},
		{"https-only", rules, ``},
		{"secrets", rules, `; did you mean "dockerfile-secrets" or "env-secrets"?`},
		{"ignore", rules, `; did you mean "dockerignore", "gitignore" or "unused-ignore"?`},
		{"docker", rules, `; did you mean "dockerfile-base", "dockerfile-secrets" or "dockerfile-stages"?`},
		{"memory", rules, `; did you mean "vm-memory"?`},
		{"volume-backups", rules, `; did you mean "volume-snapshots"?`},
		{"prot", rules, `; did you mean "internal-port"?`},
		{"xyzzy", rules, ``},
		{"", rules, ``},
		{"--", rules, ``},
		{"jsn", formats, `; did you mean "json"?`},
		{"jsno", formats, `; did you mean "json"?`},
		{"JSON", formats, `; did you mean "json"?`},
		{"srif", formats, `; did you mean "sarif"?`},
		{"yaml", formats, ``},
		{"warn", []string{"error", "warning", "info"}, `; did you mean "warning"?`},
		{"err", []string{"error", "warning", "info"}, `; did you mean "error"?`},
		{"reveiw", []string{"review", "paid"}, `; did you mean "review"?`},
		{"all", []string{"review", "paid"}, ``},
	} {
		if got := near.Hint(tt.typed, tt.known); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.typed, got, tt.want)
		}
	}
}
