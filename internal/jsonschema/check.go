// Package jsonschema makes a JSON schema of Go types, and checks values
// against a schema: the part of draft 7 that the schemas in docs/schema are
// written in. Tests use it; the program itself does not.
package jsonschema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Schema is a Schema, or a part of one, as encoding/json decodes it.
type Schema = map[string]any

// Check lists where a JSON value (as encoding/json decodes it) is not what
// the schema says. With closed, a key that the schema does not describe is one
// of them, also where the schema leaves room for later ones.
func Check(root Schema, closed bool, value any) []string {
	c := &checker{root: root, closed: closed}
	return c.check(root, "", value)
}

type checker struct {
	root   Schema
	closed bool
}

func (c *checker) check(s Schema, at string, v any) []string {
	if ref, ok := s["$ref"].(string); ok {
		target, ok := c.root["definitions"].(Schema)[strings.TrimPrefix(ref, "#/definitions/")].(Schema)
		if !ok {
			return []string{at + ": the schema has no " + ref}
		}
		return c.check(target, at, v)
	}
	var bad []string
	for _, word := range slices.Sorted(maps.Keys(s)) {
		bad = append(bad, c.keyword(s, word, at, v)...)
	}
	return bad
}

func (c *checker) keyword(s Schema, word, at string, v any) []string {
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
		return wrong(slices.ContainsFunc(s[word].([]any), func(one any) bool { return len(c.check(one.(Schema), at, v)) == 0 }))
	case "items":
		return c.items(s, at, v)
	case "required", "properties", "additionalProperties", "propertyNames":
		if o, ok := v.(Schema); ok {
			return c.object(s, word, at, o)
		}
	case "$schema", "$id", "title", "description", "definitions", "examples", "format":
	default:
		return []string{fmt.Sprintf("%s: the keyword %q is not known here", at, word)}
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
	case Schema:
		return want == "object"
	}
	return want == "null"
}

func (c *checker) items(s Schema, at string, v any) []string {
	var bad []string
	list, _ := v.([]any)
	for i, item := range list {
		bad = append(bad, c.check(s["items"].(Schema), fmt.Sprintf("%s[%d]", at, i), item)...)
	}
	return bad
}

func (c *checker) object(s Schema, word, at string, o Schema) []string {
	properties, _ := s["properties"].(Schema)
	var bad []string
	for _, name := range slices.Sorted(maps.Keys(o)) {
		here := at + "/" + name
		known, described := properties[name].(Schema)
		rest, open := s["additionalProperties"]
		switch {
		case word == "properties" && described:
			bad = append(bad, c.check(known, here, o[name])...)
		case word == "propertyNames":
			bad = append(bad, c.check(s[word].(Schema), here, name)...)
		case word == "properties" && !described && (c.closed && !open), word == "additionalProperties" && !described && rest == false:
			bad = append(bad, here+": is not described")
		case word == "additionalProperties" && !described:
			bad = append(bad, c.check(rest.(Schema), here, o[name])...)
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

// WellFormed lists what is odd about a schema itself: a $ref that leads
// nowhere, a required key that is not described.
func WellFormed(root Schema) []string {
	var bad []string
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s[%d]", at, i), item)
			}
		case Schema:
			if ref, ok := v["$ref"].(string); ok {
				if _, ok := root["definitions"].(Schema)[strings.TrimPrefix(ref, "#/definitions/")]; !ok {
					bad = append(bad, at+": there is no "+ref)
				}
			}
			required, _ := v["required"].([]any)
			for _, name := range required {
				if _, ok := v["properties"].(Schema)[name.(string)]; !ok {
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
