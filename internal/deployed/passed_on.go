package deployed

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// PassedOn is a value that flyctl passes on as it is and that Fly does not have:
// protocol = "http", handlers = ["https"], port 80800.
type PassedOn struct {
	Value  Value  // the array for an element of one
	Takes  string // what Fly has there, as a noun
	Number bool   // it is out of range, not an unknown word
	Repair *Repair
}

// PassedOn are all of them, in the order of the file.
func (c *Config) PassedOn() []PassedOn {
	var out []PassedOn
	passedOn(c.Value, flyschema.Root(), &out)
	slices.SortStableFunc(out, func(a, b PassedOn) int {
		x, y := a.Value.Node().Position(), b.Value.Node().Position()
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
	return out
}

func passedOn(v Value, t *flyschema.Type, out *[]PassedOn) {
	switch {
	case t.Kind == flyschema.Tables && v.n != nil && v.n.kind == kArray:
		for _, item := range v.Items() {
			passedOn(item, &flyschema.Type{Kind: flyschema.Table, Fields: t.Fields}, out)
		}
	case t.Fly != nil && !v.Mistyped():
		if p, ok := notFlys(v, t); ok {
			*out = append(*out, p)
		}
	default:
		for _, key := range v.Keys() {
			if _, child := fieldOf(t, key); child != nil {
				passedOn(v.Key(key), child, out)
			}
		}
	}
}

// notFlys says what is wrong with a value by what Fly has.
func notFlys(v Value, t *flyschema.Type) (PassedOn, bool) {
	fly := *t.Fly
	if n, isInt := v.Int(); isInt && fly.HasMax {
		bad := n != 0 && (int64(n) < fly.Min || int64(n) > fly.Max)
		return PassedOn{Value: v, Takes: fmt.Sprintf("a number, %d to %d", fly.Min, fly.Max), Number: true}, bad
	}
	if text, _ := v.Str(); fly.Prefix != "" {
		p := PassedOn{Value: v, Takes: "a path that begins with " + fly.Prefix}
		if m := pathMeant().FindStringSubmatch(text); m != nil && (m[1] == "" || strings.HasSuffix(t.Path, "checks[].path") || strings.HasPrefix(t.Path, "checks")) {
			p.Repair = likely("it reads as the path alone", set(v.Path(), strconv.Quote(fly.Prefix+m[2])))
		}
		return p, text != "" && !strings.HasPrefix(text, fly.Prefix)
	}
	have, _ := v.Strs()
	if one, isText := v.Str(); isText {
		have = []string{one}
	}
	var want []string
	changed, known := false, true
	for _, text := range have {
		if text == "" || slices.Contains(fly.Words, text) {
			want = append(want, text)
			continue
		}
		changed = true
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '+' }) {
			w, _ := meantWord(part, t.Path, fly.Words)
			known = known && w != ""
			want = append(want, strings.Fields(w)...)
		}
	}
	p := PassedOn{Value: v, Takes: oneOf(fly.Words)}
	if known && changed {
		p.Repair = passedRepair(v, want, t)
	}
	return p, changed
}

// pathMeant is a path without its slash, or within a URL.
var pathMeant = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(https?://[\w.:\[\]-]+/)?([\w-][\w./-]*|)$`)
})

func passedRepair(v Value, want []string, t *flyschema.Type) *Repair {
	quoted := make([]string, 0, len(want))
	for _, w := range want {
		if q := strconv.Quote(w); !slices.Contains(quoted, q) {
			quoted = append(quoted, q)
		}
	}
	literal := strings.Join(quoted, ", ")
	if t.Kind == flyschema.Strings {
		literal = "[" + literal + "]"
	} else if len(quoted) != 1 {
		return nil
	}
	return &Repair{Edits: []flytoml.Edit{set(v.Path(), literal)}, Why: "it reads as " + strings.Join(quoted, " and ")}
}
