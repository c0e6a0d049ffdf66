package repo

import (
	"bytes"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

var (
	goRoute = lazy(`([\w.]*)\.(HandleFunc|Handle|Get|GET|Any|All|Method|MethodFunc|Route)\(\s*(?:http\.MethodGet\s*,\s*|"GET"\s*,\s*)?["` + "`" + `](?:(GET|HEAD|POST|PUT|DELETE|PATCH)\s+)?([^"` + "`" + `\s]{0,80})["` + "`" + `]\s*,`)
	goBeat  = lazy(`\bHeartbeat\(\s*"([^"\s]+)"`)
	goGives = lazy(`(?m)^func\s+\([^)]*\)\s*(\w+)\([^)]*\)[^{\n]*\{\s*return\s+(?:\w+\.)?(\w+)\s*\}`)
	goFunc  = lazy(`(?m)^func\s+(?:\([^)]*\)\s*)?(\w+)\(`)
	goServe = lazy(`\bListenAndServe(?:TLS)?\([^\n]*,|\bHandler:\s`)
)

// golang reads net/http, chi, gin, echo, fiber and gorilla.
func golang(s *source) {
	framework := goFramework(s.text)
	s.each(goRoute, func(at []int) {
		receiver, method, verb := s.group(at, 1), s.group(at, 2), s.group(at, 3)
		if verb != "" && verb != "GET" || method == "Route" {
			return
		}
		statement := s.around(at[0], 300, "\n\n", "\n\t}")
		name := receiver[strings.LastIndexByte(receiver, '.')+1:]
		if i := strings.Index(statement, ".Methods("); i >= 0 && !strings.Contains(statement[:i], "\n") {
			if allowed := strings.SplitN(statement[i:], ")", 2)[0]; !strings.Contains(strings.ToUpper(allowed), "GET") {
				return
			}
		}
		prefix, receivers, unknown := goPrefix(s, name, at[0])
		f := found{offset: at[0], framework: framework, receivers: receivers, prefix: prefix, path: s.group(at, 4), prefixed: unknown, context: s.codeLine(at[0]) + goGroupLines(s, receivers, at[0])}
		f.doubts = goServed(s, framework)
		if name != "" {
			f.maker = s.inPackage("", s.functionAt(goFunc, at[0]))
		}
		for _, gives := range s.all(goGives) {
			if strings.Contains(receiver, ".") && s.group(gives, 2) == name { // a field, which a method hands out
				f.maker = s.inPackage("", s.group(gives, 1))
			}
		}
		s.add(f)
	})
	s.each(goBeat, func(at []int) {
		s.add(found{offset: at[0], framework: framework, path: s.group(at, 1)})
	})
}

// goServed doubts routes whose whole handler is wrapped in authentication.
func goServed(s *source, framework string) []plan.Doubt {
	for _, at := range s.all(goServe) {
		if code := s.from(at[0], 160); guardWord().MatchString(strings.SplitN(code, "\n", 2)[0]) {
			return []plan.Doubt{{Kind: plan.DoubtGuard, Evidence: s.at(at[0])}}
		}
	}
	return nil
}

func goFramework(text []byte) string {
	for _, one := range [...][2]string{{"go-chi/chi", "chi"}, {"gin-gonic/gin", "gin"}, {"labstack/echo", "echo"}, {"gofiber/fiber", "fiber"}, {"gorilla/mux", "gorilla"}} {
		if bytes.Contains(text, []byte(one[0])) {
			return one[1]
		}
	}
	return "net/http"
}
