package flyschema

import (
	_ "embed"
	"strings"
	"sync"
)

// About is what is said of a key: our own words, an example and the default,
// both as JSON; "" where there is none.
type About struct{ Text, Example, Default string }

// descriptions are keyed by a path without [], or by the last parts of one. A
// name that ends in [] is that of a list where the same name is also a table.
//
//go:embed descriptions.tsv
var descriptions string

var abouts = sync.OnceValue(func() map[string]About {
	out := map[string]About{}
	for line := range strings.Lines(descriptions) {
		f := append(strings.Split(strings.TrimRight(line, "\r\n"), "\t"), "", "", "")
		out[f[0]] = About{f[1], f[2], f[3]}
	}
	return out
})

// Described are the keys of the descriptions.
func Described() map[string]About { return abouts() }

// DescriptionOf finds what is said of a key of the tables, and under which
// name. list says that it is a list of strings.
func DescriptionOf(path string, list bool) (name string, about About, ok bool) {
	plain := strings.ReplaceAll(path, "[]", "")
	for _, end := range []string{"", ".*"} { // of a table of names, what is said of each
		for rest := plain; rest != ""; _, rest, _ = strings.Cut(rest, ".") {
			names := []string{rest + end}
			if list {
				names = []string{rest + "[]" + end, rest + end}
			}
			for _, name := range names {
				if about, ok := abouts()[name]; ok {
					return name, about, true
				}
			}
		}
	}
	return "", About{}, false
}

// Describe says what the key at a path of a file means; "" where flyctl knows
// no such key, or nothing is said of it.
func Describe(path string) string {
	key, ok := Lookup(path)
	if !ok {
		return ""
	}
	_, about, _ := DescriptionOf(key.Path, key.Kind == "array of string")
	return about.Text
}
