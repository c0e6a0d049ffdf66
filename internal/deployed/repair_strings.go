package deployed

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// commandKeys are those whose text flyctl splits into words itself.
func commandKey(t *flyschema.Type) bool {
	return strings.HasSuffix(t.Path, "_command") || t.Path == "processes.*"
}

func toString(n flytoml.Node, t *flyschema.Type) *Repair {
	quote := sure(flytoml.Edit{Op: flytoml.Quote, Path: n.Path()})
	switch n.Kind() {
	case flytoml.Integer, flytoml.Float:
		if len(t.Words) > 0 || commandKey(t) {
			return nil
		}
		return quote
	case flytoml.Bool:
		if strings.HasSuffix(t.Path, ".*") && !commandKey(t) { // headers, build.args: any text will do
			return quote
		}
	case flytoml.Array:
		for i, item := range n.Items() {
			if text, ok := item.Str(); !ok || i == 0 && strings.Contains(text, " ") { // several commands, which take a shell
				return nil
			}
		}
		if commandKey(t) {
			return sure(flytoml.Edit{Op: flytoml.Words, Path: n.Path()})
		}
	}
	return nil
}

func toStrings(c *Config, n flytoml.Node, t *flyschema.Type) *Repair {
	text, isText := n.Str()
	key := lastName(t.Path)
	words := key == "command" || key == "entrypoint" || key == "kernel_args" || key == "cmd" || key == "exec"
	inArray := strings.HasSuffix(n.Path(), "]")
	switch {
	case inArray: // an element that is no string
		if n.Kind() == flytoml.Integer && (words || key == "processes") {
			return sure(flytoml.Edit{Op: flytoml.Quote, Path: n.Path()})
		}
		return nil
	case !isText:
		return nil
	case !strings.ContainsAny(strings.TrimSpace(text), " ,"):
		return sure(flytoml.Edit{Op: flytoml.InArray, Path: n.Path()})
	case key == "command" || key == "entrypoint":
		return likely("a shell takes the text apart", flytoml.Edit{Op: flytoml.InArray, Path: n.Path(), Value: `"sh", "-c"`})
	case words:
		return nil
	}
	list := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '[' || r == ']' })
	quoted := make([]string, len(list))
	known := key == "processes"
	for i, w := range list {
		quoted[i] = strconv.Quote(w)
		known = known && slices.Contains(c.Groups(), w)
	}
	edit := set(n.Path(), "["+strings.Join(quoted, ", ")+"]")
	if known || key == "handlers" {
		return sure(edit)
	}
	return likely("the text reads as a list", edit)
}
