package repo

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Where the app's own source listens: at which port, and whether anything but the
// machine itself reaches it there.

// maxListens bounds what a tree tells of ports.
const maxListens = 100

// keywordPort is the group of listens for a keyword argument, which clients have too.
const keywordPort = 6

var (
	// listenCall matches what a server is started with, up to its parenthesis or brace.
	listenCall = lazy(`\.listen\(|\bBun\.serve\(|\bDeno\.serve\(|\b[hH]api\.server\(|\bListenAndServe(?:TLS)?\(|\bnet\.Listen\(|\bhttp\.Server\{|\.(?:Run|Start|Listen|UseUrls)\(|\.run\(|\brun_app\(|\bHTTPServer\(|\bserve\(|\bbind\(|\bSocketAddr::from\(|\.launch\(`)
	// localArgument is one that says to listen at the machine's own address: a text
	// or the like alone, a keyword, or a field of an object.
	localArgument = lazy(`^(?:[\[({&\s]|format!)*["'\x60](?:https?://)?(?:127\.0\.0\.1|localhost|\[::1\])(?::[^"'\x60]*)?["'\x60]|^(?:host|hostname|address)\s*=\s*["'](?:127\.0\.0\.1|localhost|::1)["']|^\{(?s:.*?)\bhost(?:name)?\s*:\s*["'\x60](?:127\.0\.0\.1|localhost|::1)["'\x60]|^Addr:\s*"(?:127\.0\.0\.1|localhost):|^\(?\[127,\s*0,\s*0,\s*1\]`)
	// listens finds the port where a file's server listens, when a number says it.
	listens = lazy(`\.listen\(\s*(?:\{[^{}]*?\bport\s*:\s*)?(\d{2,5})\b|ListenAndServe(?:TLS)?\(\s*"[\w.]*:(\d{2,5})"|\.Run\(\s*"[\w.]*:(\d{2,5})"|\.Start\(\s*"[\w.]*:(\d{2,5})"|\.Listen\(\s*"[\w.]*:(\d{2,5})"|\bport\s*=\s*(\d{2,5})\s*[,)]|Bun\.serve\(\s*\{[^{}]*?\bport:\s*(\d{2,5})|Deno\.serve\(\s*\{[^{}]*?\bport:\s*(\d{2,5})|\bbind\(\s*"[\d.]+:(\d{2,5})"|\bhttp\.Server\{\s*Addr:\s*"[\w.]*:(\d{2,5})"`)

	// fallbackPort finds the port that code takes where PORT is not set.
	fallbackPort = lazy(`(?:\bprocess\.env|\bBun\.env|\bimport\.meta\.env)(?:\.PORT\b|\[["']PORT["']\])(?:,\s*10)?\)?\s*(?:\|\||\?\?)\s*["'\x60]?(\d{2,5})\b|\bDeno\.env\.get\(\s*["']PORT["']\s*\)\)?\s*(?:\|\||\?\?)\s*["']?(\d{2,5})\b|\b(?:environ\.get|[gG]et_?[eE]nv\w*)\(\s*["']PORT["']\s*,\s*["']:?(\d{2,5})["']|\b(?:environ\.get|getenv)\(\s*["']PORT["']\s*,\s*(\d{2,5})\b|\bENV\.fetch\(\s*["']PORT["']\s*(?:,|\)\s*\{)\s*["']?(\d{2,5})\b|\bget_env\(\s*"PORT"\s*\)\s*\|\|\s*"(\d{2,5})"|\bvar\(\s*"PORT"\s*\)[^;]{0,60}?\bunwrap_or(?:_else)?\([^;]{0,20}?"?(\d{2,5})\b`)

	phoenixIP  = lazy(`\bip:\s*\{([\d, ]+)\}`)
	springIP   = lazy(`(?m)^server\.address\s*[=:]\s*(?:127\.0\.0\.1|localhost)\b`)
	springPort = lazy(`(?m)^server\.port\s*[=:]\s*(?:\$\{\w*PORT:)?(\d{2,5})\}?[ \t\r]*$|^server:[ \t]*\n(?:[ \t]+[^\n]*\n){0,5}?[ \t]+port:\s*(?:\$\{\w*PORT:)?(\d{2,5})\}?[ \t\r]*$`)
	springYAML = lazy(`(?m)^server:[ \t]*\n(?:[ \t]+[^\n]*\n){0,20}?[ \t]+address:\s*["']?(?:127\.0\.0\.1|localhost)\b`)
)

