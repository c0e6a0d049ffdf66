package view

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Classify says whether a value of fly.toml must not be shown.
type Classify func(path, name, value string) bool

// Mask knows the values of one fly.toml that must not be shown. It holds
// them, and prints as nothing but its kind; a nil Mask hides nothing.
type Mask struct {
	classify Classify
	redact   func(string) string
	texts    *flytoml.Texts
	files    sync.Map // *flytoml.File to its bytes as they are shown
}

// NewMask looks at every string and number of f. The values that are known are
// hidden wherever they stand; redact, besides, takes out of words what looks
// like a secret, because comments, paths and answers hold some that are no
// value of the file.
func NewMask(f *flytoml.File, classify Classify, redact func(string) string) *Mask {
	judged := map[[2]string]bool{}
	m := &Mask{redact: redact, classify: func(path, name, value string) bool {
		secret, known := judged[[2]string{path, value}]
		return known && secret || !known && classify(path, name, value)
	}}
	var texts []string
	eachString(f.Root(), "", func(path, name, value string) {
		secret := classify(path, name, value)
		judged[[2]string{path, value}] = secret
		if !secret {
			return
		}
		texts = append(texts, value)
		if u, err := url.Parse(value); err == nil {
			if password, ok := u.User.Password(); ok {
				texts = append(texts, password)
			}
		}
	})
	m.texts = flytoml.NewTexts(slices.DeleteFunc(texts, func(t string) bool { return !telling(t) }), minTelling)
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
		if i := strings.IndexAny(value, "=:"); i > 0 { // NAME=value, as people write env, args and headers
			see(n.Path(), strings.TrimSpace(value[:i]), strings.TrimSpace(value[i+1:]))
		}
	case flytoml.Integer: // a password may be one
		if value, ok := n.Int(); ok {
			see(n.Path(), name, strconv.FormatInt(value, 10))
		}
	}
}

// file gives f's bytes with every secret hidden; the number of lines stays.
func (m *Mask) file(f *flytoml.File) []byte {
	if m == nil {
		return f.Bytes()
	}
	if done, ok := m.files.Load(f); ok {
		return done.([]byte)
	}
	var paths []string
	eachString(f.Root(), "", func(path, name, value string) {
		if m.classify(path, name, value) {
			paths = append(paths, path)
		}
	})
	text := m.lines(f.Masked(paths...))
	m.files.Store(f, text)
	return text
}

// lines takes out of the text of a file what no value of it is: credentials in
// comments, and in strings that hold more than one thing.
func (m *Mask) lines(text []byte) []byte {
	if m.redact == nil {
		return text
	}
	return []byte(m.redact(string(text)))
}

// Hide replaces the secrets in a text that is only shown. Short values and
// plain words stay: they tell nothing, and they occur in every sentence.
func (m *Mask) Hide(text string) string {
	if m == nil {
		return text
	}
	text = m.texts.Replace(text, "(hidden)")
	if m.redact != nil {
		text = m.redact(text)
	}
	return text
}

// Hides says whether a text that is only kept, never carried out, holds
// something that Hide would take out.
func (m *Mask) Hides(text string) bool { return m.Hide(text) != text }

// Holds says whether a text that may not be changed holds a secret that is
// known by its value.
func (m *Mask) Holds(text string) bool {
	return m != nil && m.texts.In(text)
}

// minTelling is the length from which a value tells something.
const minTelling = 8

func telling(value string) bool {
	return len(value) >= minTelling && strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsLetter(r) && r != '_' && r != '-' && r != ' '
	})
}
