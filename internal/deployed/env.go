package deployed

import (
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// EnvEntry is one entry of [env], or of one of several [[env]].
type EnvEntry struct {
	Name string
	Node flytoml.Node
}

// EnvEntries are all of them as the file has them, also one that a later one of
// the same name replaces: its value stands in the file all the same. flyctl
// reads [Env] as [env].
func EnvEntries(f *flytoml.File) []EnvEntry {
	var out []EnvEntry
	root := f.Root()
	for _, top := range root.Keys() {
		if !strings.EqualFold(top, "env") {
			continue
		}
		env, _ := root.Key(top)
		for _, table := range env.Items() {
			for _, name := range table.Keys() {
				n, _ := table.Key(name)
				out = append(out, EnvEntry{name, n})
			}
		}
	}
	return out
}

// Text is the value as a machine gets it: flyctl writes numbers and booleans as
// text. It is false for what is no single value, and for fractions and dates,
// whose text is not worth a guess.
func (e EnvEntry) Text() (string, bool) { return EnvText(e.Node) }

// EnvText is the text of an entry's value; see EnvEntry.Text.
func EnvText(n flytoml.Node) (string, bool) {
	if s, ok := n.Str(); ok {
		return s, true
	}
	if i, ok := n.Int(); ok {
		return strconv.FormatInt(i, 10), true
	}
	if b, ok := n.Bool(); ok {
		return strconv.FormatBool(b), true
	}
	return "", false
}
