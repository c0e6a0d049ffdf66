package repo

import (
	"bytes"
	"path"
	"strings"
)

// The languages whose blocks go by do ... end: their routes are lines, and
// what stands around a line is told by the indentation.

var (
	rbRoute = lazy(`(?m)^[ \t]*(?:r\.)?(get|match|is|on|mount|map)[ (]+` + `(?:[\w:.]+\s*,\s*at:\s*)?(?:["']([^"'\s]{0,80})["']|:(\w+))([^\n]*)`)
	rbScope = lazy(`^\s*(?:namespace\s+[:"']([\w/]+)|scope\s+(?:path:\s*)?["':]([\w/]+)|scope\s+.*\bpath:\s*["']([\w/]+))`)
	exRoute = lazy(`(?m)^[ \t]*(get|match|forward)[ (]+"([^"\s]{0,80})"([^\n]*)`)
	exScope = lazy(`^\s*scope\s+"([^"]*)"`)
	exPlug  = lazy(`(?m)request_path:\s*"([^"\s]+)"|^[ \t]*plug[ (]+[\w.]*[Hh]ealth\w*\s*,\s*(?:path|at):\s*"([^"\s]+)"`)
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
	case bytes.Contains(s.code, []byte("Roda")):
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
		if framework == "Roda" {
			f.prefixed = verb == "on" || strings.Contains(prefix, "?")
		}
		s.add(f)
	})
}

// rbPrefix is what a line that opens a block puts before the paths in it.
func rbPrefix(line string) (prefix string) {
	if m := rbScope().FindStringSubmatch(line); m != nil {
		return m[1] + m[2] + m[3]
	}
	return ""
}

// elixir reads Phoenix routers, Plug.Router, and plugs that answer a path.
func elixir(s *source) {
	if path.Ext(s.base) == ".exs" {
		return // scripts and settings
	}
	framework := "Plug"
	if bytes.Contains(s.code, []byte("Phoenix.Router")) || bytes.Contains(s.code, []byte(", :router")) {
		framework = "Phoenix"
	} else if !bytes.Contains(s.code, []byte("Plug")) && !bytes.Contains(s.code, []byte("plug")) && !bytes.Contains(s.code, []byte("Endpoint")) {
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

// outer walks from the line at offset up to the lines that are indented less:
// the blocks around it. It joins their prefixes and says whether one of them,
// or a pipeline within one, asks for authentication.
func (s *source) outer(offset int, prefixOf func(line string) string) (prefix string, guarded bool) {
	start := bytes.LastIndexByte(s.code[:offset], '\n') + 1
	indent := indentOf(s.code[start:])
	level := indent
	for end := start; end > 0; {
		start = bytes.LastIndexByte(s.code[:end-1], '\n') + 1
		line := string(s.code[start : end-1])
		end = start
		if strings.TrimSpace(line) == "" {
			continue
		}
		here := indentOf([]byte(line))
		if here == level && strings.Contains(line, "pipe_through") && guardWord().MatchString(line) {
			guarded = true
		}
		if here >= level {
			continue
		}
		level = here
		prefix = strings.Trim(prefixOf(line)+"/"+prefix, "/")
		guarded = guarded || guardWord().MatchString(line)
	}
	return prefix, guarded
}

func indentOf(line []byte) int {
	return len(line) - len(bytes.TrimLeft(line, " \t"))
}
