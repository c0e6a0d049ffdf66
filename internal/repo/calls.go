package repo

import (
	"path"
	"regexp"
	"strings"
)

// What stands in the parentheses of a call.

// unknownPath stands for a prefix that can't be told: a route below it is no
// route that anybody could name. With a name behind it, it is what a constant of
// another file says.
const unknownPath = "$"

// isTold says whether every part of a path is known as it stands there.
func isTold(p string) bool { return !strings.ContainsAny(p, ":*{<$") }

// isNamed says whether all that isn't told is in constants of other files.
func isNamed(p string) bool {
	for part := range strings.SplitSeq(p, "/") {
		if name, ok := strings.CutPrefix(part, unknownPath); ok && !isName(name) || !isTold(name) {
			return false
		}
	}
	return true
}

// isName says whether a text may be the name of a constant.
func isName(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r > 127 || !isWordByte(byte(r)) })
}

// cutCall is what stands between the parenthesis that opened before text and the
// one that closes it, and what stands behind.
func cutCall(text string) (inside, behind string) {
	depth := 1
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[:i], text[i+1:]
			}
		}
	}
	return text, ""
}

// splitArguments are the arguments of a call, trimmed, none of them empty: commas
// in parentheses, brackets, braces and strings part nothing.
func splitArguments(text string) []string {
	var out []string
	add := func(argument string) {
		if argument = strings.TrimSpace(argument); argument != "" {
			out = append(out, argument)
		}
	}
	depth, from := 0, 0
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			add(text[from:i])
			from = i + 1
		}
	}
	add(text[from:])
	return out
}

var (
	wholeLiteral = lazy("^r?(?:\"([^\"\\s]*)\"|'([^'\\s]*)'|`([^`\\s]*)`)$")
	constantPath = lazy("\\b([\\w$]+)[ \\t]*(?::[ \\t]*[&\\w'\\[\\] ]+?|[ \\t]+string)?[ \\t]*:?=\\s*r?[\"'`](/?[^\"'`\\s]{0,80})[\"'`]\\s*(?:[;\\n\\r)]|as\\b|$)")
	constantName = lazy(`^&?(?:[A-Za-z_$][\w$]*\.)*([A-Za-z_]\w*)(?:\(\))?$`)
)

// pathOf is the path that an expression stands for: a literal, or the constant
// of this file that it names; else unknownPath.
func (s *source) pathOf(expr string) string {
	expr = strings.TrimSpace(expr)
	if m := wholeLiteral().FindStringSubmatch(expr); m != nil {
		if p := m[1] + m[2] + m[3]; isTold(p) {
			return p
		}
		return unknownPath
	}
	m := constantName().FindStringSubmatch(expr)
	if m == nil {
		return unknownPath
	}
	if value, ok := s.constantPaths()[m[1]]; ok {
		return value
	}
	return unknownPath + m[1]
}

// constantPaths are the paths that the file's constants stand for, by their names;
// unknownPath where one is no path, or not the same everywhere.
func (s *source) constantPaths() map[string]string {
	if s.paths != nil {
		return s.paths
	}
	s.paths = map[string]string{}
	for _, at := range s.all(constantPath) {
		name, p := s.group(at, 1), s.group(at, 2)
		if p != "" && p[0] != '/' || !isTold(p) {
			p = unknownPath
		}
		if old, ok := s.paths[name]; ok && old != p {
			p = unknownPath
		}
		s.paths[name] = p
	}
	return s.paths
}

const maxConstantFiles = 100

// constantFiles are called what people call the files of their constants.
const constantFiles = " config configuration settings setting constants constant const consts conf env environment app_settings base common core __init__ index vars defaults routes paths urls "

// constants fills in what constants of other files say of a path.
func (sc *scanner) constants(p string) string {
	parts := strings.Split(p, "/")
	for i, part := range parts {
		name, ok := strings.CutPrefix(part, unknownPath)
		if !ok || name == "" {
			continue
		}
		value, known := sc.constant[name]
		if !known {
			value = sc.readConstant(name)
			if sc.constant == nil {
				sc.constant = map[string]string{}
			}
			sc.constant[name] = value
		}
		if value == unknownPath {
			return unknownPath
		}
		parts[i] = strings.Trim(value, "/")
	}
	return strings.ReplaceAll(strings.Join(parts, "/"), "//", "/") // a constant may be "/"
}

// readConstant is the path that the constant of that name stands for, unknownPath
// where there is none or more than one. The files are few, and read when somebody
// asks.
func (sc *scanner) readConstant(name string) string {
	value, read := "", 0
	expr := regexp.MustCompile("(?:^|[^\\w.])" + regexp.QuoteMeta(name) + "\\s*(?::\\s*(?:str|string|&'static str|&str|Final(?:\\[str\\])?))?\\s*[:=]\\s*r?[\"'`](/?[^\"'`\\s]{0,80})[\"'`]")
	for _, file := range sc.files {
		base := path.Base(file)
		if languageOf(path.Ext(base)) == "" || !inList(constantFiles, strings.ToLower(strings.TrimSuffix(base, path.Ext(base)))) || sc.of(file) == outside {
			continue
		}
		if read++; read > maxConstantFiles {
			break
		}
		text, _ := readInto(nil, sc.abs(file))
		code, _ := syntaxOf(base).strip(text)
		for _, m := range expr.FindAllSubmatch(code, 5) {
			if value != "" && value != string(m[1]) {
				return unknownPath
			}
			value = string(m[1])
		}
	}
	if value == "" || value[0] != '/' || !isTold(value) {
		return unknownPath
	}
	return value
}
