package settings

import "github.com/fly-standards/fly-standards/plan"

// SchemaURL is where the schema of a settings file is published. Editors take
// it from a first line `#:schema URL`.
const SchemaURL = "https://raw.githubusercontent.com/fly-standards/fly-standards/main/docs/schema/settings.json"

type object = map[string]any

// Schema is the JSON schema (draft 7, which TOML editors know) of a settings
// file, made of the table that the reader goes by.
func Schema(rules []plan.Fixer) map[string]any {
	titles := map[string]string{}
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
		titles[r.ID] = r.Title + "; see " + plan.RuleURL(r.ID)
	}
	keys := sections(ids)
	for i, rule := range keys[0].keys {
		keys[0].keys[i].doc = titles[rule.name]
	}
	definitions, once := object{}, object{}
	for _, k := range keys {
		definitions[k.name] = k.schema()
		once[k.name] = object{"$ref": "#/definitions/" + k.name}
	}
	whole := object{
		"extends": object{
			"type": "string", "minLength": 1,
			"description": "The path, from the folder of this file, of a settings file that this one builds upon. Keys set here take precedence.",
		},
		"files": object{
			"type":                 "object",
			"description":          "The same for one fly.toml: by its name in any folder, or by its path from the folder of this file. It takes precedence over the rest of this file.",
			"propertyNames":        object{"pattern": `^[^/\\*?][^\\*?]*\.toml$`},
			"additionalProperties": object{"type": "object", "properties": once, "additionalProperties": false},
		},
	}
	for name, ref := range once {
		whole[name] = ref
	}
	return object{
		"$schema": "http://json-schema.org/draft-07/schema#", "$id": SchemaURL,
		"title": "Settings of fly-standards (" + Name + ")",
		"type":  "object", "properties": whole, "additionalProperties": false, "definitions": definitions,
	}
}

// schema describes one key.
func (k key) schema() object {
	out := object{}
	for name, v := range k.value.schema {
		out[name] = v
	}
	if k.keys != nil {
		properties := object{}
		for _, child := range k.keys {
			properties[child.name] = child.schema()
		}
		out = object{"type": "object", "properties": properties, "additionalProperties": false}
	}
	if k.doc != "" {
		out["description"] = k.doc
	}
	return out
}
