package deployed

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func toTables(n flytoml.Node, t *flyschema.Type) *Repair {
	path := n.Path()
	switch {
	case strings.HasSuffix(path, "]"):
		return nil // an entry that is no table
	case n.Kind() == flytoml.Table && named(n, t):
		if len(n.Keys()) == 0 {
			return nil
		}
		return sure(flytoml.Edit{Op: flytoml.Nameless, Path: path})
	case n.Kind() == flytoml.Table:
		return sure(flytoml.Edit{Op: flytoml.ArrayOf, Path: path})
	}
	return nil
}

// headerTables makes one table of the [[headers]] with a name and a value each.
func headerTables(n flytoml.Node) *Repair {
	var out, in []flytoml.Edit
	for _, item := range n.Items() {
		name, _ := item.Key("name")
		value, _ := item.Key("value")
		text, ok := name.Str()
		if _, isText := value.Str(); !ok || !isText || len(item.Keys()) != 2 {
			return nil
		}
		aside := flytoml.Join("", n.Path()+" "+text)
		out = append(out, flytoml.Edit{Op: flytoml.Move, Path: value.Path(), To: aside})
		in = append(in, flytoml.Edit{Op: flytoml.Move, Path: aside, To: flytoml.Join(n.Path(), text)})
	}
	return sure(slices.Concat(out, []flytoml.Edit{{Op: flytoml.Remove, Path: n.Path()}}, in)...)
}

// named says whether every key of the table is a table itself that has no
// place there, as in [http_service.checks.alive], which somebody took from
// top-level checks.
func named(n flytoml.Node, t *flyschema.Type) bool {
	keys := n.Keys()
	for _, key := range keys {
		c, _ := n.Key(key)
		if _, field := fieldOf(t, key); c.Kind() != flytoml.Table || field != nil {
			return false
		}
	}
	return len(keys) > 0
}

// nameCheck gives a top-level check a name.
func nameCheck(r Refusal) *Repair {
	path := r.Node.Path()
	kind := "alive"
	if v, ok := r.Node.Key("type"); ok {
		if text, ok := v.Str(); ok && (text == "http" || text == "tcp") {
			kind = text
		}
	}
	const why = "the name is only for people; choose another one when it tells more"
	if strings.HasSuffix(path, "]") {
		if v, said := r.Node.Key("name"); said {
			return likely(why, flytoml.Edit{Op: flytoml.Quote, Path: v.Path()})
		}
		return likely(why, set(path+".name", strconv.Quote(kind)))
	}
	return likely(why,
		flytoml.Edit{Op: flytoml.Move, Path: path, To: "named-checks"},
		flytoml.Edit{Op: flytoml.Move, Path: "named-checks", To: flytoml.Join(path, kind)})
}
