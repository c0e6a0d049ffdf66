package settings

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/plan"
)

var ruleIDs = []string{"deploy-strategy", "env-secrets", "extra-regions", "health-checks"}

func TestParse(t *testing.T) {
	got, err := Parse(Name, []byte(`
[rules.health-checks]
path = "/up"          # what the balancer asks too
interval = "30s"
timeout = "5s"
grace_period = "1m"

[rules.deploy-strategy]
strategy = "canary"
severity = "error"

[rules.env-secrets]
enabled = false

[extra-regions]
regions = ["lhr", "syd", "lhr"]
suggested = ["ewr"]

[apply]
max_unavailable = 0.5
`), Options{Rules: ruleIDs})
	if err != nil {
		t.Fatal(err)
	}
	want := &File{
		Settings: plan.Settings{
			HealthPath: "/up", CheckInterval: "30s", CheckTimeout: "5s", CheckGrace: "1m", Strategy: "canary",
			Regions: []string{"lhr", "syd"}, Suggested: []string{"ewr"}, RegionsFrom: Name, MaxUnavailable: "0.5",
		},
		Disabled: map[string]string{"env-secrets": Name},
		Enabled:  map[string]bool{},
		Severity: map[string]plan.Severity{"deploy-strategy": plan.Error},
		RegionAt: map[string]string{"ewr": Name + ":17:14", "lhr": Name + ":16:26", "syd": Name + ":16:19"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestParseEmpty(t *testing.T) {
	got, err := Parse(Name, []byte("# nothing yet\n"), Options{Rules: ruleIDs})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(plan.Settings{}, got.Settings); d != "" {
		t.Error(d)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ src, want string }{
		"unknown table":      {"[rule.health-checks]\npath = \"/\"\n", `.fly-standards.toml:1:2: unknown key "rule"; did you mean "rules"?`},
		"unknown rule":       {"[rules.health-check]\n", `.fly-standards.toml:1:1: there is no rule "health-check"; did you mean "health-checks"?`},
		"unknown option":     {"[rules.health-checks]\n\npaht = \"/up\"\n", `.fly-standards.toml:3:1: unknown key "paht"; did you mean "path"?`},
		"option of another":  {"[rules.env-secrets]\npath = \"/up\"\n", `.fly-standards.toml:2:1: unknown key "path"; known here: enabled, severity`},
		"relative path":      {"[rules.health-checks]\npath = \"up\"\n", `.fly-standards.toml:2:1: rules.health-checks.path = "up": must be a path with its leading slash, such as "/healthz"`},
		"bare number":        {"[rules.health-checks]\ninterval = 15\n", `.fly-standards.toml:2:1: rules.health-checks.interval = 15: must be a duration in quotes, such as "15s"`},
		"short interval":     {"[rules.health-checks]\ninterval = \"500ms\"\n", `.fly-standards.toml:2:1: rules.health-checks.interval = "500ms": must be a duration from 2s to 1m0s`},
		"long timeout":       {"[rules.health-checks]\ntimeout = \"2m\"\n", `.fly-standards.toml:2:1: rules.health-checks.timeout = "2m": must be a duration from 1s to 1m0s`},
		"negative duration":  {"[rules.health-checks]\ninterval = \"-1s\"\n", `.fly-standards.toml:2:1: rules.health-checks.interval = "-1s": must be a duration in quotes, such as "15s"`},
		"unknown strategy":   {"[rules.deploy-strategy]\nstrategy = \"blue-green\"\n", `.fly-standards.toml:2:1: rules.deploy-strategy.strategy = "blue-green": must be one of rolling, canary, bluegreen; did you mean "bluegreen"?`},
		"severity":           {"[rules.env-secrets]\nseverity = \"fatal\"\n", `.fly-standards.toml:2:1: rules.env-secrets.severity = "fatal": must be one of error, warning, info`},
		"enabled as text":    {"[rules.env-secrets]\nenabled = \"no\"\n", `.fly-standards.toml:2:1: rules.env-secrets.enabled = "no": must be true or false`},
		"regions as text":    {"[extra-regions]\nregions = \"lhr\"\n", `.fly-standards.toml:2:1: extra-regions.regions = "lhr": must be a list of region codes, such as ["lhr", "syd"]`},
		"not a region":       {"[extra-regions]\nregions = [\"London\"]\n", `extra-regions.regions[0] = "London": must be region codes of three letters, such as "lhr"`},
		"max unavailable":    {"[apply]\nmax_unavailable = 1.5\n", `.fly-standards.toml:2:1: max_unavailable "1.5": a count is a whole number`},
		"rule as value":      {"[rules]\nhealth-checks = true\n", `.fly-standards.toml:2:1: rules.health-checks must be a table`},
		"top level as value": {"rules = 3\n", `.fly-standards.toml:1:1: rules must be a table`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(Name, []byte(tc.src), Options{Rules: ruleIDs})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			got := err.Error()
			if name == "not a region" { // the position is the item's
				got = e.Message
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
