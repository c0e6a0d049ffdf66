package deployed

import (
	"errors"
	"strings"
)

// errOpenQuote and errTrailingEscape are why a command can't be split.
var (
	errOpenQuote      = errors.New("a quote is not closed")
	errTrailingEscape = errors.New("nothing follows the last backslash")
)

// Split takes a command apart as flyctl does (google/shlex, August 2026): it
// knows quotes, backslashes and comments, and nothing else of a shell.
func Split(line string) ([]string, error) {
	const (
		between = iota
		inWord
		inComment
		single
		double
	)
	var words []string
	var word strings.Builder
	state, escaped := between, false
	end := func() {
		words = append(words, word.String())
		word.Reset()
		state = between
	}
	for _, c := range line {
		space := c == ' ' || c == '\t' || c == '\r' || c == '\n'
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case state == inComment:
			if c == '\n' {
				state = between
			}
		case state == single && c == '\'', state == double && c == '"':
			state = inWord
		case state == double && c == '\\':
			escaped = true
		case state == single, state == double:
			word.WriteRune(c)
		case c == '\\':
			state, escaped = inWord, true
		case c == '\'':
			state = single
		case c == '"':
			state = double
		case space && state == inWord:
			end()
		case space:
		case c == '#' && state == between:
			state = inComment
		default:
			state = inWord
			word.WriteRune(c)
		}
	}
	switch {
	case escaped:
		return words, errTrailingEscape
	case state == single || state == double:
		return words, errOpenQuote
	case state == inWord:
		end()
	}
	return words, nil
}
