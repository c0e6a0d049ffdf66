package deployed

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// repair is how the place of a refusal may be mended. No edit of it repeats a
// text that may be a secret: such a value is converted where it stands.
func repair(c *Config, r *Refusal) *Repair {
	path := r.Node.Path()
	switch r.Kind {
	case NoEffect:
		return processCommand(r.Node)
	case ByteOrder:
		return sure(flytoml.Edit{Op: flytoml.CutMark})
	case Twice:
		return sure(flytoml.Edit{Op: flytoml.CutSurplus, Path: path})
	case WrongType, WrongForm:
		if r.Type == nil {
			return nil
		}
		return convert(c, r.Node, r.Type)
	case BadWord:
		return cmp.Or(repairWord(*r), nothing(r.Node, r.Type))
	case BadDuration:
		text, _ := r.Node.Str()
		return cmp.Or(repairDuration(path, text), nothing(r.Node, r.Type))
	case Nanoseconds:
		return repairUnit(path, r.Node)
	case BadSize:
		text, _ := r.Node.Str()
		return repairSize(path, text)
	case OutOfBounds:
		return nearest(*r)
	case NoSuchGroup:
		return repairGroup(c, *r)
	case NoGroup:
		return addGroup(c, r)
	case NoName:
		return nameCheck(*r)
	case Combination:
		return complete(*r)
	}
	return nil
}

func sure(edits ...flytoml.Edit) *Repair { return &Repair{Edits: edits, Sure: true} }

func likely(why string, edits ...flytoml.Edit) *Repair { return &Repair{Edits: edits, Why: why} }

func set(path, literal string) flytoml.Edit {
	return flytoml.Edit{Op: flytoml.Set, Path: path, Value: literal}
}

// convert turns a value into one of the type, where it has one reading.
func convert(c *Config, n flytoml.Node, t *flyschema.Type) *Repair {
	if n.Kind() == flytoml.ArrayTables && lastName(t.Path) == "headers" {
		return headerTables(n)
	}
	if r := cmp.Or(reading(c, n, t), unwrap(c, n, t), lone(n, t), nothing(n, t)); r != nil {
		return r
	}
	text, isText := n.Str()
	text = strings.TrimSpace(text)
	path := n.Path()
	switch t.Kind {
	case flyschema.Int, flyschema.Seconds:
		if isText {
			return toNumber(path, text, t)
		}
	case flyschema.Float:
		if isText {
			return toFloat(path, text)
		}
	case flyschema.Bool:
		if word, ok := toBool(n); ok {
			return sure(set(path, word))
		}
	case flyschema.Autostop:
		if i, ok := n.Int(); ok && (i == 0 || i == 1) {
			return sure(set(path, strconv.Quote([]string{"off", "stop"}[i])))
		}
	case flyschema.String:
		return toString(n, t)
	case flyschema.Strings:
		return toStrings(c, n, t)
	case flyschema.Tables:
		return toTables(n, t)
	}
	return nil
}

// unwrap takes the one element out of an array where a single value belongs,
// and an empty array away, which says nothing.
func unwrap(c *Config, n flytoml.Node, t *flyschema.Type) *Repair {
	if n.Kind() == flytoml.ArrayTables && (t.Kind == flyschema.Table || t.Kind == flyschema.Names) && len(n.Items()) == 1 {
		return sure(flytoml.Edit{Op: flytoml.TableOf, Path: n.Path()})
	}
	if n.Kind() == flytoml.Table && n.Inline() && len(n.Keys()) == 0 && t.Kind != flyschema.Strings {
		return sure(flytoml.Edit{Op: flytoml.Remove, Path: n.Path()})
	}
	if n.Kind() != flytoml.Array || t.Kind == flyschema.Strings || t.Kind == flyschema.Tables {
		return nil
	}
	items := n.Items()
	switch len(items) {
	case 0:
		return sure(flytoml.Edit{Op: flytoml.Remove, Path: n.Path()})
	case 1:
		only := flytoml.Edit{Op: flytoml.Only, Path: n.Path()}
		if fits(items[0], t) {
			return sure(only)
		}
		if r := convert(c, items[0], t); r != nil && staysInPlace(r.Edits, items[0].Path()) {
			return &Repair{Edits: append(r.Edits, only), Sure: r.Sure, Why: r.Why}
		}
	}
	return nil
}

// fits says whether a value is one of the type, as far as its kind goes.
func fits(n flytoml.Node, t *flyschema.Type) bool {
	text, isText := n.Str()
	switch t.Kind {
	case flyschema.String:
		return isText && (len(t.Words) == 0 || slices.Contains(t.Words, text))
	case flyschema.Autostop:
		return slices.Contains(t.Words, text) || n.Kind() == flytoml.Bool
	case flyschema.Int, flyschema.Seconds:
		return n.Kind() == flytoml.Integer
	case flyschema.Float:
		return n.Kind() == flytoml.Integer || n.Kind() == flytoml.Float
	case flyschema.Bool:
		return n.Kind() == flytoml.Bool
	case flyschema.Duration:
		_, ok := parseDuration(text)
		return isText && ok
	case flyschema.Table, flyschema.Names:
		return n.Kind() == flytoml.Table
	}
	return false
}

// toBool reads the words and numbers that people write for a boolean.
func toBool(n flytoml.Node) (string, bool) {
	if i, ok := n.Int(); ok && (i == 0 || i == 1) {
		return []string{"false", "true"}[i], true
	}
	text, _ := n.Str()
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "on", "1", "enabled", "y", "t":
		return "true", true
	case "false", "no", "off", "0", "disabled", "n", "f":
		return "false", true
	}
	return "", false
}

// toNumber reads a whole number, also with the unit that the key counts in.
func toNumber(path, text string, t *flyschema.Type) *Repair {
	key := lastName(t.Path)
	plain := strings.ReplaceAll(strings.ReplaceAll(text, "_", ""), ",", "")
	if i, err := strconv.ParseInt(plain, 10, 64); err == nil && !strings.Contains(text, ",") {
		if t.Kind == flyschema.Seconds && i < 0 {
			return nil
		}
		return sure(set(path, strconv.FormatInt(i, 10)))
	}
	if f, err := strconv.ParseFloat(plain, 64); err == nil && f == float64(int64(f)) && !strings.Contains(text, ",") {
		return sure(set(path, strconv.FormatInt(int64(f), 10)))
	}
	switch {
	case strings.HasSuffix(key, "_mb"):
		if mb, ok := Megabytes(tidySize(text)); ok && mb > 0 {
			return sure(set(path, strconv.FormatInt(mb, 10)))
		}
	case t.Kind == flyschema.Seconds || strings.HasSuffix(key, "_seconds"):
		if s, ok := wholeSeconds(text); ok {
			return sure(set(path, strconv.FormatInt(s, 10)))
		}
	}
	return nil
}

// toFloat reads a number, or a share in percent.
func toFloat(path, text string) *Repair {
	number, percent := strings.CutSuffix(text, "%")
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || f < 0 || f > 1e6 {
		return nil
	}
	if percent {
		f /= 100
	}
	return sure(set(path, strconv.FormatFloat(f, 'f', -1, 64)))
}
