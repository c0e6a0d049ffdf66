package repo

import (
	"path"
	"slices"
	"strings"
)

// What names lead to in JavaScript: files, by the aliases of the compiler's
// settings, and what a file imports by which name.

var (
	jsImport  = lazy(`\bimport\s+(?:type\s+)?(?:\*\s+as\s+)?([\w$]+(?:\s*,\s*\{[^}]*\})?|\{[^}]*\})\s+from\s+["']([^"'\s]+)["']|\b(?:const|let|var)\s+([\w$]+|\{[^}]*\})\s*=\s*require\(\s*["']([^"'\s]+)["']\s*\)`)
	jsMadeOf  = lazy(`\b(?:const|let|var)\s+([\w$]+)\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:new\s+)?([\w$]+)(?:\.[\w$]+)?\(`)
	tsBase    = lazy(`"baseUrl"\s*:\s*"([^"]*)"`)
	tsPaths   = lazy(`"paths"\s*:\s*\{([^}]*)\}`)
	tsAlias   = lazy(`"([^"*\s]+)(\*?)"\s*:\s*\[\s*"([^"*]*)\*?"`)
	tsConfigs = []string{"tsconfig.json", "jsconfig.json", "tsconfig.base.json", "tsconfig.app.json"}
)

const maxTSConfigs = 100

// jsAlias is one line of `paths` in a tsconfig.json: in the folder dir, what an
// import begins with, and the path from the root of the scan in its place.
type jsAlias struct{ dir, prefix, target string }

// jsNames is what is needed to find the file of an import.
func (sc *scanner) jsNames() (have map[string]bool, aliases []jsAlias) {
	sc.js.once.Do(func() {
		sc.js.have = sc.sourcesOf("js")
		read := 0
		for _, file := range append([]string{"package.json"}, sc.files...) {
			if path.Base(file) != "package.json" || read == maxTSConfigs {
				continue
			}
			read++
			for _, name := range tsConfigs {
				sc.js.aliases = append(sc.js.aliases, sc.jsAliases(path.Dir(file), name)...)
			}
		}
		// The innermost folder's come first, and in it the longest.
		slices.SortStableFunc(sc.js.aliases, func(a, b jsAlias) int {
			return len(b.dir+b.prefix) - len(a.dir+a.prefix)
		})
	})
	return sc.js.have, sc.js.aliases
}

// jsAliases are those of one file of settings.
func (sc *scanner) jsAliases(dir, name string) []jsAlias {
	if !fileExists(sc.root, path.Join(dir, name)) {
		return nil
	}
	text, _ := readInto(nil, sc.abs(path.Join(dir, name)))
	code, _ := syntaxOf("x.js").strip(text)
	base := dir
	if m := tsBase().FindSubmatch(code); m != nil {
		base = path.Join(dir, string(m[1]))
	}
	var out []jsAlias
	for _, block := range tsPaths().FindAllSubmatch(code, 5) {
		for _, m := range tsAlias().FindAllSubmatch(block[1], maxMatches) {
			target := path.Join(base, string(m[3]))
			if len(m[2]) > 0 {
				target += "/"
			}
			out = append(out, jsAlias{dir, string(m[1]), target})
		}
	}
	return out
}

// jsResolve is the file of the tree that an import means: relative, by an alias
// of the settings, or below the folder of the source as bundlers' aliases are
// (@/x, ~/x, src/x).
func (sc *scanner) jsResolve(from, spec string) string {
	have, aliases := sc.jsNames()
	if strings.HasPrefix(spec, ".") {
		return withEnding(path.Join(path.Dir(from), spec), have)
	}
	for _, a := range aliases {
		if rest, ok := strings.CutPrefix(spec, a.prefix); ok && (a.dir == "." || strings.HasPrefix(from, a.dir+"/")) && (rest == "" || strings.HasSuffix(a.target, "/")) {
			if file := withEnding(path.Clean(a.target+rest), have); file != "" {
				return file
			}
		}
	}
	rest := strings.TrimLeft(spec, "@~#/$")
	if !strings.Contains(rest, "/") {
		return "" // a package
	}
	for dir := path.Dir(from); ; dir = path.Dir(dir) {
		for _, in := range [...]string{"", "src", "app", "server"} {
			if file := withEnding(path.Join(dir, in, rest), have); file != "" {
				return file
			}
		}
		if dir == "." || dir == "/" {
			return ""
		}
	}
}

// imports are the files that names of this one come from, without endings: by
// an import, or made by what was imported.
func (s *source) imports() map[string]string {
	if s.imported != nil {
		return s.imported
	}
	s.imported = map[string]string{}
	for _, at := range s.all(jsImport) {
		names, spec := s.group(at, 1)+s.group(at, 3), s.group(at, 2)+s.group(at, 4)
		target := path.Join(path.Dir(s.file), spec)
		if !strings.HasPrefix(spec, ".") {
			if target = s.sc.jsResolve(s.file, spec); target == "" {
				continue
			}
		}
		if ext := path.Ext(target); languageOf(ext) == "js" {
			target = strings.TrimSuffix(target, ext)
		}
		for one := range strings.SplitSeq(strings.NewReplacer("{", ",", "}", ",").Replace(names), ",") {
			// The name that counts here is the last: x, x as y, x: y.
			if words := strings.FieldsFunc(one, func(r rune) bool { return strings.ContainsRune(": \n\t\r", r) }); len(words) > 0 {
				s.imported[words[len(words)-1]] = target
			}
		}
	}
	for _, at := range s.all(jsMadeOf) {
		if target := s.imported[s.group(at, 2)]; target != "" && s.imported[s.group(at, 1)] == "" {
			s.imported[s.group(at, 1)] = target
		}
	}
	return s.imported
}
