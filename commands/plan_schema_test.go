package commands

import (
	"reflect"
	"testing"

	"github.com/fly-standards/fly-standards/internal/jsonschema"
	"github.com/fly-standards/fly-standards/plan"
)

// TestPlanSchema holds docs/schema/plan.json to the Go types that --json
// writes. What the fixtures give is checked against it in package fixers.
func TestPlanSchema(t *testing.T) {
	src, err := jsonschema.ReadSource("../plan", "../internal/flytoml", "../internal/machineconfig")
	if err != nil {
		t.Fatal(err)
	}
	words := map[reflect.Type][]any{
		reflect.TypeFor[plan.Safety](): {plan.Manual.String(), plan.Review.String(), plan.Safe.String()},
	}
	s := jsonschema.Of(src, words, reflect.TypeFor[plan.Plan](), reflect.TypeFor[plan.Several]())
	s["$id"] = "https://raw.githubusercontent.com/fly-standards/fly-standards/main/docs/schema/plan.json"
	s["title"] = "The JSON document of fly-standards plan, check and show: a Plan, or with --all Several"
	definitions := s["definitions"].(jsonschema.Schema)
	for _, name := range []string{"Plan", "Several"} {
		definitions[name].(jsonschema.Schema)["properties"].(jsonschema.Schema)["schema_version"] = jsonschema.Schema{"const": plan.SchemaVersion}
	}
	published(t, "../docs/schema/plan.json", s)
}
