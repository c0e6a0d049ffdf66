package repo

import (
	"bytes"
	"path"
	"strings"
)

// The languages whose blocks go by do ... end: their routes are lines, and
// what stands around a line is told by the indentation.

var (
	rbRoute    = lazy(`(?m)^[ \t]*(?:r\.)?(get|match|is|on|mount|map)[ (]+` + `(?:[\w:.]+\s*,\s*at:\s*)?(?:["']([^"'\s]{0,80})["']|:(\w+))([^\n]*)`)
	rbRoot     = lazy(`(?m)^[ \t]*root\b[ (]`)
	rbScope    = lazy(`^\s*(?:namespace\s+[:"']([\w/]+)|scope\s+(?:path:\s*)?["':]([\w/:()]+)|scope\s+.*\bpath:\s*["']([\w/:()]+))`)
	rbOptional = lazy(`\([^()]*\)`)
	rbHandler  = lazy(`(?:=>|to:)\s*["']([\w/]+#\w+)["']`)
	rbClass    = lazy(`(?m)^[ \t]*class\s+([\w:]+)\s*<\s*([\w:]+)`)
	rbBefore   = lazy(`(?m)^[ \t]*(before_action|prepend_before_action|http_basic_authenticate_with|include)\b([^\n]*)`)
	rbSkip     = lazy(`(?m)^[ \t]*(?:skip_before_action\b[^\n]*(?:auth|login|sign_in|user)|allow_unauthenticated_access\b|skip_authentication\b|allow_(?:anonymous|public)\w*)`)
	exPipeline = lazy(`(?m)^[ \t]*pipeline\s+:(\w+)\s+do\b`)
	exThrough  = lazy(`pipe_through[ (]+\[?([^\n\])]*)`)
	exRoute    = lazy(`(?m)^[ \t]*(get|match|forward)[ (]+"([^"\s]{0,80})"([^\n]*)`)
	exScope    = lazy(`^\s*scope\s+"([^"]*)"`)
	exPlug     = lazy(`(?m)request_path:\s*"([^"\s]+)"|^[ \t]*plug[ (]+[\w.]*[Hh]ealth\w*\s*,\s*(?:path|at):\s*"([^"\s]+)"`)
)

// ruby reads Rails' routes, Sinatra and Rack maps.
func ruby(s *source) {
	rails := strings.HasPrefix(s.file, "config/routes") || strings.Contains(s.file, "/config/routes")
	framework := ""
	switch {
	case rails:
		framework = "Rails"
	case bytes.Contains(bytes.ToLower(s.code), []byte("sinatra")):
		framework = "Sinatra"
	case s.has("Roda"):
		framework = "Roda"
	case s.base == "config.ru":
		framework = "Rack"
	default:
		return
	}
	s.each(rbRoute, func(at []int) {
		verb, p, rest := s.group(at, 1), s.group(at, 2)+s.group(at, 3), s.group(at, 4)
		switch verb {
		case "match":
			if rails && !strings.Contains(rest, "get") && !strings.Contains(rest, ":all") {
				return
			}
		case "map":
			if framework != "Rack" {
				return
			}
		case "is", "on":
			if framework != "Roda" {
				return
			}
		}
		prefix, guarded := s.outer(at[2], rbPrefix)
		context := rest
		if guarded {
			context += " authenticate"
		}
		f := found{offset: at[2], framework: framework, prefix: prefix, path: p, context: context + " "}
		if m := rbHandler().FindStringSubmatch(rest); m != nil && rails {
			f.handler = m[1]
		}
		if framework == "Roda" {
			f.prefixed = verb == "on" || strings.Contains(prefix, "?")
		}
		s.add(f)
	})
	if !rails {
		return
	}
	s.each(rbRoot, func(at []int) {
		prefix, _ := s.outer(at[0], rbPrefix)
		s.add(found{offset: at[0], framework: framework, prefix: prefix, path: "/"})
	})
}

// rbPrefix is what a line that opens a block puts before the paths in it.
func rbPrefix(line string) (prefix string) {
	if m := rbScope().FindStringSubmatch(line); m != nil {
		return rbOptional().ReplaceAllString(m[1]+m[2]+m[3], "")
	}
	return ""
}

