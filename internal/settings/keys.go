package settings

import (
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// key is one key that a settings file may have. The reader and the published
// schema are both made of these, so that neither knows a key alone.
type key struct {
	name  string
	doc   string
	keys  []key // of a table
	value value // of anything else
}

// value is what a key may be set to: how that is read, and said in the schema.
type value struct {
	schema map[string]any
	read   func(*reader, flytoml.Node)
}

// sections are the tables of a settings file, and of each of its [files].
func sections(rules []string) []key {
	var perRule []key
	for _, id := range rules {
		perRule = append(perRule, key{name: id, keys: append(options(id),
			key{name: "enabled", doc: "false: what the rule finds is counted as ignored, and nothing of it is changed. true turns on a rule that is off by default.", value: enabled(id)},
			key{name: "severity", doc: "How much a finding of the rule matters; see check --fail-on.", value: severity(id)},
		)})
	}
	return []key{
		{name: "rules", doc: "Options for each rule.", keys: perRule},
		{name: "extra-regions", doc: "Regions to add to the app's present ones.", keys: []key{
			{name: "regions", doc: "Regions to add machines in. Naming one is consent to its cost, as with --regions.",
				value: regions(func(r *reader, codes []string) {
					r.file.Settings.Regions, r.file.Settings.RegionsFrom = codes, ""
					if len(codes) > 0 {
						r.file.Settings.RegionsFrom = r.name
					}
				})},
			{name: "suggested", doc: "Regions to propose. A suggestion only: adding one needs consent.",
				value: regions(func(r *reader, codes []string) { r.file.Settings.Suggested = codes })},
		}},
		{name: "apply", doc: "How apply works.", keys: []key{
			{name: "max_unavailable", doc: "How many machines of a group may be down at the same time: a count, or a fraction below 1.", value: maxUnavailable()},
		}},
	}
}

// options are the keys that only one rule has.
func options(rule string) []key {
	switch rule {
	case "health-checks":
		return []key{
			{name: "path", doc: "The path that the health check requests.", value: path(func(s *plan.Settings) *string { return &s.HealthPath })},
			{name: "interval", doc: "The time between two checks, 2s to 1m.", value: duration(func(s *plan.Settings) *string { return &s.CheckInterval }, 2*time.Second, time.Minute)},
			{name: "timeout", doc: "How long an answer may take, 1s to 1m.", value: duration(func(s *plan.Settings) *string { return &s.CheckTimeout }, time.Second, time.Minute)},
			{name: "grace_period", doc: "How long failing checks are ignored after a machine starts, 1s to 1h.", value: duration(func(s *plan.Settings) *string { return &s.CheckGrace }, time.Second, time.Hour)},
		}
	case "deploy-strategy":
		return []key{
			{name: "strategy", doc: "The strategy to write into [deploy] where there is none.",
				value: oneOf(func(r *reader, word string) { r.file.Settings.Strategy = word }, "rolling", "canary", "bluegreen")},
		}
	}
	return nil
}
