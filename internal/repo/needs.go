package repo

import (
	"regexp"
	expr "regexp/syntax"
	"sync"
)

// needs are words of which every match of an expression holds one; none where
// that can't be told. To look for a word costs a small part of what it costs to
// look for the expression, and most files hold none of them.
func needs(re *regexp.Regexp) []string {
	if known, ok := needed.Load(re); ok {
		return known.([]string)
	}
	var words []string
	if tree, err := expr.Parse(re.String(), expr.Perl); err == nil {
		words = wordsOf(tree)
	}
	needed.Store(re, words)
	return words
}

var needed sync.Map // *regexp.Regexp to what needs gives

// maxNeeds is how many words are looked for at most.
const maxNeeds = 12

func wordsOf(tree *expr.Regexp) []string {
	switch tree.Op {
	case expr.OpLiteral:
		if tree.Flags&expr.FoldCase == 0 && len(tree.Rune) > 1 {
			return []string{string(tree.Rune)}
		}
	case expr.OpCapture, expr.OpPlus:
		return wordsOf(tree.Sub[0])
	case expr.OpRepeat:
		if tree.Min > 0 {
			return wordsOf(tree.Sub[0])
		}
	case expr.OpConcat:
		var best []string
		for _, part := range tree.Sub {
			if words := wordsOf(part); shortest(words) > shortest(best) {
				best = words
			}
		}
		return best
	case expr.OpAlternate:
		var all []string
		for _, part := range tree.Sub {
			words := wordsOf(part)
			if len(words) == 0 || len(all)+len(words) > maxNeeds {
				return nil
			}
			all = append(all, words...)
		}
		return all
	}
	return nil
}

// shortest is the length of the shortest word, 0 for no words.
func shortest(words []string) int {
	n := 0
	for _, w := range words {
		if n == 0 || len(w) < n {
			n = len(w)
		}
	}
	return n
}
