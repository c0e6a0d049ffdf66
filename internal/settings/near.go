package settings

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// hint names the word that was probably meant, or all that there are.
func hint(word string, known []string) string {
	if s := near(word, known); s != "" {
		return s
	}
	return "; known here: " + strings.Join(known, ", ")
}

// near asks whether the one word was meant that looks like it.
func near(word string, known []string) string {
	best, distance := "", len(word)/3+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d <= distance {
			best, distance = k, d-1
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}
