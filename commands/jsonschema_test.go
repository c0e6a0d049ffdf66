package commands

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// schema is a JSON schema, the part of draft 7 that ours are written in.
type schema = map[string]any

// conforms lists where a JSON value (as encoding/json decodes it) is not what
// the schema says. With closed, a key that the schema does not describe is one
// of them, also where the schema leaves room for later ones.
func conforms(t *testing.T, root schema, closed bool, value any) []string {
	t.Helper()
	c := &conformer{t: t, root: root, closed: closed}
	return c.check(root, "", value)
}

type conformer struct {
	t      *testing.T
	root   schema
	closed bool
}

func (c *conformer) check(s schema, at string, v any) []string {
	if ref, ok := s["$ref"].(string); ok {
		target, ok := c.root["definitions"].(schema)[strings.TrimPrefix(ref, "#/definitions/")].(schema)
		if !ok {
			c.t.Fatalf("%s: the schema has no %s", at, ref)
		}
		return c.check(target, at, v)
	}
	var bad []string
	for _, word := range slices.Sorted(maps.Keys(s)) {
		bad = append(bad, c.keyword(s, word, at, v)...)
	}
	return bad
}

func (c *conformer) keyword(s schema, word, at string, v any) []string {
	wrong := func(ok bool) []string {
		if ok {
			return nil
		}
		return []string{fmt.Sprintf("%s: %v: %s %v", at, v, word, s[word])}
	}
	text, isText := v.(string)
	number, isNumber := v.(float64)
	switch word {
	case "type":
		return wrong(isType(s[word].(string), v))
	case "enum":
		return wrong(slices.Contains(s[word].([]any), v))
	case "const":
		return wrong(s[word] == v)
	case "pattern":
		return wrong(!isText || regexp.MustCompile(s[word].(string)).MatchString(text))
	case "minLength":
		return wrong(!isText || float64(len(text)) >= s[word].(float64))
	case "minimum":
		return wrong(!isNumber || number >= s[word].(float64))
	case "exclusiveMinimum":
		return wrong(!isNumber || number > s[word].(float64))
	case "exclusiveMaximum":
		return wrong(!isNumber || number < s[word].(float64))
	case "anyOf":
		return wrong(slices.ContainsFunc(s[word].([]any), func(one any) bool { return len(c.check(one.(schema), at, v)) == 0 }))
	case "items":
		return c.items(s, at, v)
	case "required", "properties", "additionalProperties", "propertyNames":
		if o, ok := v.(schema); ok {
			return c.object(s, word, at, o)
		}
	case "$schema", "$id", "title", "description", "definitions", "examples":
	default:
		c.t.Fatalf("%s: this test does not know the keyword %q", at, word)
	}
	return nil
}

func isType(want string, v any) bool {
	switch v := v.(type) {
	case string:
		return want == "string"
	case bool:
		return want == "boolean"
	case float64:
		return want == "number" || want == "integer" && v == float64(int64(v))
	case []any:
		return want == "array"
	case schema:
		return want == "object"
	}
	return want == "null"
}

func (c *conformer) items(s schema, at string, v any) []string {
	var bad []string
	list, _ := v.([]any)
	for i, item := range list {
		bad = append(bad, c.check(s["items"].(schema), fmt.Sprintf("%s[%d]", at, i), item)...)
	}
	return bad
}

func (c *conformer) object(s schema, word, at string, o schema) []string {
	properties, _ := s["properties"].(schema)
	var bad []string
	for _, name := range slices.Sorted(maps.Keys(o)) {
		here := at + "/" + name
		known, described := properties[name].(schema)
		rest, open := s["additionalProperties"]
		switch {
		case word == "properties" && described:
			bad = append(bad, c.check(known, here, o[name])...)
		case word == "propertyNames":
			bad = append(bad, c.check(s[word].(schema), here, name)...)
		case word == "properties" && !described && (c.closed && !open), word == "additionalProperties" && !described && rest == false:
			bad = append(bad, here+": is not described")
		case word == "additionalProperties" && !described:
			bad = append(bad, c.check(rest.(schema), here, o[name])...)
		}
	}
	if word == "required" {
		for _, name := range s[word].([]any) {
			if _, ok := o[name.(string)]; !ok {
				bad = append(bad, at+"/"+name.(string)+": is missing")
			}
		}
	}
	return bad
}

// wellFormed lists what is odd about a schema itself: a $ref that leads
// nowhere, a required key that is not described.
func wellFormed(root schema) []string {
	var bad []string
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s[%d]", at, i), item)
			}
		case schema:
			if ref, ok := v["$ref"].(string); ok {
				if _, ok := root["definitions"].(schema)[strings.TrimPrefix(ref, "#/definitions/")]; !ok {
					bad = append(bad, at+": there is no "+ref)
				}
			}
			required, _ := v["required"].([]any)
			for _, name := range required {
				if _, ok := v["properties"].(schema)[name.(string)]; !ok {
					bad = append(bad, fmt.Sprintf("%s: %v is required, and not described", at, name))
				}
			}
			for key, child := range v {
				walk(at+"/"+key, child)
			}
		}
	}
	walk("", root)
	return bad
}
