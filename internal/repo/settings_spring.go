package repo

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What Spring's settings and dependencies tell of its actuator and of paths.

var (
	managementPort = lazy(`(?m)^management:[ \t]*\r?\n(?:(?:[ \t][^\n]*)?\n)*?[ \t]+server:[ \t]*\r?\n[ \t]+port:[ \t]*(\S*)|^[ \t]*management\.(?:server\.)?port\s*[:=]\s*(?:(\S*))`)
	managementBase = lazy(`(?m)^[ \t]*(management\.endpoints\.web\.)?((?:[\w-]+\.)*)base-path[ \t]*[:=][ \t]*(?:["']?(/[\w/-]*)["']?[ \t]*\r?$)?`)
	securityDep    = lazy(`spring-boot-starter-(?:security|oauth2-resource-server)`)
	actuatorDep    = lazy(`spring-boot-starter-actuator`)
	contextPath    = lazy(`(?m)^[ \t]*(?:server\.servlet\.)?context-path\s*[:=]\s*["']?(/[\w/-]*)`)
)

// actuator adds Spring's own health route when the dependency is there.
func (s *source) actuator() {
	if !bytes.Contains(s.text, []byte("spring-boot-starter-actuator")) {
		return
	}
	s.parse()
	at := actuatorDep().FindIndex(s.code)
	if at == nil || strings.Contains(strings.ToLower(s.codeLine(at[0])), "test") || strings.Contains(s.around(at[1], 300, "</dependency>"), "<scope>test") {
		return
	}
	s.addRoute(localRoute{file: s.file, known: true, Route: plan.Route{Evidence: s.at(at[0]), Path: "/actuator/health", Framework: "Spring actuator", Doubts: s.built()}})
}

// inManagement: the line at offset of a YAML file is one of the management's
// settings, however they are folded.
func (s *source) inManagement(offset int) bool {
	key, _, _ := strings.Cut(lineFrom(s.code, offset), ":")
	for _, at := range s.outerLines(offset) {
		outer, _, _ := strings.Cut(lineFrom(s.code, at), ":")
		key = strings.TrimSpace(outer) + "." + strings.TrimSpace(key)
	}
	return key == "management.endpoints.web.base-path"
}

// springSettings reads where the app and its actuator are mounted.
func (s *source) springSettings() {
	s.parse()
	if m := contextPath().FindSubmatchIndex(s.code); m != nil {
		s.facts.prefix("Spring", s.group(m, 1))
		s.facts.prefix("Spring actuator", s.group(m, 1))
	}
	moved := s.has("path-mapping")
	for _, at := range managementBase().FindAllSubmatchIndex(s.code, maxMarks) {
		switch {
		case at[2] < 0 && !s.inManagement(at[0]): // of something else
		case s.group(at, 3) == "":
			moved = true // not a literal
		default:
			s.facts.actuator = append(s.facts.actuator, s.group(at, 3))
		}
	}
	if moved {
		s.facts.mount("Spring actuator")
	}
	if at := managementPort().FindSubmatchIndex(s.code); at != nil {
		if port := number5(s.group(at, 1) + s.group(at, 2)); port > 0 && len(s.sc.opts.InternalPorts) > 0 && !slices.Contains(s.sc.opts.InternalPorts, port) {
			s.facts.goes("Spring actuator")
		} else {
			s.facts.mount("Spring actuator")
		}
	}
}

// springSecurity notes the dependency, and the configuration of its own.
func (s *source) springSecurity() {
	switch path.Ext(s.base) {
	case ".java", ".kt":
		if contains(s.text, "HttpSecurity") && len(s.text) < 100_000 {
			s.parse()
			s.facts.security = append(s.facts.security, string(s.code))
		}
	default:
		if !contains(s.text, "spring-boot-starter-security") && !contains(s.text, "spring-boot-starter-oauth2-resource-server") {
			return
		}
		if at := s.seenIn(securityDep); at != nil {
			e := s.at(at[0])
			s.facts.secured = earlier(s.facts.secured, &e)
		}
	}
}
