package plan

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// hide gives the finding with the secrets taken out of its words. One whose
// fix would carry a secret into the plan is held: a plan is printed, saved and
// kept by CI.
func (f Finding) hide(hide func(string) string) Finding {
	if hide == nil {
		return f
	}
	f.Message, f.Held, f.HowTo, f.Settings = hide(f.Message), hide(f.Held), hide(f.HowTo), hide(f.Settings)
	f.Notes = slices.Clone(f.Notes)
	for i, n := range f.Notes {
		f.Notes[i] = hide(n)
	}
	f.Evidence = slices.Clone(f.Evidence)
	for i := range f.Evidence {
		f.Evidence[i].Text = hide(f.Evidence[i].Text)
	}
	if f.Fix == nil {
		return f
	}
	fix := f.ownFix()
	fix.Why = hide(fix.Why)
	if fix.holdsSecret(hide) {
		f.Fix = &Fix{Safety: fix.Safety, Why: fix.Why}
		f.Held = "its value is or contains a secret, which a plan never holds"
		f.HowTo = "make this change yourself: in fly.toml, then fly deploy"
	}
	return f
}

// holdsSecret says whether what the fix would write, in the file or on a
// machine, holds one.
func (f *Fix) holdsSecret(hide func(string) string) bool {
	shown := func(name, value string) bool {
		pair := name + ` = "` + value + `"`
		return hide(value) == value && hide(pair) == pair
	}
	for _, e := range f.Edits {
		if hide(e.Comment) != e.Comment || !shownLiteral(lastPart(e.Path, '.'), e.Value, shown) {
			return true
		}
		for _, n := range e.Entries {
			if !shownLiteral(n.Key, n.Value, shown) {
				return true
			}
		}
	}
	for _, e := range f.Lines {
		if hide(e.Old) != e.Old || hide(e.New) != e.New {
			return true
		}
	}
	for _, c := range f.Changes {
		if c.Machine == nil {
			continue
		}
		op, name := c.Machine.Op, lastPart(c.Machine.Op.Pointer, '/')
		if !shownJSON(name, op.Value, shown) || !shownJSON(name, op.If, shown) {
			return true
		}
	}
	return false
}

func lastPart(path string, between byte) string {
	return path[strings.LastIndexByte(path, between)+1:]
}

// shownLiteral looks at the strings of a TOML literal.
func shownLiteral(name, literal string, shown func(name, value string) bool) bool {
	if literal == "" || literal == "true" || literal == "false" || strings.Trim(literal, "0123456789") == "" {
		return true
	}
	var doc map[string]any
	if toml.Unmarshal([]byte("v = "+literal), &doc) != nil {
		return shown(name, literal)
	}
	return shownValue(name, doc["v"], shown)
}

func shownJSON(name string, raw json.RawMessage, shown func(name, value string) bool) bool {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return true
	}
	return shownValue(name, v, shown)
}

func shownValue(name string, v any, shown func(name, value string) bool) bool {
	switch v := v.(type) {
	case string:
		return shown(name, v)
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !shownValue(name, item, shown) })
	case map[string]any:
		for key, item := range v {
			if !shownValue(key, item, shown) {
				return false
			}
		}
	}
	return true
}
