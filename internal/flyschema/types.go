package flyschema

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kind is the type of a key of fly.toml.
type Kind int

// The kinds.
const (
	Table    Kind = iota // a table whose keys are flyctl's
	Names                // a table whose keys the author chooses: env, headers, processes
	Tables               // an array of tables
	String               //
	Strings              // an array of strings
	Int                  // a whole number
	Seconds              // a whole number of seconds, 0 or more, below 2^32
	Float                //
	Bool                 //
	Duration             // "15s", or a number
	Autostop             // true, false, or one of Words
	Persist              // one of Words, or 0 to 3
	Anything             // flyctl passes it on as it is
)

// Type is what flyctl reads at a place of fly.toml. It must not be changed.
type Type struct {
	Path   string // as the tables here name it: services[].ports[].port
	Kind   Kind
	Fields map[string]*Type // of a Table or of each entry of Tables, by key
	Each   *Type            // of Names: what stands under each name
	Values
}

// Values are the values that flyctl takes at a place. The zero Values are all.
type Values struct {
	Words []string // these alone; "" passes too, it says nothing
	// Min and Max bound an Int or a Float, in GB a size, in nanoseconds a
	// Duration. Each counts only when Bounded says so.
	Min, Max       int64
	HasMin, HasMax bool
	Size           bool   // a String that is a size: "10gb"
	Prefix         string // with which a String begins
	// Fly are those that Fly has where flyctl looks at none and passes all on
	// (Fly's documentation of fly.toml and of services, read in November 2026); nil
	// for the same.
	Fly *Values
}

// values are the words and bounds of flyctl's validation and of its decoders
// (appconfig/validation.go and fly-go, August 2026). "size" is in GB, of a
// billion bytes.
//
//go:embed values.tsv
var values string

// Root is the type of the whole file.
func Root() *Type { return root() }

var root = sync.OnceValue(func() *Type {
	top := &Type{Kind: Table, Fields: map[string]*Type{}}
	for line := range strings.Lines(table) {
		path, kind, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok {
			top.add(path, kind)
		}
	}
	for line := range strings.Lines(values) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 3 {
			panic("flyschema: values.tsv: " + line)
		}
		t, ok := top.Find(f[0])
		if !ok {
			panic("flyschema: values.tsv names no key: " + f[0])
		}
		if err := t.limit(f[1], f[2]); err != nil {
			panic("flyschema: values.tsv: " + f[0] + ": " + err.Error())
		}
	}
	return top
})

// add puts the type of one line of the table into the tree, with the tables
// around it that have no line of their own.
func (t *Type) add(path, kind string) {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		last := i == len(parts)-1
		name, isArray := strings.CutSuffix(part, "[]")
		next := t.Fields[name]
		if name == "*" {
			next = t.Each
		}
		if next == nil {
			next = &Type{Path: strings.Join(parts[:i+1], "."), Kind: Table}
			if isArray {
				next.Kind = Tables
			}
			if last {
				next.Kind = kindOf(kind)
			}
			t.hold(name, next)
		}
		t = next
	}
}

func (t *Type) hold(name string, child *Type) {
	if name == "*" {
		t.Kind, t.Each = Names, child
		return
	}
	if t.Fields == nil {
		t.Fields = map[string]*Type{}
	}
	t.Fields[name] = child
}

// Find follows a path of the tables: services[].ports[].port, env.*.
func (t *Type) Find(path string) (*Type, bool) {
	for part := range strings.SplitSeq(path, ".") {
		name := strings.TrimSuffix(part, "[]")
		if name == "*" {
			t = t.Each
		} else {
			t = t.Fields[name]
		}
		if t == nil {
			return nil, false
		}
	}
	return t, true
}

func kindOf(kind string) Kind {
	switch kind {
	case "string":
		return String
	case "array of string":
		return Strings
	case "int":
		return Int
	case "uint32":
		return Seconds
	case "float64":
		return Float
	case "bool":
		return Bool
	case "duration":
		return Duration
	case "table":
		return Table
	case "array of tables":
		return Tables
	case "interface":
		return Anything
	case "persist":
		return Persist
	}
	if strings.HasPrefix(kind, "autostop") {
		return Autostop
	}
	panic("flyschema: keys.tsv has a kind that is not known: " + kind)
}

func (v *Values) limit(what, text string) error {
	if beyond, ok := strings.CutPrefix(what, "fly-"); ok {
		v.Fly = &Values{}
		return v.Fly.limit(beyond, text)
	}
	bounds := strings.Fields(text)
	switch what {
	case "words":
		v.Words = bounds
		return nil
	case "prefix":
		v.Prefix = text
		return nil
	case "max":
		bounds = []string{"", text}
	case "size":
		v.Size = true
	}
	var err error
	if bounds[0] != "" {
		v.HasMin = true
		v.Min, err = bound(bounds[0])
	}
	if len(bounds) > 1 && err == nil {
		v.HasMax = true
		v.Max, err = bound(bounds[1])
	}
	return err
}

// bound reads a number, or a duration as nanoseconds.
func bound(text string) (int64, error) {
	if d, err := time.ParseDuration(text); err == nil && text != "0" {
		return int64(d), nil
	}
	return strconv.ParseInt(text, 10, 64)
}
