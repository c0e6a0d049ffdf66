package repo

import (
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/fly-standards/fly-standards/plan"
)

func arguments(node *parser.Node) []string {
	var args []string
	for n := node.Next; n != nil; n = n.Next {
		args = append(args, n.Value)
	}
	return args
}

var (
	checkURL = lazy(`(?i)https?://[^\s"'` + "`" + `;)\\,|>]+`)
	// checkObject finds what http.request and its kin take instead of a URL.
	checkPath   = lazy(`\bpath(?:name)?["']?\s*[:=]\s*["'](/[^"'\s]*)["']`)
	checkPort   = lazy(`\bport["']?\s*[:=]\s*["']?(\d{2,5})\b`)
	checkClient = lazy(`HTTPConnection\(\s*["'](?:localhost|127\.0\.0\.1)["']\s*,\s*(\d{2,5})`)
	checkGet    = lazy(`\.request\(\s*["'](?:GET|HEAD)["']\s*,\s*["'](/[^"'\s]*)["']`)
	checkOther  = lazy(`(?i)-X\s*["']?(?:POST|PUT|DELETE|PATCH)|--request[ =]["']?(?:POST|PUT|DELETE|PATCH)|--post-|(?:^|\s)(?:-d|--data\S*)\s|method["']?\s*[:=]\s*["'](?:POST|PUT|DELETE|PATCH)`)
)

// localCheck reads what a HEALTHCHECK asks of this machine: a URL anywhere in
// its command, whatever the tool, or host, port and path apart. NONE, and
// commands that ask nothing over HTTP, give nil.
func localCheck(args []string, env environment, ports []int) *plan.Healthcheck {
	if len(args) < 2 || !strings.EqualFold(args[0], "CMD") {
		return nil
	}
	text := strings.Join(args[1:], " ")
	if h := askedLocally(text, env, ports); h != nil || checkOther().MatchString(text) {
		return h
	}
	for _, word := range strings.Fields(text) {
		if script := strings.Trim(word, `"'();,`); scriptEnd(script) {
			return &plan.Healthcheck{Script: script} // what it asks stands in the tree
		}
	}
	return nil
}

func scriptEnd(word string) bool {
	return inList(" .sh .bash .js .mjs .cjs .ts .py .rb .php ", path.Ext(word))
}

// askedLocally finds what a command or a script asks of this machine.
func askedLocally(text string, env environment, ports []int) *plan.Healthcheck {
	if checkOther().MatchString(text) {
		return nil
	}
	for _, url := range checkURL().FindAllString(text, -1) {
		if port, p, ok := localURL(url, env, ports); ok {
			return &plan.Healthcheck{Port: port, Path: p}
		}
	}
	tool := false
	for _, word := range strings.Fields(text) { // curl and wget need no scheme
		word = strings.Trim(word, `"'();`)
		base := path.Base(word)
		tool = tool || base == "curl" || base == "wget"
		if port, p, ok := localURL(word, env, ports); ok && tool {
			return &plan.Healthcheck{Port: port, Path: p}
		}
	}
	if m := checkClient().FindStringSubmatch(text); m != nil {
		if p := checkGet().FindStringSubmatch(text); p != nil {
			port, _ := strconv.Atoi(m[1])
			return &plan.Healthcheck{Port: port, Path: p[1]}
		}
	}
	p, port := checkPath().FindStringSubmatch(text), checkPort().FindStringSubmatch(text)
	if p == nil || port == nil || !strings.Contains(text, "http") {
		return nil
	}
	n, _ := strconv.Atoi(port[1])
	return &plan.Healthcheck{Port: n, Path: p[1]}
}

// healthcheck is the HEALTHCHECK of the final stage. Where it runs a
// script, the script is looked for in the tree; one that is not there tells
// nothing.
func (sc *scanner) healthcheck() *plan.Healthcheck {
	if sc.image == nil || sc.image.runs.check == nil {
		return nil
	}
	h := *sc.image.runs.check
	if h.Script == "" {
		return &h
	}
	for _, file := range sc.image.inContext(h.Script) {
		text, _ := readInto(nil, sc.abs(file))
		if len(text) == 0 || !fileExists(sc.root, file) {
			continue
		}
		code, _ := syntaxOf(file).strip(text)
		if asked := askedLocally(string(code), sc.image.runs.env.with(sc.opts.EnvPorts), sc.opts.InternalPorts); asked != nil {
			h.Port, h.Path = asked.Port, asked.Path
			return &h
		}
	}
	return nil
}

// inContext are the paths in the build context that a path in the image may
// have been copied from.
func (im *image) inContext(p string) []string {
	p = inImage(im.runs.workdir, p)
	var out []string
	for _, c := range im.runs.allCopies() {
		if c.from != "" {
			continue
		}
		switch rest, ok := strings.CutPrefix(p, strings.TrimSuffix(c.dst, "/")+"/"); {
		case p == c.dst:
			out = append(out, c.src)
		case ok:
			out = append(out, path.Join(c.src, rest))
		}
	}
	return out
}

// flags are the times that the HEALTHCHECK itself names.
func healthFlags(h *plan.Healthcheck, flags []string) {
	for _, flag := range flags {
		name, value, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		switch name {
		case "interval":
			h.Interval = value
		case "timeout":
			h.Timeout = value
		case "start-period":
			h.StartPeriod = value
		}
	}
}

// localURL takes a URL of this machine apart; port 0 means that it names none.
func localURL(word string, env environment, ports []int) (port int, p string, ok bool) {
	rest, isHTTP := strings.CutPrefix(strings.Replace(word, "HTTP://", "http://", 1), "http://")
	if !isHTTP && strings.Contains(word, "://") {
		return 0, "", false
	}
	host := ""
	for _, name := range []string{"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"} {
		if strings.HasPrefix(rest, name) {
			host = name
		}
	}
	rest = strings.TrimPrefix(rest, host)
	if host == "" || rest != "" && rest[0] != ':' && rest[0] != '/' {
		return 0, "", false
	}
	rest, known := expand(rest, env, ports)
	if !known {
		return 0, "", false
	}
	if after, named := strings.CutPrefix(rest, ":"); named {
		digits, tail, _ := strings.Cut(after, "/")
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > 65535 {
			return 0, "", false
		}
		port, rest = n, ""
		if len(after) > len(digits) {
			rest = "/" + tail
		}
	}
	rest, _, _ = strings.Cut(rest, "#")
	if rest == "" {
		rest = "/"
	}
	return port, rest, true
}

// expand fills in ${NAME}, ${NAME:-default} and $NAME. PORT without a value is
// the port that fly.toml sends traffic to, if there is one only.
func expand(text string, env environment, ports []int) (string, bool) {
	known := true
	out := os.Expand(text, func(name string) string {
		name, fallback, _ := strings.Cut(name, ":-")
		switch value := env[name]; {
		case value != "":
			return value
		case fallback != "":
			return fallback
		case name == "PORT" && len(ports) == 1:
			return strconv.Itoa(ports[0])
		}
		known = false
		return ""
	})
	return out, known
}
