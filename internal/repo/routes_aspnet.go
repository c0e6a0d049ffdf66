package repo

import (
	"bytes"
	"slices"
	"strings"
)

// Routes of ASP.NET: its minimal API, and controllers with their attributes.

var (
	csBase   = lazy(`\.UsePathBase\(`)
	csRoute  = lazy(`([\w.]*)\.(?:MapGet|MapHealthChecks|UseHealthChecks)\(\s*"([^"\s]{0,80})"`)
	csGroup  = lazy(`(\w+)\s*=\s*(\w+)\.MapGroup\(\s*([^(),]+)\)([^;]*)`)
	csClass  = lazy(`\bclass\s+(\w+)Controller\b(?:\s*\([^)]*\))?(?:\s*:\s*([\w.]+))?`)
	csGet    = lazy(`\bHttpGet(?:\(\s*(?:"([^"]*)"[^()]*)?\))?\s*[,\]]`)
	csTemp   = lazy(`\bRoute\(\s*"([^"]*)"`)
	csMethod = lazy(`(\w+)\s*(?:<[^<>()]*>)?\(`)
)

// csharp reads minimal APIs.
func csharp(s *source) {
	s.each(csRoute, func(at []int) {
		statement := s.around(at[0], 300, ";")
		prefix, receiver, context := "", s.group(at, 1), statement+" "
		for _, g := range slices.Backward(s.all(csGroup)) {
			if s.group(g, 1) == receiver && g[0] < at[0] {
				prefix, receiver = joinPath(s.pathOf(s.group(g, 3)), prefix), s.group(g, 2)
				context += s.group(g, 4)
			}
		}
		// A receiver that the file doesn't make is handed to it; a WebApplication is the app itself.
		prefixed := receiver != "app" && !s.hasAny(receiver+" = builder.Build()", "WebApplication "+receiver)
		f := found{offset: at[0], framework: "ASP.NET", prefix: prefix, path: s.group(at, 2), prefixed: prefixed, context: context}
		if strings.Contains(context, "RequireAuthorization") {
			f.context += "requireAuth "
		}
		s.add(f)
	})
}

// aspnet notes what a file says of the whole app, and reads its controllers.
func (s *source) aspnet() {
	if contains(s.text, "RoutePrefix") { // a convention of the app's own
		s.facts.mount("ASP.NET-MVC")
	}
	if contains(s.text, "UsePathBase(") {
		if at := s.seen(csBase); at != nil {
			// The path itself stays served too; what is before the app may count
			// on the base all the same.
			s.facts.bases = append(s.facts.bases, base{frameworks: " ASP.NET ASP.NET-MVC ", Evidence: s.at(at[0])})
		}
	}
	if !contains(s.text, "Controller") {
		return
	}
	s.parse()
	for _, class := range s.all(csClass) {
		head := s.attributes(class[0])
		c := controller{parent: className(strings.ReplaceAll(s.group(class, 2), ".", ":")), skips: isOpen().MatchString(head)}
		if strings.Contains(head, "Authorize") && !c.skips {
			e := s.at(class[0])
			c.guard = &e
		}
		s.facts.controller(strings.ToLower(s.group(class, 1))+"controller", c)
	}
	for _, at := range s.all(csGet) {
		s.action(at)
	}
}

// action adds the route of one [HttpGet].
func (s *source) action(at []int) {
	var class []int
	for _, one := range s.all(csClass) {
		if one[0] < at[0] {
			class = one
		}
	}
	if class == nil {
		return
	}
	head := s.attributes(at[0])
	template := s.group(at, 1)
	if m := csTemp().FindStringSubmatch(head); m != nil && template == "" {
		template = m[1]
	}
	method := ""
	if m := csMethod().FindStringSubmatch(head[strings.LastIndexByte(head, ']')+1:]); m != nil {
		method = m[1]
	}
	name := s.group(class, 1)
	prefix := ""
	m := csTemp().FindStringSubmatch(s.attributes(class[0]))
	switch {
	case strings.HasPrefix(template, "/") || strings.HasPrefix(template, "~/"):
		template = strings.TrimPrefix(template, "~")
	case m != nil:
		prefix = m[1]
	case template == "":
		return // conventional: the app's table says where
	}
	// Case counts neither in tokens nor in paths.
	tokens := strings.NewReplacer("[controller]", strings.ToLower(name), "[action]", strings.ToLower(method))
	s.add(found{
		offset: at[0], framework: "ASP.NET-MVC", prefix: tokens.Replace(strings.ToLower(prefix)), path: tokens.Replace(strings.ToLower(template)),
		context: head + " ", handler: name + "#" + method,
	})
}

// attributes are the lines of attributes around offset, with the line that they
// are about.
func (s *source) attributes(offset int) string {
	const most = 2000
	start := bytes.LastIndexByte(s.code[:offset], '\n') + 1
	from := start
	for from > 0 && start-from < most {
		above := bytes.LastIndexByte(s.code[:from-1], '\n') + 1
		if line := bytes.TrimSpace(s.code[above:from]); len(line) > 0 && line[0] != '[' {
			break
		}
		from = above
	}
	to := start
	for to < len(s.code) && to-start < most {
		n := bytes.IndexByte(s.code[to:], '\n')
		if n < 0 {
			n = len(s.code) - to - 1
		}
		line := bytes.TrimSpace(s.code[to : to+n+1])
		to += n + 1
		if len(line) > 0 && (line[0] != '[' || line[len(line)-1] != ']') {
			break
		}
	}
	return string(s.code[from:min(to, len(s.code))])
}
