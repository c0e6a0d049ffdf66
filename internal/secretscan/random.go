package secretscan

import (
	"math"
	"strings"
)

// entropy is Shannon's, in bits a character.
func entropy(s string) float64 {
	if s == "" {
		return 0
	}
	var counts [256]int
	for i := 0; i < len(s); i++ {
		counts[s[i]]++
	}
	total := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			total -= p * math.Log2(p)
		}
	}
	return total
}

// looksRandom says whether s is one run of base64 or hexadecimal digits that
// nobody would type: letters and figures mixed, at least bits of entropy a
// character, and no long chain of words.
func looksRandom(s string, bits float64) bool {
	figures, letters := 0, 0
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			figures++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		case strings.IndexByte("+/=_-.~", c) < 0:
			return false
		}
	}
	if figures < 2 || letters < 2 || entropy(s) < bits {
		return false
	}
	return !isSlug(s)
}

// isSlug: words and short numbers between separators, as in names of models,
// services and machines: claude-3-5-sonnet-20241022, my-app_prod.v2.
func isSlug(s string) bool {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-_./=+~", r) })
	if len(parts) < 2 {
		return false
	}
	words := 0
	for _, part := range parts {
		figures := 0
		for _, c := range []byte(part) {
			if c >= '0' && c <= '9' {
				figures++
			}
		}
		if len(part) > 14 && figures > 0 && figures < len(part) {
			return false
		}
		if figures == 0 || figures == len(part) || len(part) <= 4 {
			words++
		}
	}
	return words*2 > len(parts)
}

func isHex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, part := range strings.Split(s, "-") {
		if i > 4 || len(part) != [...]int{8, 4, 4, 4, 12}[i] || !isHex(part) {
			return false
		}
	}
	return strings.Count(s, "-") == 4
}

// randomShape is the last resort, for neutral names: a long random text is
// likely a secret. UUIDs, digests and 40-digit commits under a neutral name
// are opaque ids.
func randomShape(words []string, value string) Result {
	_, isDigest := strings.CutPrefix(value, "sha256:")
	platform := len(words) > 0 && words[0] == "FLY" // volumes, machines and images by id
	if len(value) < 20 || isUUID(value) || isDigest || platform {
		return Result{}
	}
	if isHex(value) {
		// 40 figures are a commit, as often as not; 32 or 64 a key or a digest.
		if len(value) >= 32 && len(value) != 40 && looksRandom(value, 3.0) {
			return Result{Likely, "a random-looking hexadecimal value"}
		}
		return Result{}
	}
	if hex, ok := strings.CutPrefix(value, "0x"); ok && len(hex) == 40 && isHex(hex) {
		return Result{} // a wallet's or contract's address
	}
	if looksRandom(value, 3.8) && !strings.ContainsAny(value, ".~") && !spelled(value) {
		return Result{Likely, "a random-looking value"}
	}
	return Result{}
}

// spelled: mostly letters of one case in long runs, with a figure here and
// there, as identifiers are written (ApplicationConfigV2Production).
func spelled(s string) bool {
	figures := 0
	for _, c := range []byte(s) {
		if c >= '0' && c <= '9' {
			figures++
		}
	}
	return figures*12 < len(s)
}

// couldHoldToken is a cheap test before the rule library is asked: all its
// token shapes hold a run of 16 characters or more with figures and letters.
func couldHoldToken(s string) bool {
	run, figures, letters := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		var c byte
		if i < len(s) {
			c = s[i]
		}
		switch {
		case c >= '0' && c <= '9':
			figures++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		case c != 0 && strings.IndexByte("_-+~", c) >= 0:
		default:
			run, figures, letters = 0, 0, 0
			continue
		}
		run++
		if run >= 16 && figures > 0 && letters > 0 {
			return true
		}
	}
	return false
}
