package repo

import (
	"path"
	"regexp"
	"strings"
)

// Frameworks in which a file's place is its route.

var (
	exportsGet     = lazy(`(?m)\bexport\s+(?:async\s+)?(?:function|const|let)\s+(?:GET|ALL)\b|\bexport\s*\{[^}]*\bGET\b`)
	exportsLoader  = lazy(`(?m)\bexport\s+(?:async\s+)?(?:function|const|let)\s+loader\b|\bexport\s*\{[^}]*\bloader\b`)
	servesGet      = lazy(`\bcreate(?:API|Server)?FileRoute\([^()]*\)[^;]{0,600}?\bGET\b`)
	exportsDefault = lazy(`\bexport\s+default\b|\bmodule\.exports\s*=|\bas\s+default\b`)
	onlyOtherVerbs = lazy(`req(?:uest)?\.method\s*!==?\s*["'](?:POST|PUT|PATCH|DELETE)["']`)
)

// place is one layout of file routes: below which folder they lie, and what a
// file there must export to answer a GET.
type place struct {
	framework string
	folder    string
	file      string // the file's name without ending when the folder is the path; "" when the name is
	proof     func() *regexp.Regexp
	flat      bool // Remix: dots in a name are slashes
}

// places are tried in order; the first whose layout and export both fit wins.
func places() []place {
	return []place{
		{framework: "Next.js", folder: "app", file: "route", proof: exportsGet},
		{framework: "SvelteKit", folder: "src/routes", file: "+server", proof: exportsGet},
		{framework: "Astro", folder: "src/pages", proof: exportsGet},
		{framework: "Next.js", folder: "pages/api", proof: exportsDefault},
		{framework: "Nitro", folder: "server/api", proof: exportsDefault},
		{framework: "Nitro", folder: "server/routes", proof: exportsDefault},
		{framework: "Remix", folder: "app/routes", proof: exportsLoader, flat: true},
		{framework: "Remix", folder: "app/routes", file: "route", proof: exportsLoader, flat: true},
		{framework: "TanStack Start", folder: "routes", proof: servesGet, flat: true},
	}
}

// fileRoute adds the route that the file's place makes. It says whether the
// file is one.
func fileRoute(s *source) bool {
	if !inList(" .js .ts .mjs .mts .jsx .tsx ", path.Ext(s.base)) {
		return false
	}
	p := strings.TrimSuffix(s.file, path.Ext(s.file))
	if !mayBeHealthFile(p) {
		return false
	}
	for _, one := range places() {
		route, ok := one.route(p)
		if !ok || !fileHealthPath(route) {
			continue
		}
		s.parse()
		at := one.proof().FindIndex(s.code)
		if at == nil || inString(s.spans, at[0]) || onlyOtherVerbs().Match(s.code) {
			continue
		}
		// Nothing in the file tells of a base path; the settings rarely do.
		s.add(found{offset: at[0], framework: one.framework, prefix: path.Dir(route), path: path.Base(route), known: true, receivers: []string{"-"}, context: string(s.code[at[0]:min(len(s.code), at[0]+400)])})
		return true
	}
	return false
}

// fileHealthPath: the whole path is known from the file's place, so that
// /resources/healthcheck counts too. /orders/status and the like don't.
func fileHealthPath(route string) bool {
	if healthRank(route) >= 0 {
		return true
	}
	last := path.Base(route)
	return !strings.ContainsAny(route, "[$*") && healthRank("/"+last) >= 0 && (strings.Contains(last, "health") || strings.HasSuffix(last, "yz") || last == "livez")
}

func mayBeHealthFile(p string) bool {
	for _, word := range [...]string{"health", "livez", "readyz", "up", "ping", "status"} {
		if strings.Contains(p, word) {
			return true
		}
	}
	return false
}

// route is the path that a file (without its ending) stands for.
func (l place) route(p string) (string, bool) {
	rest, ok := below(p, l.folder)
	if !ok {
		return "", false
	}
	if l.framework == "Nitro" {
		if ext := path.Ext(rest); ext != "" {
			if ext != ".get" {
				return "", false
			}
			rest = strings.TrimSuffix(rest, ext)
		}
	}
	if l.file != "" {
		if rest, ok = strings.CutSuffix(rest, "/"+l.file); !ok {
			return "", false
		}
	} else {
		rest = strings.TrimSuffix(rest, "/index")
	}
	if l.flat {
		rest = strings.NewReplacer("[.]", ".", ".", "/").Replace(strings.TrimSuffix(strings.TrimSuffix(rest, ".route"), "._index"))
	}
	var parts []string
	for part := range strings.SplitSeq(rest, "/") {
		// A group in parentheses, or a pathless layout, isn't part of the path.
		if strings.HasPrefix(part, "(") && strings.HasSuffix(part, ")") || l.flat && strings.HasPrefix(part, "_") && part != "_health" {
			continue
		}
		parts = append(parts, part)
	}
	route := "/" + strings.Join(parts, "/")
	switch l.folder {
	case "pages/api", "server/api":
		route = "/api" + route
	}
	return route, true
}

// below is the part of p after folder, which may lie at the root, in src, or
// in a package of a monorepo.
func below(p, folder string) (string, bool) {
	if rest, ok := strings.CutPrefix(p, folder+"/"); ok {
		return rest, true
	}
	if _, rest, ok := strings.Cut(p, "/"+folder+"/"); ok {
		return rest, true
	}
	return "", false
}