var crRoute = lazy(`(?m)^[ \t]*get[ (]+"([^"\s]{0,80})"`)

// crystal reads Lucky's actions and Kemal.
func crystal(s *source) {
	framework, context := "Kemal", " "
	if strings.Contains("/"+s.file, "/src/actions/") {
		framework = "Lucky"
		// A browser's action asks for a login unless it says otherwise.
		if s.has("< BrowserAction") && !s.has("allow_guests") && !s.has("AllowGuests") {
			context = " requireLogin "
		}
	} else if !s.has("kemal") {
		return
	}
	s.each(crRoute, func(at []int) {
		s.add(found{offset: at[0] + len(s.code[at[0]:at[1]]) - len(bytes.TrimLeft(s.code[at[0]:at[1]], " \t")), framework: framework, path: s.group(at, 1), context: context})
	})
}

// elixir reads Phoenix routers, Plug.Router, and plugs that answer a path.
func elixir(s *source) {
	if path.Ext(s.base) == ".exs" {
		return // scripts and settings
	}
	framework := "Plug"
	if s.has("Phoenix.Router") || s.has(", :router") {
		framework = "Phoenix"
	} else if !s.has("Plug") && !s.has("plug") && !s.has("Endpoint") {
		return
	}
	s.each(exRoute, func(at []int) {
		prefix, guarded := s.outer(at[2], func(line string) string {
			if m := exScope().FindStringSubmatch(line); m != nil {
				return m[1]
			}
			return ""
		})
		context := s.group(at, 3) + " "
		if guarded {
			context += "authenticate"
		}
		s.add(found{offset: at[2], framework: framework, prefix: prefix, path: s.group(at, 2), context: context})
	})
	s.each(exPlug, func(at []int) {
		s.add(found{offset: at[0], framework: "Plug", path: s.group(at, 1) + s.group(at, 2)})
	})
}

// outer looks at the lines around the one at offset: those that it is indented
// below. It joins their prefixes and says whether one of them, or a pipeline
// within one, asks for authentication.
func (s *source) outer(offset int, prefixOf func(line string) string) (prefix string, guarded bool) {
	lines := s.outerLines(offset)
	for _, at := range lines {
		line := s.codeLine(at)
		prefix = strings.Trim(prefixOf(line)+"/"+prefix, "/")
		guarded = guarded || guardWord().MatchString(line)
	}
	if len(lines) == 0 || path.Ext(s.base) != ".ex" {
		return prefix, guarded
	}
	for _, at := range s.all(exThrough) {
		if at[0] < lines[0] || at[0] > offset {
			continue
		}
		names := s.group(at, 1)
		guarded = guarded || guardWord().MatchString(names)
		for _, p := range s.all(exPipeline) {
			if contains([]byte(names), ":"+s.group(p, 1)) && guardWord().MatchString(s.pipeline(p[1])) {
				guarded = true
			}
		}
	}
	return prefix, guarded
}

// pipeline is what stands between a pipeline's do and its end.
func (s *source) pipeline(from int) string {
	body := s.from(from, 1200)
	if i := strings.Index(body, "\n  end"); i >= 0 {
		body = body[:i]
	}
	return body
}

// controllers notes who may call a Rails controller.
func (s *source) controllers() {
	if !strings.Contains("/"+s.file, "/app/controllers/") || path.Ext(s.base) != ".rb" {
		return
	}
	classes := s.all(rbClass)
	if len(classes) == 0 {
		return
	}
	c := controller{parent: className(s.group(classes[0], 2)), skips: len(s.all(rbSkip)) > 0}
	for _, at := range s.all(rbBefore) {
		line := s.group(at, 2)
		if strings.Contains(line, "only:") || !guardWord().MatchString(strings.NewReplacer(":", " ", "_", "_").Replace(line)) && s.group(at, 1) != "http_basic_authenticate_with" && strings.TrimSpace(line) != "Authentication" {
			continue
		}
		e := s.at(at[2])
		c.guard = &e
		break
	}
	s.facts.controller(className(s.group(classes[0], 1)), c)
}

func className(name string) string {
	return strings.ToLower(name[strings.LastIndexByte(name, ':')+1:])
}

func indentOf(line []byte) int {
	return len(line) - len(bytes.TrimLeft(line, " \t"))
}
