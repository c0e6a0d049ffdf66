package flytoml

import (
	"cmp"
	"slices"
	"strings"
)

// cure is what to do about a text that is no TOML at off, in place of the words
// of the parser; "" where nobody knows. It repeats no value.
func (f *File) cure(off int, message string) string {
	line := f.lineAt(off)
	before := strings.TrimSpace(string(f.src[f.lines[line].start:off]))
	rest, _, _ := strings.Cut(string(f.src[off:min(len(f.src), off+200)]), "\n")
	if strings.HasPrefix(rest, "\r") && len(rest) > 1 {
		return "a carriage return alone ends no line; save the file with line ends LF or CRLF"
	}
	rest = strings.TrimRight(rest, " \t\r")
	whole := before + rest
	if strings.HasSuffix(before, " ") || before != "" && f.src[off-1] == ' ' {
		whole = before + " " + rest
	}
	if text := foreign(before, rest, whole); text != "" {
		return text
	}
	return cmp.Or(inValue(before, rest, message), said(before, message))
}

// foreign is what stands in a text of another kind, or comes of another editor.
func foreign(before, rest, whole string) string {
	for _, c := range []struct{ begins, text string }{
		{"<<<<<<<", conflict}, {"=======", conflict}, {">>>>>>>", conflict}, {"|||||||", conflict},
		{"```", "``` is Markdown; delete the line"},
	} {
		if strings.HasPrefix(whole, c.begins) {
			return c.text
		}
	}
	for _, c := range []struct{ begins, text string }{
		{"“", quoted}, {"”", quoted}, {"‘", quoted}, {"’", quoted}, {"„", quoted},
		{"«", "an angle quote is none in TOML; write \""}, {"»", "an angle quote is none in TOML; write \""},
		{"`", "a backtick is no quote in TOML; write \""},
		{"\u00a0", "a no-break space is none in TOML; write a plain one"},
		{"\u200b", hiddenMark}, {"\u200c", hiddenMark}, {"\u200d", hiddenMark}, {"\u2060", hiddenMark}, {"\ufeff", hiddenMark},
		{"\u2028", "a line separator (U+2028) ends no line in TOML; write a plain line end"},
		{"\x1a", "a Ctrl-Z; delete it"},
		{"//", comment}, {"/*", comment}, {"<!--", comment}, {"-- ", comment},
	} {
		if strings.HasPrefix(rest, c.begins) {
			return c.text
		}
	}
	switch {
	case whole == "---" || whole == "...":
		return whole + " is YAML; delete the line"
	case strings.HasPrefix(whole, "-- "), before == "" && strings.HasPrefix(rest, ";"):
		return comment
	case strings.HasPrefix(whole, "- "):
		return "a dash begins no line in TOML; write key = value"
	case strings.HasPrefix(rest, ":") && !strings.HasPrefix(before, "["):
		return "TOML has a = between key and value, not a colon"
	}
	return ""
}

const (
	conflict   = "a merge conflict that nobody resolved: keep one of the two versions and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"
	quoted     = `a curly quote is none in TOML; write "`
	hiddenMark = "a character that nobody sees stands here; delete it"
	comment    = "a comment begins with # in TOML"
	unquoted   = `a text is written in quotes: "..."`
	heading    = "a heading is written [name] or [[name]]"
)

// inValue is what is wrong with a value, or with what follows it.
func inValue(before, rest, message string) string {
	starts := strings.HasSuffix(before, "=") || strings.HasSuffix(before, "[") || strings.HasSuffix(before, ",")
	switch word, _, _ := strings.Cut(rest, " "); {
	case starts && slices.Contains([]string{"yes", "no", "on", "off", "True", "False", "TRUE", "FALSE"}, word):
		return word + " is no value in TOML; write true or false"
	case starts && slices.Contains([]string{"null", "nil", "None", "undefined"}, word):
		return "TOML has no " + word + "; leave the key out"
	case starts && rest == "":
		return "there is no value behind the ="
	case starts && (rest[0] == '=' || rest[0] == '>'):
		return "one = stands between key and value"
	case starts && rest[0] == '$':
		return "nothing fills variables into fly.toml; write the value itself, in quotes"
	case starts && rest[0] == ',':
		return "a comma too many"
	case starts && (strings.HasPrefix(message, "unexpected character") || strings.HasPrefix(message, "expected keyword")):
		return unquoted
	case !strings.Contains(before, "=") && (strings.HasSuffix(message, "at start of value") || strings.HasPrefix(message, "expected ',' or ']'")):
		return "an array that begins further up is not closed; write its ]"
	}
	return ""
}

// said is what the parser means.
func said(before, message string) string {
	inHeading := strings.HasPrefix(before, "[")
	for _, c := range []struct{ says, text string }{
		{"strings must be quoted", unquoted},
		{"expected '=' after key", "there is no = between key and value"},
		{"array is incomplete", "the array is not closed; write its ]"},
		{"expected ',' or ']' after array value", "a comma is missing between two values of the array, or its ]"},
		{"expected ',' or '}' after inline table", "a comma is missing between two keys of the table, or its }"},
		{"expected ']' to close table name", "the heading is not closed, or its names have no dots between them: [a.b]"},
		{"expected ']]' to close array table name", "the heading begins with [[ and must end with ]]"},
		{"strings cannot have new lines", "the text is not closed on its line; write the quote that is missing"},
		{"string not terminated by", "the text that begins here with three quotes is not closed"},
		{"integers cannot have leading zeroes", "a number has no zero in front; take it away, or write a text in quotes"},
		{"invalid character at start of key: U+005B", heading + ", without spaces between the brackets"},
		{"invalid character at start of key: U+007B", heading},
		{"invalid character at start of key: U+0028", heading},
	} {
		if strings.Contains(message, c.says) {
			return c.text
		}
	}
	switch {
	case !strings.HasPrefix(message, "expected newline"):
	case inHeading:
		return "nothing but a comment follows a heading on its line"
	case strings.HasSuffix(message, "','"):
		return "no comma ends a line in TOML"
	case strings.HasSuffix(message, "';'"):
		return "no semicolon ends a line in TOML"
	default:
		return "nothing but a comment follows a value on its line: is it a quote too many, or a second key?"
	}
	return ""
}
