package flytoml

import (
	"cmp"
	"slices"
	"strings"
)

// cure is what to do about a text that is no TOML at off, in place of the words
// of the parser; "" where nobody knows. It repeats no value.
func (f *File) cure(off int, message string) string {
	if inside, open := strings.CutPrefix(strings.TrimSpace(string(f.src[f.base:])), "{"); open && strings.HasPrefix(strings.TrimSpace(inside), `"`) {
		return "this is JSON, and flyctl reads it only from a file whose name ends in .json: name it fly.json, or write TOML"
	}
	line := f.lineAt(off)
	before := strings.TrimSpace(string(f.src[f.lines[line].start:off]))
	rest, _, _ := strings.Cut(string(f.src[off:min(len(f.src), off+200)]), "\n")
	if strings.HasPrefix(rest, "\r") && len(rest) > 1 {
		return "a carriage return alone doesn't end a line; save the file with LF or CRLF line endings"
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
		{"«", "TOML has no angle quotes; use \""}, {"»", "TOML has no angle quotes; use \""},
		{"`", "TOML has no backtick quotes; use \""},
		{"\u00a0", "TOML has no no-break spaces; use a plain space"},
		{"\u200b", hiddenMark}, {"\u200c", hiddenMark}, {"\u200d", hiddenMark}, {"\u2060", hiddenMark}, {"\ufeff", hiddenMark},
		{"\u2028", "a line separator (U+2028) doesn't end a line in TOML; use a plain line break"},
		{"\x1a", "there is a Ctrl-Z here; delete it"},
		{"//", comment}, {"/*", comment}, {"<!--", comment}, {"-- ", comment},
	} {
		if strings.HasPrefix(rest, c.begins) {
			return c.text
		}
	}
	for _, marks := range [][2]string{{"{{", "}}"}, {"{%", "%}"}, {"<%", "%>"}} {
		if _, after, open := strings.Cut(whole, marks[0]); open && strings.Contains(after, marks[1]) {
			return "this is a template, with " + marks[0] + " and " + marks[1] + " to be filled in; flyctl reads what was made of it"
		}
	}
	switch {
	case whole == "---" || whole == "...":
		return whole + " is YAML; delete the line"
	case strings.HasPrefix(whole, "-- "), before == "" && strings.HasPrefix(rest, ";"):
		return comment
	case slices.Contains([]string{"export", "set", "let", "const", "var"}, before) && strings.Contains(rest, "="):
		return "a line begins with its key in TOML; delete " + before
	case strings.HasPrefix(whole, "- "):
		return "a line can't begin with a dash in TOML; write key = value"
	case strings.HasPrefix(rest, ":") && !strings.HasPrefix(before, "["):
		return "TOML puts = between key and value, not a colon"
	}
	return ""
}

const (
	conflict   = "an unresolved merge conflict: keep one of the two versions and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"
	quoted     = `TOML has no curly quotes; use "`
	hiddenMark = "there is an invisible character here; delete it"
	comment    = "a comment begins with # in TOML"
	unquoted   = `a string needs quotes: "..."`
	heading    = "a heading is written [name] or [[name]]"
)

// inValue is what is wrong with a value, or with what follows it.
func inValue(before, rest, message string) string {
	starts := strings.HasSuffix(before, "=") || strings.HasSuffix(before, "[") || strings.HasSuffix(before, ",")
	switch word, _, _ := strings.Cut(rest, " "); {
	case starts && slices.Contains([]string{"yes", "no", "on", "off", "True", "False", "TRUE", "FALSE"}, word):
		return word + " is not a value in TOML; write true or false"
	case starts && slices.Contains([]string{"null", "nil", "None", "undefined"}, word):
		return "TOML has no " + word + "; leave the key out"
	case starts && rest == "":
		return "the value after the = is missing"
	case starts && (rest[0] == '=' || rest[0] == '>'):
		return "a single = separates key and value"
	case starts && rest[0] == '$':
		return "variables are not expanded in fly.toml; write the value itself, in quotes"
	case starts && rest[0] == ',':
		return "there is an extra comma; delete it"
	case starts && (strings.HasPrefix(message, "unexpected character") || strings.HasPrefix(message, "expected keyword")):
		return unquoted
	case !strings.Contains(before, "=") && (strings.HasSuffix(message, "at start of value") || strings.HasPrefix(message, "expected ',' or ']'")):
		return "an array that begins further up is not closed; add its ]"
	}
	return ""
}

// said is what the parser means.
func said(before, message string) string {
	inHeading := strings.HasPrefix(before, "[")
	for _, c := range []struct{ says, text string }{
		{"strings must be quoted", unquoted},
		{"expected '=' after key", "the = between key and value is missing"},
		{"array is incomplete", "the array is not closed; add its ]"},
		{"expected ',' or ']' after array value", "a comma between two values of the array is missing, or its ]"},
		{"expected ',' or '}' after inline table", "a comma between two keys of the inline table is missing, or its }"},
		{"expected ']' to close table name", "the heading is not closed with ], or its names have no dots between them: [a.b]"},
		{"expected ']]' to close array table name", "the heading begins with [[ and must end with ]]"},
		{"strings cannot have new lines", "the string is not closed; add the missing quote"},
		{"string not terminated by", "the multi-line string that begins here is not closed; add its three quotes"},
		{"integers cannot have leading zeroes", "a number can't begin with a zero; remove it, or write a string in quotes"},
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
		return "only a comment can follow a heading on its line"
	case strings.HasSuffix(message, "','"):
		return "a line can't end with a comma in TOML; delete it"
	case strings.HasSuffix(message, "';'"):
		return "a line can't end with a semicolon in TOML; delete it"
	default:
		return "only a comment can follow a value on its line: is there an extra quote, or a second key?"
	}
	return ""
}
