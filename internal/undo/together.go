package undo

import (
	"fmt"
	"strings"
)

// together collects what is said of several things, so that a sentence about
// thirty machines is one sentence.
type together struct {
	order []string
	of    map[string][]string
}

func (t *together) add(thing, text string) {
	if t.of == nil {
		t.of = map[string][]string{}
	}
	if _, ok := t.of[text]; !ok {
		t.order = append(t.order, text)
	}
	t.of[text] = append(t.of[text], thing)
}

// maxNamed is how many things a sentence names.
const maxNamed = 6

// lines are the sentences, in the order in which they first came up.
func (t *together) lines(one, many string) []string {
	var out []string
	for _, text := range t.order {
		things, noun := t.of[text], one
		if len(things) > 1 {
			noun = many
		}
		if n := len(things); n > maxNamed {
			things, noun = append(things[:maxNamed-1:maxNamed-1], fmt.Sprintf("%d more", n-maxNamed+1)), fmt.Sprintf("%d %s", n, many)
		}
		names := things[0]
		if n := len(things); n > 1 {
			names = strings.Join(things[:n-1], ", ") + " and " + things[n-1]
		}
		out = append(out, strings.TrimSpace(noun+" "+names)+": "+text)
	}
	return out
}
