package fixers_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/fly-standards/fly-standards/internal/proof/jsonschema"
	"github.com/fly-standards/fly-standards/internal/view"
)

// TestJSON checks the JSON of every fixture's plan against the published
// schema: each key described, each required one there.
func TestJSON(t *testing.T) {
	raw, err := os.ReadFile("../docs/schema/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	// A Plan, by itself: of several possibilities a fault would only say that none fits.
	s["$ref"] = "#/definitions/Plan"
	schema, err := jsonschema.NewChecker(s, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fixtures(t) {
		var b bytes.Buffer
		if err := view.JSON(&b, f.plan(t)); err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Check(v); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
	}
}
