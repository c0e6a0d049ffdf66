package mcp

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Small is the size in bytes below which an answer stays unless details are
// asked for.
const Small = 2000

// Fit is the longest answer that is small: made with as many of n entries as
// fit. One that is never small is cut in no other way.
func Fit(n int, answer func(n int) any) (string, error) {
	for {
		text, err := JSON(answer(n))
		if err != nil || len(text) <= Small || n == 0 {
			return text, err
		}
		n--
	}
}

// JSON is a document on one line.
func JSON(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// Short cuts a text at the end of a word.
func Short(text string, runes int) string {
	r := []rune(text)
	if len(r) <= runes {
		return text
	}
	cut := string(r[:runes])
	if i := strings.LastIndexAny(cut, " \n"); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " \n,;:") + " …"
}
