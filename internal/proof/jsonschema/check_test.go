package jsonschema

import (
	"encoding/json"
	"testing"
)

const sample = `{
  "type": "object",
  "required": ["name"],
  "properties": {
    "name": {"type": "string", "pattern": "^[a-z]+$"},
    "kinds": {"type": "array", "items": {"anyOf": [{"$ref": "#/definitions/kind"}]}},
    "more": {"type": "object", "additionalProperties": {"type": "boolean"}}
  },
  "definitions": {"kind": {"type": "object", "properties": {"properties": {"type": "boolean"}}}}
}`

// A key that is not described is wrong in a closed schema, at any depth, and
// else not.
func TestClosed(t *testing.T) {
	for src, want := range map[string]struct{ open, closed bool }{
		`{"name": "ab", "more": {"x": true}, "kinds": [{"properties": true}]}`: {true, true},
		`{"name": "ab", "extra": 1}`:          {true, false},
		`{"name": "ab", "kinds": [{"x": 1}]}`: {true, false},
		`{"name": "ab", "more": {"x": 1}}`:    {false, false},
		`{"name": "AB"}`:                      {false, false},
		`{}`:                                  {false, false},
		`{"name": "ab", "kinds": [{"properties": "no"}]}`: {false, false},
	} {
		var v any
		if err := json.Unmarshal([]byte(src), &v); err != nil {
			t.Fatal(err)
		}
		for closed, want := range map[bool]bool{false: want.open, true: want.closed} {
			if err := checker(t, closed).Check(v); (err == nil) != want {
				t.Errorf("%s, closed %v: %v", src, closed, err)
			}
		}
	}
}

func checker(t *testing.T, closed bool) *Checker {
	t.Helper()
	var s Schema
	if err := json.Unmarshal([]byte(sample), &s); err != nil {
		t.Fatal(err)
	}
	c, err := NewChecker(s, closed)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNoSchema(t *testing.T) {
	for name, s := range map[string]Schema{
		"a $ref that leads nowhere": {"properties": Schema{"a": Schema{"$ref": "#/definitions/gone"}}},
		"a type that there is not":  {"type": "text"},
	} {
		if _, err := NewChecker(s, false); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
