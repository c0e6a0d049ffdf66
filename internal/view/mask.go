package view

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Classify says whether a value of fly.toml must not be shown.
type Classify func(path, name, value string) bool

// Mask knows the values of one fly.toml that must not be shown. It holds
// them, and prints as nothing but its kind; a nil Mask hides nothing.
type Mask struct {
	classify Classify
	texts    []string
}

// NewMask looks at every string of f.
func NewMask(f *flytoml.File, classify Classify) *Mask {
	m := &Mask{classify: classify}
	eachString(f.Root(), "", func(path, name, value string) {
		if classify(path, name, value) {
			m.texts = append(m.texts, value)
			if u, err := url.Parse(value); err == nil {
				if password, ok := u.User.Password(); ok {
					m.texts = append(m.texts, password)
				}
			}
		}
	})
	// Longest first, so that a value inside another one does not split it.
	slices.SortFunc(m.texts, func(a, b string) int { return len(b) - len(a) })
	return m
}

// String implements fmt.Stringer.
func (*Mask) String() string { return "(mask)" }

// GoString implements fmt.GoStringer.
func (*Mask) GoString() string { return "(mask)" }

func eachString(n flytoml.Node, name string, see func(path, name, value string)) {
	switch n.Kind() {
	case flytoml.Table:
		for _, key := range n.Keys() {
			if child, ok := n.Key(key); ok {
				eachString(child, key, see)
			}
		}
	case flytoml.Array, flytoml.ArrayTables:
		for _, item := range n.Items() {
			eachString(item, name, see)
		}
	case flytoml.String:
		value, _ := n.Str()
		see(n.Path(), name, value)
	}
}

// file gives f's bytes with every secret hidden; the number of lines stays.
func (m *Mask) file(f *flytoml.File) []byte {
	if m == nil {
		return f.Bytes()
	}
	var paths []string
	eachString(f.Root(), "", func(path, name, value string) {
		if m.classify(path, name, value) {
			paths = append(paths, path)
		}
	})
	return f.Masked(paths...)
}

// hide replaces the secrets in a text that is only shown. Short values and
// plain words stay: they tell nothing, and they occur in every sentence.
func (m *Mask) hide(text string) string {
	if m == nil {
		return text
	}
	for _, t := range m.texts {
		if telling(t) {
			text = strings.ReplaceAll(text, t, "(hidden)")
		}
	}
	return text
}

// Holds says whether a text that may not be changed holds a secret.
func (m *Mask) Holds(text string) bool { return m.hide(text) != text }

func telling(value string) bool {
	return len(value) >= 8 && strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsLetter(r) && r != '_' && r != '-' && r != ' '
	})
}