// isDatabasePort: where a client connects to, most likely.
func isDatabasePort(port int) bool {
	return slices.Contains([]int{1433, 3306, 5432, 5672, 6379, 9200, 11211, 27017}, port)
}

// listenCalls notes where a built file's servers listen: the ports that a number
// says, and addresses that only the machine itself reaches.
func (s *source) listenCalls() {
	switch s.base {
	case "application.properties":
		s.listenSetting(springIP)
		s.fallbackPorts(springPort, "SERVER_PORT")
	case "application.yml", "application.yaml":
		s.listenSetting(springYAML)
		s.fallbackPorts(springPort, "SERVER_PORT")
	case "prod.exs", "runtime.exs":
		s.listenPhoenix()
	}
	if !contains(s.text, "isten") && !contains(s.text, "erve(") && !contains(s.text, "un(") && !contains(s.text, ".Start(") && !contains(s.text, "bind(") && !contains(s.text, "port") &&
		!contains(s.text, "launch(") && !contains(s.text, "UseUrls(") && !contains(s.text, "erver") {
		return
	}
	if contains(s.text, "PORT") {
		s.fallbackPorts(fallbackPort, "PORT")
	}
	local := s.localCalls()
	for _, at := range s.all(listens) {
		port := 0
		for g := 1; g < len(at)/2; g++ {
			if n := number5(s.group(at, g)); n > 0 {
				port = n
			}
		}
		if at[2*keywordPort] >= 0 && isDatabasePort(port) || port == 0 || port >= 1<<16 {
			continue // redis.Redis(host=h, port=6379)
		}
		l := plan.Listen{Evidence: s.at(at[0]), Port: port}
		if i := slices.IndexFunc(local, func(c localCall) bool { return c.from <= at[0] && at[0] < c.to }); i >= 0 {
			l.Local, l.Unless = true, local[i].unless
			local = slices.Delete(local, i, i+1)
		}
		s.listen(l)
	}
	for _, c := range local {
		if c.unless == nil && (c.anyPort || !s.has("PORT")) {
			continue // a helper's own server: nothing says that its port is the app's
		}
		s.listen(plan.Listen{Evidence: s.at(c.from), Local: true, Unless: c.unless})
	}
}

// fallbackPorts notes the port of an app that asks a variable first, which nothing
// is seen to set: Fly does not.
func (s *source) fallbackPorts(expr matcher, variable string) {
	if isScript(s.file, s.base) || strings.Contains(s.base, ".config.") {
		return
	}
	for _, at := range s.all(expr) {
		for g := 1; g < len(at)/2; g++ {
			if port := number5(s.group(at, g)); port > 0 && port < 1<<16 && !s.inTests(at[0]) && !s.sc.mayTellPort() {
				s.listen(plan.Listen{Evidence: s.at(at[0]), Port: port, Unless: &plan.Default{Server: "the app", Port: variable}})
			}
		}
	}
}

// mayTellPort: something of what is built or started may set the port, or listens
// before the app does. It reads a file, and is asked of many: it looks once.
func (sc *scanner) mayTellPort() bool {
	sc.port.once.Do(func() { sc.port.told = sc.tellsPort() })
	return sc.port.told
}

func (sc *scanner) tellsPort() bool {
	text := sc.startText() + string(sc.dockertext)
	for _, c := range sc.startCommands() {
		text += " " + c.Text
	}
	env, _ := readInto(nil, sc.abs(path.Join(sc.context, ".env")))
	return sc.image == nil || contains(env, "PORT") || strings.Contains(text, "PORT") || strings.Contains(text, ".sh") || strings.Contains(text, "entrypoint") ||
		sc.opts.EnvPorts["PORT"] != "" || sc.opts.EnvPorts["SERVER_PORT"] != "" || slices.ContainsFunc(commandWords(text), func(w string) bool { return inList(inFront, path.Base(w)) })
}

func (s *source) listen(l plan.Listen) {
	if len(s.facts.listens) < maxListens {
		s.facts.listens = append(s.facts.listens, l)
	}
}

// localCall is a call that listens where only the machine itself reaches it; of a
// library that does so by itself it says what would tell it otherwise.
type localCall struct {
	from, to int
	anyPort  bool // port 0: whichever is free
	unless   *plan.Default
}

