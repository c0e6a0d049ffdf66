package deployed

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

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
	case n.Kind() == flytoml.Table && onePlaceEach(n, t):
		return toPlaces(n, t)
	case n.Kind() == flytoml.Table:
		return sure(flytoml.Edit{Op: flytoml.ArrayOf, Path: path})
	}
	return nil
}

// placeKeys are, of the arrays of tables that people write as one table of paths,
// what a path in the machine is called, what stands beside it, and what that reads as.
var placeKeys = map[string][3]string{
	"files[]":   {"guest_path", "local_path", "it reads as a file here and its place in the machine"},
	"statics[]": {"guest_path", "url_prefix", "it reads as a URL and the folder behind it"},
}

// onePlaceEach says whether a table has paths for keys: "/etc/a.conf" = "a.conf".
func onePlaceEach(n flytoml.Node, t *flyschema.Type) bool {
	keys := n.Keys()
	_, known := placeKeys[t.Path]
	return known && len(keys) > 0 && !slices.ContainsFunc(keys, func(key string) bool {
		_, field := fieldOf(t, key)
		return field != nil || !strings.ContainsAny(key, "/.")
	})
}

// pathText is a path, and nothing that may be a secret instead.
var pathText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[\w.-]*/[\w./-]*|[\w-]+\.\w{1,8})$`) })

// toPlaces makes an entry of each of them.
func toPlaces(n flytoml.Node, t *flyschema.Type) *Repair {
	keys := placeKeys[t.Path]
	edits := []flytoml.Edit{{Op: flytoml.Remove, Path: n.Path()}}
	for _, key := range n.Keys() {
		v, _ := n.Key(key)
		value, isText := v.Str()
		guest, other := key, value
		if t.Path == "statics[]" || !strings.HasPrefix(key, "/") {
			guest, other = value, key
		}
		if !isText || !strings.HasPrefix(guest, "/") || !pathText().MatchString(other) {
			return nil
		}
		edits = append(edits, flytoml.Edit{Op: flytoml.Append, Path: n.Path(), Entries: []flytoml.Entry{
			{Key: keys[0], Value: strconv.Quote(guest)}, {Key: keys[1], Value: strconv.Quote(other)},
		}})
	}
	return likely(keys[2], edits...)
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
