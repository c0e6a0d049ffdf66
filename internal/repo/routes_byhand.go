package repo

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// byHand are routes without a router: the program compares the path itself, in a
// condition or a match on the request. What lets a path pass a guard, or counts
// and logs it, compares it as well: so the file has to hold a server, and the
// branch has to answer.
var byHand = [...]struct {
	ends, framework string
	servers         []string // the file holds one of them
	function        string   // the request comes in behind the last of it
	ownPort         bool     // it often listens beside the program's own server
	compares        matcher  // the group that matches is the path; group 3: in a match on the path alone
	answers         matcher  // what the branch does
}{
	{" .rs ", "hyper", []string{"hyper::", "tiny_http"}, "fn ", true,
		lazy(`\(\s*&?[\w:]*(?:Method::GET|"GET")\s*,\s*&?"(/[^"\s]{0,80})"(?:\s*\|\s*"[^"]*")*\s*\)\s*(?:\|[^=>{]{0,200})?=>|\bpath(?:\(\))?\s*==\s*"(/[^"\s]{0,80})"|[\s{,|]"(/[^"\s]{0,80})"\s*(?:\|\s*"[^"]*"\s*)*=>`),
		lazy(`\bResponse\b|StatusCode::OK|\brespond\(|\bOk\(`)},
	{" .go ", "net/http", []string{"ServeHTTP(", "http.HandlerFunc(", "HandleFunc("}, "\nfunc ", false,
		lazy(`\.URL\.Path\s*==\s*"(/[^"\s]{0,80})"|()\bcase\s+(?:"[^"]*"\s*,\s*)*"(/[^"\s]{0,80})"\s*(?:,\s*"[^"]*"\s*)*:`),
		lazy(`\bw\.Write\(|\bFprint\w*\(\s*w\b|\bWriteString\(\s*w\b|\bNewEncoder\(\s*w\b|\bw\.WriteHeader\(\s*(?:http\.Status(?:OK|NoContent)|20[04])`)},
	{" .py ", "http.server", []string{"BaseHTTPRequestHandler", "SimpleHTTPRequestHandler"}, "def ", true,
		lazy(`\bself\.path\s*(?:==\s*|in\s*[(\[{]\s*)["'](/[^"'\s]{0,80})["']`),
		lazy(`send_response\(\s*(?:20[04]|HTTPStatus\.(?:OK|NO_CONTENT))|\bself\.\w*(?:send|json|respond|reply|write|ok|health)\w*\(`)},
	{" .ex ", "Plug", []string{"send_resp("}, "def ", false,
		lazy(`\brequest_path\s*==\s*"(/[^"\s]{0,80})"`), lazy(`send_resp\(\s*(?:conn\s*,\s*)?(?:20[04]|:ok)`)},
}

var passesOn = lazy(`\bnext\b|\bnext\.|\.ServeHTTP\(|inner\.call|\bsuper\(\)`)

var pyServer = lazy(`\bHTTPServer\(\s*\(\s*["'][\d.]*["']\s*,\s*(\d{2,5})\b`)

// maxBefore is how far back a request is followed to where it came in, in bytes.
const maxBefore = 4000

// comparedRoutes reads them.
func (s *source) comparedRoutes() {
	for _, row := range byHand {
		if !inList(row.ends, path.Ext(s.base)) || !s.hasAny(row.servers...) {
			continue
		}
		s.each(row.compares, func(at []int) {
			group := 1
			for 2*group < len(at) && (at[2*group] < 0 || at[2*group] == at[2*group+1]) {
				group++
			}
			if 2*group >= len(at) || group == 3 && !s.inMatchOnPath(at[0]) {
				return
			}
			branch := s.branch(at[1])
			if !row.answers().MatchString(branch) || denyWord().MatchString(branch) || passesOn().MatchString(branch) || s.notGet(at[0]) {
				return
			}
			f := s.compared(found{offset: at[0], framework: row.framework, path: s.group(at, group)}, row.function)
			if row.ownPort && !s.listensHere() {
				f.doubts = append(f.doubts, plan.Doubt{Kind: plan.DoubtPort, Evidence: s.at(at[0])})
			}
			s.add(f)
		})
	}
}

// compared is a route that is found in a condition on the request, doubted where
// something before it turns people away, or where what it stands in is put around
// another handler.
func (s *source) compared(f found, functions ...string) found {
	f.request, f.receivers = true, []string{"-"}
	before, from := s.code[max(0, f.offset-maxBefore):f.offset], 0
	for _, function := range functions {
		from = max(from, bytes.LastIndex(before, []byte(function)))
	}
	before = before[from:]
	if denyWord().Match(before) || guardWord().Match(before) {
		f.doubts = append(f.doubts, plan.Doubt{Kind: plan.DoubtGuard, Evidence: s.at(f.offset)})
	}
	f.prefixed = path.Ext(s.base) == ".go" && passesOn().Match(before)
	return f
}

// listensHere: a server of the file listens at the service's port, or where it is
// told to.
func (s *source) listensHere() bool {
	for _, at := range s.all(pyServer) {
		if slices.Contains(s.sc.opts.InternalPorts, number5(s.group(at, 1))) {
			return true
		}
	}
	return len(s.sc.opts.InternalPorts) == 0 || s.has("\"PORT\"") || s.has("'PORT'") ||
		slices.ContainsFunc(s.listening(), func(l listening) bool { return slices.Contains(s.sc.opts.InternalPorts, l.port) })
}

// notGet: the condition asks for another method.
func (s *source) notGet(offset int) bool {
	line := s.codeLine(offset)
	return strings.Contains(line, "POST") && !strings.Contains(line, "GET")
}

// inMatchOnPath: the block around offset is a match or a switch on the path.
func (s *source) inMatchOnPath(offset int) bool {
	in := s.blocksAt(offset)
	if len(in) == 0 {
		return false
	}
	head := strings.ToLower(s.header(in[0]))
	return (strings.Contains(head, "match ") || strings.Contains(head, "switch ")) && strings.Contains(head, "path")
}

// branch is what is done where a comparison that ends at offset holds.
func (s *source) branch(offset int) string {
	if inList(" .py .ex ", path.Ext(s.base)) {
		return s.indentedBelow(offset)
	}
	rest := s.from(offset, 600)
	head, _, opens := strings.Cut(rest, "{")
	if opens && !strings.ContainsAny(head, ";\n") && !strings.Contains(head, "=>") {
		return s.inside(offset + len(head))
	}
	for _, end := range []string{"=>", "case ", "default:", "\n\n"} { // the next arm
		rest, _, _ = strings.Cut(rest, end)
	}
	return rest
}

// indentedBelow is the rest of the line at offset and the lines that are indented
// below it.
func (s *source) indentedBelow(offset int) string {
	start := bytes.LastIndexByte(s.code[:offset], '\n') + 1
	level := indentOf(s.code[start:offset])
	var out strings.Builder
	for i, line := range strings.SplitAfter(s.from(offset, 900), "\n") {
		if i > 0 && strings.TrimSpace(line) != "" && indentOf([]byte(line)) <= level {
			break
		}
		out.WriteString(line)
	}
	return out.String()
}