func (s *source) localCalls() []localCall {
	var out []localCall
	if isScript(s.file, s.base) {
		return nil
	}
	for _, at := range s.all(listenCall)[:min(len(s.all(listenCall)), maxListens)] {
		inside := s.arguments(at[1])
		if s.code[at[1]-1] == '{' {
			inside, _, _ = strings.Cut(s.around(at[1], 400, "}"), "}")
		}
		arguments := splitArguments(inside)
		c := localCall{from: at[0], to: at[1] + len(inside), anyPort: slices.Contains(arguments, "0")}
		if !slices.ContainsFunc(arguments, func(a string) bool { return localArgument().MatchString(a) }) {
			if c.unless = s.localByItself(string(s.code[at[0]:at[1]]), at[0], arguments); c.unless == nil {
				continue
			}
		}
		if s.conditionAt(at[0]) == nil && !s.inTests(at[0]) && (path.Ext(s.base) != ".py" || s.sc.starts(s.file)) {
			out = append(out, c)
		}
	}
	return out
}

// starts says whether the start command runs this file, and not only what it defines.
func (sc *scanner) starts(file string) bool {
	base := path.Base(file)
	words := commandWords(sc.startText())
	for i, w := range words {
		module := strings.ReplaceAll(w, ".", "/")
		if path.Base(w) == base || i > 0 && words[i-1] == "-m" && (path.Base(module)+path.Ext(base) == base || base == "__main__.py") {
			return true
		}
	}
	return false
}

// commandWords are the words of commands, whether a shell reads them or not.
func commandWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n\"'[],;()", r) })
}

func (s *source) listenSetting(expr matcher) {
	if at := expr().FindIndex(s.text); at != nil {
		s.listen(plan.Listen{Evidence: s.at(at[1] - 1), Local: true})
	}
}

// listenPhoenix reads the address of an endpoint, where no other is said beside it.
func (s *source) listenPhoenix() {
	all := s.all(phoenixIP)
	if len(all) == 1 && strings.ReplaceAll(s.group(all[0], 1), " ", "") == "127,0,0,1" && s.conditionAt(all[0][0]) == nil {
		s.listen(plan.Listen{Evidence: s.at(all[0][0]), Local: true})
	}
}

// allListens are the places that say where requests arrive: those of a proxy in
// front, or the calls of the source and the server of the start command.
func (sc *scanner) allListens(all []plan.Listen) []plan.Listen {
	if slices.ContainsFunc(all, func(l plan.Listen) bool { return l.Front }) {
		all = slices.DeleteFunc(all, func(l plan.Listen) bool { return !l.Front })
	} else if l, ok := sc.startedServer(); ok {
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b plan.Listen) int { return byPlace(a.Evidence, b.Evidence) })
	return all
}

// litefs notes the port of LiteFS's proxy: what comes behind it listens at another.
// Beside it stand the folder that the app sees and the one that holds the data.
func (s *source) litefs() {
	env := environment{}
	if s.sc.image != nil {
		env = s.sc.image.runs.env
	}
	env = env.with(s.sc.opts.EnvPorts)
	value := func(expr matcher) (string, plan.Evidence) {
		at := expr().FindSubmatchIndex(s.text)
		if at == nil {
			return "", plan.Evidence{}
		}
		return env.expand(string(s.text[at[2]:at[3]])), s.at(at[2])
	}
	addr, e := value(litefsProxy)
	if port := number5(addr); port > 0 {
		s.listen(plan.Listen{Evidence: e, Port: port, Front: true})
	}
	l := plan.LiteFS{}
	l.Dir, _ = value(litefsDir)
	if l.Data, l.Evidence = value(litefsData); path.IsAbs(l.Dir) && path.IsAbs(l.Data) {
		s.facts.litefs = append(s.facts.litefs, l)
	}
}

var (
	litefsProxy = lazy(`(?m)^proxy:[ \t]*\n(?:[ \t#][^\n]*\n|\n){0,30}?[ \t]+addr:[ \t]*["']?[\w.]*:(\d{2,5}|\$\{?\w+\}?)`)
	litefsDir   = lazy(`(?m)^fuse:[ \t]*\n(?:[ \t#][^\n]*\n|\n){0,30}?[ \t]+dir:[ \t]*["']?([^\s"'#]+)`)
	litefsData  = lazy(`(?m)^data:[ \t]*\n(?:[ \t#][^\n]*\n|\n){0,30}?[ \t]+dir:[ \t]*["']?([^\s"'#]+)`)
)
