package commands

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/proof/jsonschema"
	"github.com/fly-standards/fly-standards/plan"
)

// TestPlanSchema holds docs/schema/plan.json to the Go types that --json
// writes. What the fixtures give is checked against it in package fixers.
func TestPlanSchema(t *testing.T) {
	src, err := jsonschema.ReadSource("../plan", "../internal/flytoml", "../internal/machineconfig", "../internal/live")
	if err != nil {
		t.Fatal(err)
	}
	words := map[reflect.Type][]any{
		reflect.TypeFor[plan.Safety](): {plan.Manual.String(), plan.Review.String(), plan.Safe.String()},
		reflect.TypeFor[plan.Flag]():   nil,
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

// TestResultSchema holds docs/schema/result.json to what apply and undo write
// beside the fields of the plan, and to the list of what is on record.
func TestResultSchema(t *testing.T) {
	src, err := jsonschema.ReadSource(".", "../internal/apply")
	if err != nil {
		t.Fatal(err)
	}
	s := jsonschema.Of(src, nil, reflect.TypeFor[Runs](), reflect.TypeFor[apply.Report]())
	s["$id"] = "https://raw.githubusercontent.com/fly-standards/fly-standards/main/docs/schema/result.json"
	s["title"] = "The JSON document of fly-standards undo --list; and what that of apply and of undo has beside the fields of plan.json"
	words := jsonschema.Schema{"type": "array", "items": jsonschema.Schema{"type": "string"}}
	text := jsonschema.Schema{"type": "string"}
	s["anyOf"].([]any)[1] = jsonschema.Schema{
		"type": "object", "required": []any{"result"}, "additionalProperties": true,
		"properties": jsonschema.Schema{
			"result": jsonschema.Schema{"$ref": "#/definitions/Report"}, "error": text, "of": text,
			"goes_back": words, "stays": words, "file_stays": jsonschema.Schema{"type": "boolean"}, "message": text,
		},
	}
	runs := s["definitions"].(jsonschema.Schema)["Runs"].(jsonschema.Schema)
	runs["properties"].(jsonschema.Schema)["schema_version"] = jsonschema.Schema{"const": plan.SchemaVersion}
	schema := published(t, "../docs/schema/result.json", s)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "fly.toml"), []byte("app = \"a\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"undo --list --json", "undo --json", "apply --offline --yes --json", "apply --offline --yes --json",
		"undo --list --json", "undo --offline --yes --json", "undo --list --json",
	} {
		var stdout bytes.Buffer
		env := &Env{
			Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: io.Discard, Dir: dir, Home: dir, Clock: clock.Wall{},
			Getenv: func(string) (string, bool) { return "", false },
		}
		if code := Main(t.Context(), env, strings.Fields(args)); code != 0 {
			t.Errorf("%s: exit code %d", args, code)
		}
		var v any
		if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v\n%s", args, err, stdout.String())
		}
		if err := schema.Check(v); err != nil {
			t.Errorf("%s: %v\n%s", args, err, stdout.String())
		}
	}
}

// TestAllIsOneDocument wants one JSON document of several files, as published,
// also when one of them can't be read.
func TestAllIsOneDocument(t *testing.T) {
	raw, err := os.ReadFile("../docs/schema/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	s["$ref"] = "#/definitions/Several"
	schema, err := jsonschema.NewChecker(s, true)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"fly.toml": "app = \"a\"\n", "web/fly.toml": "app = \"b\"\n", "x/fly.toml": "app = \n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for args, want := range map[string]int{"plan --offline --all --json": 1, "check --all --json": 2} {
		var stdout bytes.Buffer
		env := &Env{
			Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: io.Discard, Dir: dir, Home: dir, Clock: clock.Wall{},
			Getenv: func(string) (string, bool) { return "", false },
		}
		if code := Main(t.Context(), env, strings.Fields(args)); code != want {
			t.Errorf("%s: exit code %d, want %d", args, code, want)
		}
		var v any
		if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v\n%s", args, err, stdout.String())
		}
		if err := schema.Check(v); err != nil {
			t.Errorf("%s: %v", args, err)
		}
		var got plan.Several
		if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Plans) != 2 || len(got.Failed) != 1 || got.Failed[0].File != "x/fly.toml" {
			t.Errorf("%s: %d plans, failed %v", args, len(got.Plans), got.Failed)
		}
	}
}
