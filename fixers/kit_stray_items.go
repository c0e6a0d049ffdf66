package fixers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// checkItem is one health check as it was meant, wherever it stands and however
// its keys are called there.
type checkItem struct {
	node    flytoml.Node
	entries []flytoml.Entry // what flyctl knows of it, by flyctl's names
	edits   []flytoml.Edit  // that make its keys flyctl's where they stand
	left    []string        // what flyctl has no word for
	along   []string        // leftovers: they go along with a table, and are told of there
	kind    string          // what its type says
	port    string          // the port that it names
	command bool            // it runs a command
	tables  bool            // its headers can't be written on a line
	nanos   bool            // a number without a unit would be nanoseconds where it goes, and nobody knows what was meant
}

type checkItems []checkItem

func (c checkItems) inPlace() []flytoml.Edit {
	var out []flytoml.Edit
	for _, i := range c {
		out = append(out, i.edits...)
	}
	return out
}

// says whether it tells anything that only a check has.
func (i checkItem) says() bool {
	return i.command || slices.ContainsFunc(i.entries, func(e flytoml.Entry) bool {
		return slices.Contains([]string{"path", "interval", "timeout", "grace_period"}, e.Key)
	})
}

func (i checkItem) path() bool {
	return slices.ContainsFunc(i.entries, func(e flytoml.Entry) bool { return e.Key == "path" })
}

// strayItems reads what was found: a table, several, tables under names, a list
// of paths, or single keys.
func strayItems(c strayCheckNode) checkItems {
	var out checkItems
	nodes := c.node.Items()
	switch {
	case c.node.Kind() == flytoml.Table && tablesOnly(c.node):
		nodes = nil
		for _, name := range c.node.Keys() {
			child, _ := c.node.Key(name)
			nodes = append(nodes, child)
		}
	case c.node.Kind() != flytoml.Table && c.node.Kind() != flytoml.ArrayTables && c.node.Kind() != flytoml.Array:
		i := checkItem{node: c.node}
		for _, n := range append([]flytoml.Node{c.node}, c.with...) {
			parts := strayName().FindStringSubmatch(bare(lastKey(n)))
			i.take(c, n, cmp.Or(parts[2], "path"))
		}
		return checkItems{i}
	}
	for _, n := range nodes {
		i := checkItem{node: n}
		if n.Kind() == flytoml.Table {
			i.fields(c, n)
		} else {
			i.take(c, n, "path")
		}
		out = append(out, i)
	}
	return out
}

// tablesOnly says whether a table holds checks under names, and nothing else.
func tablesOnly(n flytoml.Node) bool {
	keys := n.Keys()
	return len(keys) > 0 && !slices.ContainsFunc(keys, func(k string) bool {
		child, _ := n.Key(k)
		key, _ := checkWord(k)
		return child.Kind() != flytoml.Table || key != "" || probeTable(k)
	})
}

// probeTable says whether a table within a check says what it asks.
func probeTable(name string) bool {
	return slices.Contains([]string{"http", "httpget", "get", "tcpsocket", "tcp", "exec"}, bare(name))
}

func (i *checkItem) fields(c strayCheckNode, n flytoml.Node) {
	for _, name := range n.Keys() {
		child, _ := n.Key(name)
		switch {
		case isLeftover(name):
			i.along = append(i.along, leftText(child))
		case probeTable(name) && child.Kind() == flytoml.Table:
			i.fields(c, child)
			if bare(name) == "tcpsocket" || bare(name) == "tcp" {
				i.kind = "tcp"
			}
			i.edits = append(i.edits, removal(child.Path()))
		default:
			i.take(c, child, name)
		}
	}
}

// take reads one key of a check.
func (i *checkItem) take(c strayCheckNode, n flytoml.Node, name string) {
	gone := removal(n.Path())
	path := flytoml.Join(i.node.Path(), "path")
	switch text, _ := n.Str(); bare(name) {
	case "type":
		i.kind, i.edits = strings.ToLower(text), append(i.edits, gone)
		return
	case "port", "internalport", "targetport":
		i.port, i.edits = strings.Trim(n.Raw(), `"' `), append(i.edits, gone)
		return
	case "test", "command", "cmd":
		i.command = true
		if asked := askedURL().FindStringSubmatch(n.Raw()); asked != nil {
			i.port = asked[1]
			i.entries = append(i.entries, flytoml.Entry{Key: "path", Value: quote(cmp.Or(asked[2], "/"))})
			i.edits = append(i.edits, setKey(path, cmp.Or(asked[2], "/")))
		}
	}
	key, unit := checkWord(name)
	literal := i.literal(c, n, key, unit)
	if own, twice := i.node.Key(key); literal == "" || twice && own.Path() != n.Path() { // flyctl's own name for it counts
		i.left, i.edits = append(i.left, leftText(n)), append(i.edits, gone)
		return
	}
	i.entries = append(i.entries, flytoml.Entry{Key: key, Value: literal})
	if raw := n.Raw(); literal != raw && raw != "" {
		i.edits = append(i.edits, flytoml.Edit{Op: flytoml.Set, Path: n.Path(), Value: literal})
	}
	i.tables = i.tables || n.Raw() == ""
	if to := flytoml.Join(i.node.Path(), key); to != n.Path() {
		i.edits = append(i.edits, flytoml.Edit{Op: flytoml.Move, Path: n.Path(), To: to})
	}
}

// leftText names a key and, where it can be no secret, its value.
func leftText(n flytoml.Node) string {
	if k := n.Kind(); k == flytoml.Integer || k == flytoml.Bool {
		return lastKey(n) + " = " + n.Raw()
	}
	return lastKey(n)
}

// strayKind is http or tcp, or why the check can't be moved as it is.
func strayKind(c strayCheckNode, items checkItems) (kind, why string) {
	switch {
	case c.of.Path == "":
		return "", "nothing says which service it is for"
	case c.of.Protocol != "tcp":
		return "", "nobody can check UDP"
	}
	for _, i := range items {
		this := i.kind
		switch {
		case i.nanos:
			return "", "a time without a unit could be seconds or milliseconds"
		case i.path() && (this == "" || this == "http" || this == "https"):
			this = "http"
		case i.path() || this == "http" || this == "https":
			return "", "its type and its path don't agree"
		case i.command:
			return "", "Fly's checks run no command: they request a path, or connect to the port"
		case this == "" && (c.of.HTTPService && !strings.HasPrefix(bare(lastKey(c.node)), "tcp")):
			return "", "it names no path"
		case slices.ContainsFunc(i.entries, func(e flytoml.Entry) bool { return !slices.Contains(flyschema.Children("services.tcp_checks"), e.Key) }):
			return "", "it names no path"
		case this == "":
			this = "tcp"
		}
		if this != "http" && this != "tcp" {
			return "", "Fly's checks are http or tcp"
		}
		if kind != "" && kind != this {
			return "", "its entries are of two kinds"
		}
		kind = this
		if i.port != "" && i.port != strconv.Itoa(c.of.InternalPort) {
			return "", "its port is not the service's: that takes a top-level check, [checks.NAME]"
		}
	}
	return kind, ""
}
