// Package near finds the word of a list that somebody meant who typed another.
// Every place that takes a name from a list asks it: rules, flags, commands,
// formats, settings.
package near

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// most is how many words are offered.
const most = 3

// Hint asks whether one of the words was meant that look like the typed one:
// `; did you mean "a" or "b"?`, or "" where none does.
func Hint(typed string, known []string) string {
	words := Words(typed, known)
	for i, w := range words {
		words[i] = fmt.Sprintf("%q", w)
	}
	return Ask(words)
}

// Ask is the question of Hint with the words as they are.
func Ask(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return "; did you mean " + words[0] + "?"
	default:
		return "; did you mean " + strings.Join(words[:n-1], ", ") + " or " + words[n-1] + "?"
	}
}

// Words are the known words that look like the typed one, at most three: those
// with the fewest letters to change, else those that hold it or its parts, else
// those that begin alike.
func Words(typed string, known []string) []string {
	word := letters(typed)
	if word == "" {
		return nil
	}
	if out := fewest(word, known); len(out) > 0 {
		return out
	}
	for _, alike := range []func(string) bool{
		func(k string) bool {
			return samePart(parts(typed), parts(k)) || strings.Contains(letters(k), word) && len(word) > 2
		},
		func(k string) bool { return len(word) > 4 && strings.HasPrefix(letters(k), word[:4]) },
	} {
		out := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return !alike(k) })
		if len(out) > 0 {
			return out[:min(len(out), most)]
		}
	}
	return nil
}

// fewest are the known words with the fewest letters to change, if those are
// few.
func fewest(word string, known []string) []string {
	var out []string
	least := min(max(1, len(word)/3), 3)
	for _, k := range known {
		switch d := distance(word, letters(k)); {
		case d < least:
			out, least = []string{k}, d
		case d == least:
			out = append(out, k)
		}
	}
	return out[:min(len(out), most)]
}

// distance is how many letters one has to change; letters in the wrong order
// count as one.
func distance(a, b string) int {
	d := levenshtein.ComputeDistance(a, b)
	if d > 1 && sorted(a) == sorted(b) {
		return 1
	}
	return d
}

func sorted(s string) string {
	b := []byte(s)
	slices.Sort(b)
	return string(b)
}

// samePart says whether each part that was typed is one of the known word, or
// nearly: helth for health-checks.
func samePart(typed, known []string) bool {
	return !slices.ContainsFunc(typed, func(t string) bool {
		return !slices.ContainsFunc(known, func(k string) bool {
			return len(t) > 2 && strings.HasPrefix(k, t) || len(t) > 3 && distance(t, k) <= 1
		})
	})
}

// letters are those of a word, in lower case and without signs.
func letters(s string) string { return strings.Join(parts(s), "") }

// parts are what signs divide a word into, in lower case.
func parts(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
