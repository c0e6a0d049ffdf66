package repo

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/fly-standards/fly-standards/internal/secretscan"
)

func countLines(text []byte) int { return bytes.Count(text, []byte{'\n'}) }

func lineFrom(text []byte, start int) string {
	line := text[start:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	return string(line)
}

const maxShown = 80

// cut trims a line and shortens it to what fits beside a finding.
func cut(line string) string {
	line = strings.Join(strings.Fields(strings.ToValidUTF8(line, "")), " ")
	if utf8.RuneCountInString(line) <= maxShown {
		return line
	}
	return string([]rune(line)[:maxShown-1]) + "…"
}

// shownCode is a line of code as evidence. A long run of letters and figures
// is hidden: evidence is printed and stored, and must never hold a secret.
func shownCode(line string) string {
	return cut(hideRuns(line))
}

// shownCommand is a line of a script as evidence. Besides long runs, the
// values of assignments and of flags that take credentials are hidden.
func shownCommand(line string) string {
	fields := strings.Fields(line)
	hideNext := false
	for i, field := range fields {
		if hideNext {
			fields[i], hideNext = "(hidden)", false
			continue
		}
		bare := strings.Trim(field, `"'`)
		name, value, assigned := strings.Cut(bare, "=")
		switch {
		case assigned && !isTarget(name) && value != "" && !harmless(name, value):
			fields[i] = name + "=(hidden)"
		case inList(" -t --access-token -u --user -H --header -e --env -d --data -p --password ", bare), bare != "" && bare[0] == '-' && i+1 < len(fields) && takesSecret(bare, fields[i+1]):
			hideNext = true
		case strings.Contains(bare, "@") && strings.Contains(bare, "://"):
			fields[i] = "(hidden)"
		}
	}
	return cut(hideRuns(strings.Join(fields, " ")))
}

var plainWord = lazy(`^(?:\d{1,5}|\d{1,4}(?:ms|s|m|h)|true|false|production|staging|development|\$\{?\w+\}?)$`)

// harmless: a number, a time, a switch or a variable, under a name that is no
// password's.
func harmless(name, value string) bool {
	value = strings.Trim(value, `"'`)
	return plainWord().MatchString(value) && secretscan.Classify(strings.TrimLeft(name, "-"), value).Verdict == secretscan.No
}

// takesSecret: a flag that is named like a secret, --api-key.
func takesSecret(flag, value string) bool {
	if strings.Contains(strings.TrimRight(value, "="), "=") {
		return false // NAME=value, of which the value alone is hidden
	}
	return secretscan.Classify(strings.TrimLeft(flag, "-"), strings.Trim(value, `"',]`)).Verdict != secretscan.No
}

// hideRuns hides runs of 20 characters and more that mix letters and figures.
func hideRuns(line string) string {
	var out strings.Builder
	start := 0
	flush := func(end int) {
		run := line[start:end]
		if len(run) >= 20 && strings.ContainsAny(run, "0123456789") && strings.ContainsAny(run, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			run = "(hidden)"
		}
		out.WriteString(run)
	}
	for i := 0; i < len(line); i++ {
		if c := line[i]; !isWordByte(c) && c != '-' && c != '+' {
			flush(i)
			out.WriteByte(c)
			start = i + 1
		}
	}
	flush(len(line))
	return out.String()
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func contains(text []byte, word string) bool { return bytes.Contains(text, []byte(word)) }
