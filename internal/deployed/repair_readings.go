package deployed

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// readings are what people write in another form than flyctl's and what they
// mean by it, a row each, the first that matches counts: the place as flyschema
// names it ("*port" is every one that ends so), the whole text that stands there
// in any case, the TOML that it means, and what a likely reading rests on ("":
// it is the only one). In the third column an entry of an array of tables stands
// for the array too, "+" begins keys that stand in the place of this one, and
// "@" an operation on the value where it stands, which may be a secret.
//
//go:embed readings.tsv
var readings string

// row is one of them.
type row struct {
	place, means, why string
	whole             func() *regexp.Regexp // compiled for the first value at the place
}

var rows = sync.OnceValue(func() []row {
	var out []row
	for line := range strings.Lines(readings) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		out = append(out, row{c[0], c[2], c[3], sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)^(?:` + c[1] + `)$`) })})
	}
	return out
})

// reading is what the table has for the value; nil for nothing.
func reading(c *Config, n flytoml.Node, t *flyschema.Type) *Repair {
	text, isText := n.Str()
	if !isText {
		text = n.Raw()
	}
	text = strings.TrimSpace(text)
	for _, r := range rows() {
		if suffix, some := strings.CutPrefix(r.place, "*"); some && !strings.HasSuffix(t.Path, suffix) || !some && r.place != t.Path {
			continue
		}
		whole := r.whole()
		at := whole.FindStringSubmatchIndex(text)
		if at == nil || strings.HasPrefix(r.means, "@under") && !isText || strings.ContainsAny(text, `"\`) && !strings.HasPrefix(r.means, "@") {
			continue
		}
		edits := meantEdits(n, t, string(whole.ExpandString(nil, r.means, text, at)))
		if !slices.ContainsFunc(edits, func(e flytoml.Edit) bool { return !canBe(c, n, e) }) {
			return &Repair{Edits: edits, Sure: r.why == "", Why: r.why}
		}
		return nil
	}
	return nil
}

// canBe tries an edit on the value alone, which costs the same however long the
// file is: "A" is no NAME=value, and 08 no number.
func canBe(c *Config, n flytoml.Node, e flytoml.Edit) bool {
	if e.Op == flytoml.Remove {
		return true
	}
	literal := n.Raw()
	if e.Path != n.Path() { // a key that is there says something else
		if _, there := c.file.Get(e.Path); there {
			return false
		}
		literal = "0"
	}
	alone, err := flytoml.Parse("", []byte("v = "+literal+"\n"))
	if err != nil {
		return false
	}
	e.Path = "v"
	_, err = alone.Apply(e)
	return err == nil
}

// meantEdits write what the table says.
func meantEdits(n flytoml.Node, t *flyschema.Type, means string) []flytoml.Edit {
	path := n.Path()
	if op, ok := strings.CutPrefix(means, "@"); ok {
		name, value, _ := strings.Cut(op, " ")
		return []flytoml.Edit{{Op: flytoml.Op(name), Path: path, Value: value}}
	}
	if keys, ok := strings.CutPrefix(means, "+"); ok {
		table := strings.TrimSuffix(path, "."+lastName(t.Path))
		edits := []flytoml.Edit{{Op: flytoml.Remove, Path: path}}
		for pair := range strings.SplitSeq(keys, ";") {
			key, value, _ := strings.Cut(pair, "=")
			edits = append(edits, set(flytoml.Join(table, strings.TrimSpace(key)), strings.TrimSpace(value)))
		}
		return edits
	}
	if t.Kind == flyschema.Tables && !strings.HasSuffix(path, "]") {
		means = "[" + means + "]"
	}
	return []flytoml.Edit{set(path, means)}
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// needed are keys that a thing can't be without: one that says nothing does not
// go, because then something else is missing.
var needed = []string{"app", "internal_port", "port", "type", "policy", "source", "destination", "guest_path", "url_prefix", "path", "image"}

// nothing takes away what says that there is none, where flyctl has no word for
// it: "" for a number, false for a table.
func nothing(n flytoml.Node, t *flyschema.Type) *Repair {
	if slices.Contains(needed, lastName(t.Path)) || strings.HasSuffix(n.Path(), "]") {
		return nil
	}
	text, isText := n.Str()
	no, isBool := n.Bool()
	none := isText && slices.Contains([]string{"", "none", "null", "nil", "~"}, strings.ToLower(strings.TrimSpace(text)))
	number := t.Kind == flyschema.Int || t.Kind == flyschema.Seconds || t.Kind == flyschema.Float
	if !none && (!isBool || no || number) {
		return nil
	}
	return likely("it reads as none", flytoml.Edit{Op: flytoml.Remove, Path: n.Path()})
}

// loneNames are the keys that people put a single value under.
var loneNames = []string{"command", "cmd", "run", "exec", "start", "name", "value", "type", "default"}

// lone takes the one value out of a table that stands where a single value
// belongs: [processes.web] with a command.
func lone(n flytoml.Node, t *flyschema.Type) *Repair {
	keys := n.Keys()
	if n.Kind() != flytoml.Table || len(keys) != 1 || !slices.Contains(loneNames, keys[0]) && keys[0] != lastName(t.Path) {
		return nil
	}
	if v, _ := n.Key(keys[0]); !fits(v, t) {
		return nil
	}
	aside := flytoml.Join("", "lone "+n.Path()) // two such tables must not meet there
	return likely("it is the only thing that the table says",
		flytoml.Edit{Op: flytoml.Move, Path: flytoml.Join(n.Path(), keys[0]), To: aside},
		flytoml.Edit{Op: flytoml.Remove, Path: n.Path()},
		flytoml.Edit{Op: flytoml.Move, Path: aside, To: n.Path()})
}
