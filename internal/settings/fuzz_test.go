package settings

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Whatever the file holds: an error with its place, or settings that the rest
// of the program can take for granted.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"[rules.health-checks]\npath = \"/up\"\ninterval = \"30s\"\n", "[rules.env-secrets]\nenabled = false\nseverity = \"info\"\n",
		"[extra-regions]\nregions = [\"lhr\", 1]\n", "[apply]\nmax_unavailable = 0.5\n", "rules = []\n", "rules.health-checks.path = 1\n", "[[rules]]\n", "extends = \"x\"\n", "[files.\"fly.toml\".apply]\nmax_unavailable = 0\n", "[files]\nx = 1\n", "[rules.\"\\u001b\"]\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := Parse(Name, src, Options{Rules: ruleIDs, FlyToml: "fly.toml"})
		if err != nil {
			var ours *Error
			var parse *flytoml.ParseError
			if !errors.As(err, &ours) && !errors.As(err, &parse) || !strings.HasPrefix(err.Error(), Name+":") {
				t.Errorf("the error has no place: %v", err)
			}
			return
		}
		s := got.Settings
		for _, r := range slices.Concat(s.Regions, s.Suggested) {
			if !IsRegion(r) {
				t.Errorf("%q is no region", r)
			}
		}
		if _, err := plan.AtOnce(s.MaxUnavailable, 3); err != nil {
			t.Errorf("max_unavailable %q: %v", s.MaxUnavailable, err)
		}
		if s.HealthPath != "" && !strings.HasPrefix(s.HealthPath, "/") {
			t.Errorf("path %q", s.HealthPath)
		}
		for id := range got.Disabled {
			if !slices.Contains(ruleIDs, id) {
				t.Errorf("rule %q is disabled, and there is none", id)
			}
		}
	})
}
