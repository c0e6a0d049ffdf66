package repo

import (
	"path"
	"strings"
)

// Programs of Python: which modules a start command runs, and what they import.
// Django names modules in strings.

var (
	pyModuleWord = lazy(`^([A-Za-z_]\w*(?:[./][A-Za-z_]\w*)*)(?::[\w.]+(?:\(\))?)?$`)
	pyDotted     = lazy(`["']([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)["']`)
	pyImport     = lazy(`(?m)^[ \t]*import[ \t]+([\w., \t]+)`)
	pyDynamic    = lazy(`\bimportlib\b|\b__import__\(|\bpkgutil\b|\brunpy\b|\bos\.listdir\(|\bglob\(`)
)

// pyEntries are the files that the start command runs: scripts, and modules as
// servers name them (app.main:app).
func (sc *scanner) pyEntries(have map[string]bool) []string {
	dirs := append([]string{sc.context}, sc.extent.in...)
	if sc.image != nil {
		for _, in := range sc.image.inContext(".") {
			dirs = append(dirs, path.Join(sc.context, in))
		}
	}
	words := strings.FieldsFunc(sc.startText(), func(r rune) bool { return strings.ContainsRune(" \t\n\"',[];&|()=", r) })
	var out []string
	for i, word := range words {
		module := strings.TrimSuffix(strings.TrimPrefix(word, "./"), ".py")
		m := pyModuleWord().FindStringSubmatch(module)
		if m == nil || i == 0 {
			continue
		}
		for _, dir := range dirs {
			if file := pyFile(path.Join(dir, strings.ReplaceAll(m[1], ".", "/")), have); file != "" {
				out = append(out, file)
				break
			}
		}
	}
	return out
}

// pyFile is the file of a module's path.
func pyFile(p string, have map[string]bool) string {
	for _, file := range [...]string{p + ".py", p + "/__main__.py", p + "/__init__.py"} {
		if have[file] {
			return file
		}
	}
	return ""
}

// pyImports are the modules that a file imports or names, as files. A package's
// own __init__ is run with each of its modules.
func pyImports(p *program, sc *scanner, file string, code []byte, have map[string]bool) []string {
	p.open = p.open || pyDynamic().Match(code)
	var out []string
	add := func(module string, names ...string) {
		out = append(out, sc.pyResolve(file, module, names, have)...)
	}
	for _, m := range pyFrom().FindAllSubmatch(code, maxMatches) {
		add(string(m[1]), strings.FieldsFunc(string(m[2]), func(r rune) bool { return strings.ContainsRune("(), \n\t\r\\", r) })...)
	}
	for _, m := range pyImport().FindAllSubmatch(code, maxMatches) {
		for one := range strings.SplitSeq(string(m[1]), ",") {
			if fields := strings.Fields(one); len(fields) > 0 {
				add(fields[0])
			}
		}
	}
	for _, m := range pyDotted().FindAllSubmatch(code, maxMatches) {
		add(string(m[1]), "urls", "views", "apps")
	}
	return out
}

// pyResolve are the files of a module and of what is taken from it.
func (sc *scanner) pyResolve(from, module string, names []string, have map[string]bool) []string {
	p := pyModule(from, module)
	bases := []string{p}
	if !strings.HasPrefix(module, ".") {
		bases = nil
		for dir := path.Dir(from); ; dir = path.Dir(dir) {
			bases = append(bases, path.Join(dir, p), path.Join(dir, "src", p))
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	for _, base := range bases {
		var out []string
		if file := pyFile(base, have); file != "" {
			out = append(out, file)
		}
		for _, name := range names {
			if file := pyFile(path.Join(base, name), have); file != "" {
				out = append(out, file)
			}
		}
		if len(out) == 0 {
			continue
		}
		for part := base; part != "." && part != "/"; part = path.Dir(part) {
			if have[part+"/__init__.py"] {
				out = append(out, part+"/__init__.py")
			}
		}
		return out
	}
	return nil
}
