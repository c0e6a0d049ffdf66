package secretscan

import "strings"

// Placeholder says whether a value is a word that stands for one that is yet to
// come. In fly.toml such a word is shipped and counts as a secret all the same;
// in an image or an env file it is nobody's login.
func Placeholder(value string) bool {
	lower := strings.ToLower(value)
	for _, word := range []string{"placeholder", "dummy", "unused", "changeme", "change-me", "change_me", "your_", "your-", "example", "xxx", "todo", "fake", "none", "not-used", "fixme", "<"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return strings.Contains(" test testing build x ", " "+lower+" ")
}
