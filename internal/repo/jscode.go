package repo

import (
	"path"
	"slices"
	"strings"
)

// Programs of JavaScript: which files a start command runs, and what they import.

var (
	jsFileWord = lazy(`^[\w@.$/-]+\.(?:js|mjs|cjs|ts|mts|cts|jsx|tsx)$`)
	jsImported = lazy(`\bfrom\s*["']([^"'\s]+)["']|\b(?:import|require)\s*\(?\s*["']([^"'\s]+)["']`)
	jsDynamic  = lazy("\\b(?:import|require)\\(\\s*[^\"'\\s)]|import\\.meta\\.glob|[aA]uto-?[lL]oad|\\breaddir(?:Sync)?\\(")
	jsServers  = lazy(`\b(?:next|nuxt|nuxi|vinxi|astro|vite|remix|react-router)\s+(?:start|preview)\b|\b(?:remix|react-router)-serve\b|\.output/server/|\bserver/entry\.mjs\b|\bnode\s+(?:\./)?build(?:/index\.js)?\s*$|\bhttp-server\b|(?:^|\s)serve\s+-`)
)

const maxJSScripts = 4

// jsBuilt are the folders that compilers write to.
const jsBuilt = " dist build out lib .next output compiled "

// jsImports are the files that a file imports.
func jsImports(p *program, sc *scanner, file string, code []byte, have map[string]bool) []string {
	p.open = p.open || jsDynamic().Match(code)
	var out []string
	for _, m := range jsImported().FindAllSubmatch(code, maxMatches) {
		spec := string(m[1]) + string(m[2])
		if to := sc.jsResolve(file, spec); to != "" {
			out = append(out, to)
		} else if dir := sc.packageNamed(packageOfSpec(spec)); dir != "" {
			p.packages = append(p.packages, dir)
		} else if isAlias(spec) {
			p.open = true // it leads where the bundler's settings say
		}
	}
	return out
}

// packageNamed is the folder of the repository's package of that name.
func (sc *scanner) packageNamed(name string) string {
	if sc.named == nil {
		sc.named = map[string]string{}
		for _, one := range sc.listPackages() {
			sc.named[one.name] = one.dir
		}
	}
	if name == "" {
		return ""
	}
	return sc.named[name]
}

// isAlias: no package has such a name.
func isAlias(spec string) bool {
	return strings.HasPrefix(spec, "@/") || strings.HasPrefix(spec, "~") || strings.HasPrefix(spec, "#")
}

// packageOfSpec is the package that an import names: @scope/name of
// @scope/name/file.
func packageOfSpec(spec string) string {
	parts := strings.SplitN(spec, "/", 3)
	if strings.HasPrefix(spec, "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// jsCommands are the start command and the scripts that it runs.
func (sc *scanner) jsCommands() string {
	all := ""
	for _, c := range sc.startCommands() {
		all += "\n" + c.Text
	}
	return all
}

// jsEntries are the files that the start command runs. With a framework's own
// server they are the files that it finds by their place.
func (sc *scanner) jsEntries(have map[string]bool) []string {
	var out []string
	commands := sc.jsCommands()
	if jsServers().MatchString(commands) {
		for file := range have {
			stem := strings.TrimSuffix(file, path.Ext(file))
			placed := strings.Contains("/"+stem, "/server/") || strings.Contains(path.Base(stem), ".config") || strings.HasPrefix(path.Base(stem), "entry") || inList(" hooks.server middleware proxy instrumentation ", path.Base(stem))
			for _, one := range places() {
				_, in := below(stem, one.folder)
				placed = placed || in
			}
			if placed {
				out = append(out, file)
			}
		}
		slices.Sort(out)
	}
	dirs := append([]string{sc.context}, sc.extent.in...)
	words := strings.FieldsFunc(commands, func(r rune) bool { return strings.ContainsRune(" \t\n\"',[];&|()=", r) })
	for i, word := range words {
		named := jsFileWord().MatchString(word)
		if !named && (i == 0 || path.Base(words[i-1]) != "node" || strings.HasPrefix(word, "-")) {
			continue
		}
		for _, dir := range dirs {
			if file := sc.jsSource(dir, word, have); file != "" {
				out = append(out, file)
				break
			}
		}
	}
	return out
}

// jsSource is the file of the tree that a command's word runs, or that what it
// runs is compiled from.
func (sc *scanner) jsSource(dir, word string, have map[string]bool) string {
	word = strings.TrimPrefix(path.Clean("/"+word), "/")
	if sc.image != nil {
		word = sc.image.madeFrom(strings.TrimPrefix(word, strings.TrimPrefix(sc.image.runs.workdir, "/")+"/"))
	}
	tries := []string{word}
	for rest := word; ; { // dist/src/main.js is made of src/main.ts, or of main.ts
		first, more, ok := strings.Cut(rest, "/")
		if !ok {
			break
		}
		if inList(jsBuilt, first) {
			tries = append(tries, strings.TrimSuffix(word, rest)+more, strings.TrimSuffix(word, rest)+"src/"+more)
		}
		rest = more
	}
	for _, try := range tries {
		if file := withEnding(path.Join(dir, try), have); file != "" {
			return file
		}
	}
	return ""
}

// madeFrom is the file of a build stage that is copied to the one called word.
func (im *image) madeFrom(word string) string {
	for _, c := range im.runs.allCopies() {
		if from := im.stage(c.from); c.from != "" && from != nil && c.dst == path.Join("/", im.runs.workdir, word) && path.Ext(c.src) != "" {
			return strings.TrimPrefix(strings.TrimPrefix(c.src, from.workdir), "/")
		}
	}
	return word
}

// withEnding is the file that an import or a command means.
func withEnding(p string, have map[string]bool) string {
	if have[p] {
		return p
	}
	stem := p
	if languageOf(path.Ext(p)) == "js" {
		stem = strings.TrimSuffix(p, path.Ext(p))
	}
	for _, base := range [...]string{stem, p, p + "/index"} {
		for _, ext := range [...]string{".ts", ".tsx", ".js", ".mjs", ".mts", ".jsx", ".cjs", ".cts"} {
			if have[base+ext] {
				return base + ext
			}
		}
	}
	return ""
}
