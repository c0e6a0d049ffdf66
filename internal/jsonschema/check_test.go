package jsonschema

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = `{
  "type": "object",
  "required": ["name"],
  "properties": {
    "name": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2},
    "count": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}]},
    "kinds": {"type": "array", "items": {"enum": ["a", "b"]}},
    "more": {"$ref": "#/definitions/more"}
  },
  "definitions": {"more": {"type": "object", "propertyNames": {"pattern": "^x"}, "additionalProperties": {"type": "boolean"}}}
}`

func TestCheck(t *testing.T) {
	var s Schema
	if err := json.Unmarshal([]byte(sample), &s); err != nil {
		t.Fatal(err)
	}
	if odd := WellFormed(s); len(odd) > 0 {
		t.Error(odd)
	}
	for src, want := range map[string][]string{
		`{"name": "ab", "count": 0.5, "kinds": ["a"], "more": {"x1": true}}`: nil,
		`{"name": "ab", "count": 3, "kinds": []}`:                            nil,
		`{}`:                                    {"/name: is missing"},
		`{"name": 1}`:                           {"/name: 1: type string"},
		`{"name": "A"}`:                         {"/name: A: minLength 2", "/name: A: pattern ^[a-z]+$"},
		`{"name": "ab", "kinds": ["a", "c"]}`:   {"/kinds[1]: c: enum [a b]"},
		`{"name": "ab", "more": {"y": true}}`:   {"/more/y: y: pattern ^x"},
		`{"name": "ab", "more": {"x": "true"}}`: {"/more/x: true: type boolean"},
		`{"name": "ab", "extra": 1}`:            {"/extra: is not described"},
		`[]`:                                    {": []: type object"},
	} {
		var v any
		if err := json.Unmarshal([]byte(src), &v); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, Check(s, true, v)); diff != "" {
			t.Errorf("%s:\n%s", src, diff)
		}
	}
	for _, count := range []string{"0", "1.5", "-1", `"1"`} {
		var v any
		if err := json.Unmarshal([]byte(`{"name": "ab", "count": `+count+`}`), &v); err != nil {
			t.Fatal(err)
		}
		if len(Check(s, true, v)) == 0 {
			t.Errorf("count %s is taken", count)
		}
	}
}

func TestCheckTellsWhatItCanNot(t *testing.T) {
	s := Schema{"uniqueItems": true, "$ref": nil}
	if len(Check(s, false, []any{})) == 0 {
		t.Error("a keyword that is not known is passed over")
	}
	bad := Schema{"properties": Schema{"a": Schema{"$ref": "#/definitions/gone"}}, "definitions": Schema{}, "required": []any{"b"}}
	if n := len(WellFormed(bad)); n != 2 {
		t.Errorf("%d faults found, there are 2", n)
	}
}
