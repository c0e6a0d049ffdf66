package secretscan

import (
	"strings"
	"sync"
)

// list tells the words of a text, which is taken apart when the first one is
// asked for.
func list(text string) func(word string) bool {
	words := sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for word := range strings.FieldsSeq(text) {
			set[word] = true
		}
		return set
	})
	return func(word string) bool { return words()[word] }
}
