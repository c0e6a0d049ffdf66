package repo

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Paths that answer with a redirect, whoever asks. Fly's checks follow none, so a
// check of such a path fails for ever. Only the paths that checks of fly.toml ask
// are looked for: any other redirect is the app's own business.

// pathFirst is the beginning of a route's arguments: its path, and handlers by name
// that come before its own.
const pathFirst = "^\\s*[\"'`][^\"'`]*[\"'`]\\s*,(?:\\s*[\\w$.]+(?:\\([^()]*\\))?\\s*,)*\\s*"

// redirectRows say, by language, what a definition looks like whose handler does
// nothing but redirect. A handler that may do something else first, such as asking
// who is there, is none.
var redirectRows = []struct {
	ends string
	expr matcher
}{
	{" .js .mjs .cjs .ts .mts .cts .jsx .tsx ", lazy(pathFirst + `(?:async\s+)?(?:function\b[^{(]*)?(?:\([^()]*\)|[\w$]+)(?:\s*:\s*[\w<>.]+)?\s*(?:=>)?\s*\{?\s*(?:return\s+|await\s+)*(?:[\w$]+\.)?(?:redirect|sendRedirect)\(`)},
	{" .py ", lazy(`^[^\n]*(?:\n[ \t]*@[^\n]*)*\n[ \t]*(?:async\s+)?def\s+\w+\([^)]*\)[^:\n]*:\s*(?:return|raise)\s+(?:\w+\.)*(?:redirect|RedirectResponse|HttpResponse(?:Permanent)?Redirect|HTTP(?:Found|MovedPermanently|SeeOther))\(|^[^\n]*\bRedirectView\b`)},
	{" .rb .ru ", lazy(`^[^\n]*(?:\bto:|=>|\broot)\s*redirect[ (]|^[^\n]*\bdo(?:\s*\|[^|]*\|)?\s*redirect[ (]`)},
	{" .go ", lazy(pathFirst + `(?:\w+\.HandlerFunc\()?(?:func\([^)]*\)[^{]*\{\s*(?:return\s+)?\w+\.Redirect(?:\(\)\.To)?\(|(?:\w+\.)?RedirectHandler\()`)},
	{" .rs ", lazy(pathFirst + `(?:\w+::)*get\(\s*(?:\|[^|]*\|\s*)?(?:async\s*)?(?:move\s*)?\{?\s*(?:\w+::)*Redirect::`)},
	{" .php ", lazy(`^[^\n]*::(?:permanentR|r)edirect\(|^[^\n]*,\s*(?:static\s+)?(?:fn|function)\s*\([^)]*\)[^{=\n]*(?:=>|\{)\s*(?:return\s+)?redirect\(`)},
	{" .cs ", lazy(pathFirst + `(?:async\s*)?(?:\([^()]*\)|\w+)\s*=>\s*(?:Typed)?Results\.Redirect\(`)},
	{" .java .kt ", lazy(`^[^{]*\{\s*(?:return\s+"redirect:|call\.respondRedirect\()`)},
}

// redirectPlaces are the files whose place or settings make a redirect: PATH in an
// expression is the path that is asked, a page stands for the one of its folder.
var redirectPlaces = []struct {
	framework, file, folder string // file: the name without its ending
	expr                    string
}{
	{"Nuxt", "nuxt.config", "", "[\"'`]PATH[\"'`]\\s*:\\s*\\{[^{}]{0,200}\\bredirect\\s*:"},
	{"Next.js", "next.config", "", "\\bsource:\\s*[\"'`]PATH[\"'`]\\s*,\\s*destination:"},
	{"Next.js", "page", "app", `\bexport\s+default\s+(?:async\s+)?function\b[^{]*\{\s*(?:permanentR|r)edirect\(`},
	{"SvelteKit", "+page.server", "src/routes", `\bload\b[^;{]*(?:=>|\))\s*\{\s*(?:throw\s+)?redirect\(`},
	{"Nitro", "index.get", "server/routes", `\b(?:defineE|e)ventHandler\([^{;]*(?:=>)\s*\{?\s*(?:return\s+|await\s+)*sendRedirect\(`},
	{"Nitro", "index", "server/routes", `\b(?:defineE|e)ventHandler\([^{;]*(?:=>)\s*\{?\s*(?:return\s+|await\s+)*sendRedirect\(`},
}

// isAsked says whether a check of fly.toml asks the path.
func (sc *scanner) isAsked(p string) bool {
	return slices.Contains(sc.opts.Asked, "/"+strings.Trim(p, "/"))
}

