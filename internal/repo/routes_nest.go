package repo

import (
	"strings"
)

// Controllers of NestJS.

var (
	nestClass   = lazy(`@Controller\(\s*(?:` + literal + `)?`)
	nestGet     = lazy(`@Get\(\s*(?:` + literal + `)?\s*\)`)
	nestGlobal  = lazy(`setGlobalPrefix\(\s*([^(),]+)`)
	nestVersion = lazy(`\benableVersioning\(`)
	nestDefault = lazy(`\bdefaultVersion\s*:\s*([^,}]+)`)
)

// nest reads NestJS controllers: a class's path, then its methods'.
func nest(s *source) {
	classes := s.all(nestClass)
	s.everywhere(nestGet, func(at []int) {
		prefix, from := "", 0
		for _, class := range classes {
			if class[0] < at[0] {
				prefix, from = s.group(class, 1), class[0]
			}
		}
		context := string(s.code[max(0, at[0]-120):at[0]])
		context = context[strings.LastIndexAny(context, "}{")+1:] + s.around(at[0], 200, "{")
		if head := string(s.code[max(0, from-200):at[0]]); strings.Contains(head, "@UseGuards") {
			context += " useGuards"
		}
		s.add(found{offset: at[0], framework: "NestJS", prefix: prefix, path: s.group(at, 1), context: context})
	})
}

// nestVersion is what an app with versions puts before every route that names
// none, "" for nothing.
func (s *source) nestVersion() string {
	at := s.seen(nestVersion)
	if at == nil {
		return ""
	}
	call := s.arguments(at[1])
	m := nestDefault().FindStringSubmatch(call)
	if m == nil || !strings.Contains(call, "VersioningType.URI") {
		return ""
	}
	before := "v"
	if own := jsOption().FindStringSubmatch(call); own != nil {
		before = strings.TrimPrefix(s.pathOf(own[1]), "/")
	}
	return before + strings.TrimPrefix(s.pathOf(m[1]), "/")
}
