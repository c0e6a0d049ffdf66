package repo

import (
	"bytes"
	"path"
)

// healthWords are what the health paths begin with after their slash, the
// longer before those that begin alike.
var healthWords = [...]string{"healthz", "healthcheck", "healthy", "health", "_health", "livez", "readyz", "up", "ping", "status"}

// markBytes says which bytes may lead to a health word, and which begin one.
var markBytes = [256]uint8{
	'/': leads, '"': leads, '\'': leads, '`': leads, ':': leads, '^': leads,
	'h': begins, '_': begins, 'l': begins, 'r': begins, 'u': begins, 'p': begins, 's': begins,
}

const leads, begins = 1, 2

// findMarks gives the offsets in text at which a health path may stand as a
// string of its own. Nearly every file has none, and is done with in one pass;
// the expensive looks are spent around the marks only.
func (s *source) findMarks() []int {
	var marks []int
	text := s.text
	for i := 0; i+2 < len(text) && len(marks) < maxMarks; i++ {
		if markBytes[text[i]]&leads == 0 || markBytes[text[i+1]]&begins == 0 {
			continue
		}
		if wordAt(text[i+1:]) && (text[i] == '/' || s.bareRoute(i)) {
			marks = append(marks, i)
		}
	}
	return marks
}

// wordAt says whether text begins with a health word that ends there.
func wordAt(text []byte) bool {
	for _, word := range healthWords {
		if len(text) >= len(word) && string(text[:len(word)]) == word {
			rest := text[len(word):]
			return len(rest) == 0 || !isWordByte(rest[0]) && rest[0] != '-' && rest[0] != '.'
		}
	}
	return false
}

// bareRoute: a path without its leading slash, as Django, Rails and NestJS
// write it, stands right behind a word that defines routes. Everywhere else
// "status" is a word like any other.
func (s *source) bareRoute(quote int) bool {
	low := max(0, quote-200)
	start := low + bytes.LastIndexByte(s.text[low:quote], '\n') + 1
	before := bytes.TrimRight(s.text[start:quote], " \t^'\"")
	if s.text[quote] == '^' || path.Ext(s.base) == ".py" {
		before = bytes.TrimSuffix(before, []byte("r"))
	}
	if len(before) == 0 || len(bytes.TrimSpace(before)) == 0 {
		return path.Ext(s.base) == ".py" // path( on the line above
	}
	for _, end := range [...]string{"path(", "url(", "@Get(", "@Controller(", "@RequestMapping(", "@GetMapping(", "Route::get(", "$app->get(", " get", "\tget", "match", "r.is", "r.on", "forward"} {
		if bytes.HasSuffix(before, []byte(end)) {
			return true
		}
	}
	return string(before) == "get"
}

// windows are the pieces of the code around the marks, whole lines each: some
// lines before, for calls written over several, and some after.
func (s *source) windows() [][2]int {
	var list [][2]int
	for _, mark := range s.marks {
		from := mark
		for range 4 {
			from = max(bytes.LastIndexByte(s.code[:from], '\n'), 0)
		}
		if from > 0 {
			from++
		}
		to := mark
		for range 3 {
			if n := bytes.IndexByte(s.code[to:], '\n'); n >= 0 {
				to += n + 1
			} else {
				to = len(s.code)
			}
		}
		if n := len(list); n > 0 && from <= list[n-1][1] {
			list[n-1][1] = to
			continue
		}
		list = append(list, [2]int{from, to})
	}
	return list
}
