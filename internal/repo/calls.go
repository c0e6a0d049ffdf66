package repo

import (
	"path"
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
		if name, ok := strings.CutPrefix(part, unknownPath); ok && name == "" || !isTold(name) {
			return false
		}
	}
	return true
}

// splitArguments are the arguments of a call, trimmed: commas in parentheses,
// brackets, braces and strings part nothing.
func splitArguments(text string) []string {
	var out []string
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
			out = append(out, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	if last := strings.TrimSpace(text[from:]); last != "" {
		out = append(out, last)
	}
	return out
}

var (
	wholeLiteral = lazy("^r?(?:\"([^\"\\s]*)\"|'([^'\\s]*)'|`([^`\\s]*)`)$")
	constantPath = lazy("\\b([\\w$]+)\\s*(?::\\s*[&\\w'\\[\\] ]+?|\\s+string)?\\s*:?=\\s*r?[\"'`](/?[^\"'`\\s]{0,80})[\"'`]\\s*(?:[;\\n\\r)]|as\\b|$)")
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
	value := unknownPath + m[1]
	for _, at := range s.all(constantPath) {
		if s.group(at, 1) != m[1] {
			continue
		}
		if p := s.group(at, 2); value[0] == '$' && (p == "" || p[0] == '/') && isTold(p) {
			value = p
			continue
		}
		return unknownPath // another value elsewhere
	}
	return value
}

// constantFiles are called what people call the files of their constants.
const constantFiles = " config configuration settings setting constants constant const consts conf env environment app_settings base common core __init__ index vars defaults routes paths urls "

// constants fills in what constants of other files say of a path. They are few
// files, read when somebody asks.
func (sc *scanner) constants(p string) string {
	parts := strings.Split(p, "/")
	for i, part := range parts {
		name, ok := strings.CutPrefix(part, unknownPath)
		if !ok || name == "" {
			continue
		}
		value, read := "", 0
		expr := lazy("(?:^|[^\\w.])" + name + "\\s*(?::\\s*(?:str|string|&'static str|&str|Final(?:\\[str\\])?))?\\s*[:=]\\s*r?[\"'`](/?[^\"'`\\s]{0,80})[\"'`]")
		for _, file := range sc.files {
			base := path.Base(file)
			if languageOf(path.Ext(base)) == "" || !inList(constantFiles, strings.ToLower(strings.TrimSuffix(base, path.Ext(base)))) || sc.of(file) == outside {
				continue
			}
			if read++; read > 100 {
				break
			}
			text, _ := readInto(nil, sc.abs(file))
			code, _ := syntaxOf(base).strip(text)
			for _, m := range expr().FindAllSubmatch(code, 5) {
				if value != "" && value != string(m[1]) {
					return unknownPath
				}
				value = string(m[1])
			}
		}
		if value == "" || value[0] != '/' || !isTold(value) {
			return unknownPath
		}
		parts[i] = strings.Trim(value, "/")
	}
	return strings.Join(parts, "/")
}
