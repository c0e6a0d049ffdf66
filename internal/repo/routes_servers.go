package repo

import (
	"os"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Paths that a web server in the image answers by itself, as its settings say:
// nginx's `return 200`, Caddy's `respond`.

var (
	ngxLocation = lazy(`\blocation\s+(?:=\s*|\^~\s*)?["']?(/[^\s{"']{0,80})["']?\s*\{`)
	ngxAnswers  = lazy(`(?m)^\s*return\s+20[04]\b|[{;]\s*return\s+20[04]\b`)
	ngxTurns    = lazy(`\b(?:return|rewrite|auth_request|deny|auth_basic\s+[^\so;]|auth_basic\s+o[^f\s;])`)
	ngxListen   = lazy(`\blisten\s+(?:[\w.*]+:|\[[^\]]*\]:)?(\d+|\$\{?\w+)`)
	ngxName     = lazy(`\bserver_name\s+([^;]+);`)
	caddyRoute  = lazy("\\b(?:respond\\s+(/[^\\s{]{0,80})(?:[ \\t]+(?:\"[^\"\\n]*\"|`[^`]*`))?(?:[ \\t]+(\\d{3}))?|(?:handle|handle_path|route)\\s+(/[^\\s{]{0,80})\\s*\\{)")
	caddyAnswer = lazy("(?m)^\\s*respond(?:[ \\t]+(?:\"[^\"\\n]*\"|`[^`]*`))?(?:[ \\t]+20[04])?[ \\t]*$")
	caddySite   = lazy(`^\s*(?:https?://)?(?:0\.0\.0\.0|\*|localhost)?:(\d+|\{\$?[^}]*\})`)
	caddyListen = lazy(`(?m)^[ \t]*(?:http://)?:(\d+)[ \t]*(?:\{|$)`)
	caddyTurns  = lazy(`(?m)^[ \t]*(?:basic_?auth|forward_auth|authorize|authenticate|redir|abort)[ \t]+(?:\*[ \t]*)?[^/@\s]|^[ \t]*basic_?auth[ \t]*$`)
)

// serverFiles are the settings of web servers that the image takes from the
// build context, each with its server.
func (sc *scanner) serverFiles() map[string]string {
	out := map[string]string{}
	if sc.image == nil {
		return out
	}
	add := func(rel, dst string) {
		switch base := path.Base(rel); {
		case strings.Contains(base, "addyfile") || strings.HasPrefix(dst, "/etc/caddy/"):
			out[rel] = "Caddy"
		case strings.HasPrefix(dst, "/etc/nginx/") || strings.Contains(base, "nginx") && path.Ext(base) == ".conf":
			out[rel] = "nginx"
		}
	}
	for _, c := range sc.image.runs.allCopies() {
		if c.from != "" || !strings.HasPrefix(c.dst, "/etc/nginx/") && !strings.HasPrefix(c.dst, "/etc/caddy/") && !strings.Contains(path.Base(c.dst), "addyfile") && path.Ext(c.dst) != ".conf" {
			continue
		}
		rel := path.Join(sc.context, c.src)
		if !isDir(sc.abs(rel)) {
			add(rel, c.dst)
			continue
		}
		entries, _ := os.ReadDir(sc.abs(rel))
		for _, entry := range entries[:min(len(entries), 50)] {
			if ext := path.Ext(entry.Name()); entry.Type().IsRegular() && (ext == ".conf" || ext == ".template") {
				add(path.Join(rel, entry.Name()), path.Join(c.dst, entry.Name()))
			}
		}
	}
	for _, word := range strings.Fields(strings.NewReplacer(`"`, " ", ",", " ", "[", " ", "]", " ").Replace(sc.startText())) {
		if strings.Contains(path.Base(word), "addyfile") || strings.HasSuffix(word, ".conf") {
			for _, in := range sc.image.inContext(word) {
				add(path.Join(sc.context, in), word)
			}
		}
	}
	return out
}

// Settings that people write have a few places, in some kilobytes.
const (
	maxServerText = 64 << 10
	maxPlaces     = 50
)

// webServer reads the settings of one.
func (s *source) webServer(kind string) {
	if len(s.text) > maxServerText {
		return
	}
	read, expr, listen := s.nginx, ngxLocation, ngxListen
	if kind == "Caddy" {
		read, expr, listen = s.caddy, caddyRoute, caddyListen
	}
	for _, at := range s.all(listen) {
		if port := number5(s.group(at, 1)); port > 0 && port < 1<<16 && len(s.facts.listens) < maxListens*20 {
			s.facts.listens = append(s.facts.listens, plan.Listen{Evidence: s.at(at[0]), Port: port})
		}
	}
	if kind == "nginx" {
		s.nginxFront()
	}
	places := s.all(expr)
	for _, at := range places[:min(len(places), maxPlaces)] {
		read(at)
	}
}

func (s *source) nginx(at []int) {
	own := s.inside(at[1] - 1)
	if !ngxAnswers().MatchString(own) {
		return
	}
	in := s.blocksAt(at[0])
	i := slices.IndexFunc(in, func(b block) bool { return strings.TrimSpace(s.header(b)) == "server" })
	if i < 0 {
		return // a piece that some server includes
	}
	server := s.outermost(in[i])
	var ports []string
	for _, m := range ngxListen().FindAllStringSubmatch(server, 20) {
		ports = append(ports, m[1])
	}
	if !s.ourPort(ports, "80") {
		return
	}
	f := found{offset: at[0], framework: "nginx", path: s.group(at, 1), request: true, receivers: []string{"-"}, context: " "}
	if ngxTurns().MatchString(server) || s.turnsAwayIn(in[i]) || strings.Contains(own, "if ") || strings.Contains(own, "auth_") || strings.Contains(own, "deny ") {
		f.doubts = append(f.doubts, plan.Doubt{Kind: plan.DoubtGuard, Evidence: s.at(in[i].open)})
	}
	if m := ngxName().FindStringSubmatch(server); m != nil && !inList(" _ localhost ", strings.TrimSpace(m[1])) && strings.Count(string(s.code), "server_name") > 1 && !strings.Contains(server, "default_server") {
		f.doubts = append(f.doubts, plan.Doubt{Kind: plan.DoubtHost, Evidence: s.at(at[0])})
	}
	s.add(f)
}

// turnsAwayIn: a condition of the server itself answers in the location's place.
func (s *source) turnsAwayIn(server block) bool {
	return slices.ContainsFunc(s.blocks(), func(b block) bool {
		return b.open > server.open && b.close < server.close && s.braces[max(b.outer, 0)].open == server.open &&
			strings.HasPrefix(strings.TrimSpace(s.header(b)), "if") && strings.Contains(s.inside(b.open), "return")
	})
}

func (s *source) caddy(at []int) {
	p, status := s.group(at, 1), s.group(at, 2)
	if p == "" { // handle /health { respond ... }
		p = s.group(at, 3)
		if !caddyAnswer().MatchString(s.inside(at[1] - 1)) {
			return
		}
	} else if status != "" && status != "200" && status != "204" {
		return
	}
	address, site := string(s.code[:min(len(s.code), maxLine)]), string(s.code)
	if in := s.blocksAt(at[0]); len(in) > 0 {
		outer := in[len(in)-1]
		address, site = s.codeLine(outer.open), s.outermost(outer)
	}
	m := caddySite().FindStringSubmatch(strings.TrimLeft(address, "\n\t "))
	if m == nil || !s.ourPort([]string{m[1]}, "") {
		return
	}
	f := found{offset: at[0], framework: "Caddy", path: strings.TrimSuffix(p, "*"), request: true, receivers: []string{"-"}, context: " "}
	if turns := caddyTurns().FindString(site); turns != "" {
		f.doubts = append(f.doubts, plan.Doubt{Kind: plan.DoubtGuard, Evidence: plan.Evidence{}})
	}
	s.add(f)
}

// ourPort: one of the ports is the service's, or is told when the server starts.
func (s *source) ourPort(ports []string, none string) bool {
	if len(ports) == 0 {
		ports = []string{none}
	}
	return slices.ContainsFunc(ports, func(p string) bool {
		return number5(p) == 0 || len(s.sc.opts.InternalPorts) == 0 || slices.Contains(s.sc.opts.InternalPorts, number5(p))
	})
}

// inside is the text of the block that opens at offset.
func (s *source) inside(offset int) string {
	n, ok := slices.BinarySearchFunc(s.blocks(), offset, func(b block, at int) int { return b.open - at })
	if !ok {
		return ""
	}
	b := s.braces[n]
	return string(s.code[b.open+1 : min(b.close, b.open+2000)])
}

// outermost is the text of a block without that of the blocks in it.
func (s *source) outermost(outer block) string {
	var out strings.Builder
	depth, end := 0, min(outer.close, outer.open+20_000)
	for _, c := range s.code[min(outer.open+1, end):end] {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case depth == 0:
			out.WriteByte(c)
		}
	}
	return out.String()
}
