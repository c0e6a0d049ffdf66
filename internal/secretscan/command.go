package secretscan

import "strings"

// commandShape finds a secret among the words of a command line: the value of
// a flag or of a variable whose name is that of a secret, as in
// `migrate --password VALUE`, `-Ddb.password=VALUE` and `API_KEY=VALUE run`.
func commandShape(value string) Result {
	if !strings.ContainsAny(value, "-=") {
		return Result{}
	}
	words := strings.Fields(value)
	for i, word := range words {
		name, text, assigned := strings.Cut(word, "=")
		flag := strings.HasPrefix(name, "-")
		switch {
		case !flag && !(assigned && isIdentifier(name)):
			continue
		case !assigned && i+1 < len(words):
			text = words[i+1]
		}
		bare := splitWords(strings.Trim(name, "-\"'"))
		if suffixOf(bare) == "" && !redisPassword(strings.Join(bare, "")) || aboutSecret(bare) != "" {
			continue
		}
		text = strings.Trim(text, "\"'")
		if text == "" || strings.ContainsAny(text, "$`") || strings.HasPrefix(text, "-") || isInterpolation(text) || isPlain(text) {
			continue
		}
		return Result{Likely, "a command line with the value of " + suffixOrName(bare)}
	}
	return Result{}
}

// redisPassword are Redis's settings of its own password and of its primary's.
var redisPassword = list("REQUIREPASS MASTERAUTH")

// InCommand says whether a text is a command line that holds a secret.
func InCommand(text string) bool { return commandShape(text).Verdict != No }

// suffixOrName names a word of a command without showing more of the line.
func suffixOrName(words []string) string {
	if end := suffixOf(words); end != "" {
		return end
	}
	return strings.Join(words, "")
}