// redirects says whether the handler of the definition at offset only redirects.
// Where the file serves a folder too, its index page may answer before.
func (s *source) redirects(offset int, p string) bool {
	if !s.mayRedirect() || p == "/" && s.hasAny("tatic(", "taticFiles(") {
		return false
	}
	for _, row := range redirectRows {
		if inList(row.ends, path.Ext(s.base)) {
			return row.expr().MatchString(s.definitionAt(offset))
		}
	}
	return false
}

// definitionAt is the definition at offset: the arguments of its call, or where
// routes are lines, those lines.
func (s *source) definitionAt(offset int) string {
	switch ext := path.Ext(s.base); {
	case inList(" .py .rb .ru .java .kt ", ext):
		return s.from(offset, 400)
	case ext == ".php":
		return s.from(offset-len(s.statement(offset)), 400)
	}
	return s.handler(offset)
}

// mayRedirect says whether the file has a word of a redirect: it is asked for every
// route.
func (s *source) mayRedirect() bool {
	if s.moves == nil {
		is := contains(s.text, "edirect") || contains(s.text, "HTTPFound")
		s.moves = &is
	}
	return *s.moves
}

// askedMarks are the offsets at which a path that a check asks stands as a string
// of its own, in a file that redirects somewhere.
func (s *source) askedMarks() []int {
	if len(s.sc.opts.Asked) == 0 || !s.mayRedirect() {
		return nil
	}
	var marks []int
	for _, p := range s.sc.opts.Asked {
		words := []string{`"` + p + `"`, `'` + p + `'`, "`" + p + "`", ` ` + p + `"`}
		if p == "/" {
			words = append(words, `path("",`, `path('',`, "root ", "root(")
		}
		for _, word := range words {
			for from := 0; len(marks) < maxMarks; {
				i := bytes.Index(s.text[from:], []byte(word))
				if i < 0 {
					break
				}
				marks = append(marks, from+i)
				from += i + len(word)
			}
		}
	}
	slices.Sort(marks)
	return marks
}

// placedRedirects are those of redirectPlaces.
func (s *source) placedRedirects() {
	if len(s.sc.opts.Asked) == 0 || !s.mayRedirect() {
		return
	}
	stem := strings.TrimSuffix(s.base, path.Ext(s.base))
	for _, row := range redirectPlaces {
		if stem != row.file {
			continue
		}
		s.parse()
		for _, p := range s.sc.opts.Asked {
			if row.folder != "" && !placed(path.Dir(s.file), row.folder, p) {
				continue
			}
			at := lazy(strings.ReplaceAll(row.expr, "PATH", quoteMeta(p)))().FindIndex(s.code)
			if at == nil || row.file == "next.config" && !s.always(at[0]) {
				continue
			}
			s.addRoute(localRoute{Route: plan.Route{Evidence: s.at(at[0]), Path: p, Framework: row.framework}, file: s.file, rooted: true, known: true, asked: true, redirects: true})
		}
	}
}

// always says whether an entry of next.config is one of its redirects, not of its
// rewrites, and has no condition.
func (s *source) always(offset int) bool {
	above := string(s.code[:offset])
	entry, _, _ := strings.Cut(s.from(offset, 600), "}")
	return strings.LastIndex(above, "redirects") > strings.LastIndex(above, "rewrites") && !strings.Contains(entry, "has:") && !strings.Contains(entry, "missing:")
}

// placed says whether a folder stands for the path below the folder of routes.
func placed(dir, folder, p string) bool {
	rest, ok := below(dir+"/", folder)
	return ok && "/"+strings.Trim(rest, "/") == "/"+strings.Trim(p, "/")
}

// onlyRedirects are those of the asked routes that redirect: where something else
// answers the path too, or it can't be told, nothing is said.
func onlyRedirects(asked []localRoute, health []plan.Route) []plan.Route {
	var out []plan.Route
	for _, r := range asked {
		answered := func(o localRoute) bool { return o.Path == r.Path && !o.redirects && !o.Doubted(plan.DoubtMount) }
		unsure := func(d plan.Doubt) bool { return d.Kind != plan.DoubtGuard }
		also := func(o plan.Route) bool { return o.Path == r.Path && !o.Doubted(plan.DoubtMount) }
		if r.redirects && !slices.ContainsFunc(r.Doubts, unsure) && !slices.ContainsFunc(asked, answered) && !slices.ContainsFunc(health, also) {
			out = append(out, r.Route)
		}
	}
	sortRoutes(out)
	return out
}
