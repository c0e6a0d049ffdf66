// Package jsonschema makes a JSON schema of Go types, and holds values against
// one. Tests use it; the program itself does not.
package jsonschema

import (
	"fmt"
	"maps"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema is a schema, or a part of one, as encoding/json decodes it.
type Schema = map[string]any

// Checker checks values against one schema.
type Checker struct{ s *jsonschema.Schema }

// NewChecker gives an error for what is no schema: a keyword with a value that
// it can't have, a $ref that leads nowhere. With closed, a key that the schema
// does not describe is wrong also where the schema leaves room for later ones.
func NewChecker(root Schema, closed bool) (*Checker, error) {
	const url = "urn:schema"
	if closed {
		root = withoutRoom(root)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(url, root); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	s, err := c.Compile(url)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	return &Checker{s}, nil
}

// Check says where a JSON value (as encoding/json decodes it) is not what the
// schema says.
func (c *Checker) Check(value any) error { return c.s.Validate(value) }

// withoutRoom copies a schema and lets its objects have the described keys only.
func withoutRoom(s Schema) Schema {
	out := maps.Clone(s)
	for key, v := range s {
		switch v := v.(type) {
		case []any: // anyOf
			list := make([]any, len(v))
			for i, one := range v {
				list[i] = one
				if part, ok := one.(Schema); ok {
					list[i] = withoutRoom(part)
				}
			}
			out[key] = list
		case Schema:
			if key != "properties" && key != "definitions" {
				out[key] = withoutRoom(v)
				continue
			}
			named := Schema{}
			for name, part := range v {
				named[name] = withoutRoom(part.(Schema))
			}
			out[key] = named
		}
	}
	_, described := s["properties"]
	if _, said := s["additionalProperties"]; described && !said {
		out["additionalProperties"] = false
	}
	return out
}
