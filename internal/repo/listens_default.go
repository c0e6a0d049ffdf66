package repo

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Libraries and servers that listen on 127.0.0.1, or at a port of their own, unless
// they are told otherwise: the commonest reason why an app that runs gets no request.

// localLibraries are those whose call listens on 127.0.0.1 when nothing is said.
var localLibraries = [...]struct {
	receivers, method, exts string
	words                   []string // the file has one of them
	plan.Default
}{
	{" uvicorn ", "run", " .py ", []string{"uvicorn"}, plan.Default{Server: "uvicorn.run", Address: "host"}},
	{" app application server ", "run", " .py ", []string{"flask", "quart", "sanic"}, plan.Default{Server: "app.run", Address: "host"}},
	{"", "launch", " .py ", []string{"gradio"}, plan.Default{Server: "launch of Gradio", Address: "server_name", Env: []string{"GRADIO_SERVER_NAME"}}},
	{"", "listen", " .js .mjs .cjs .ts .mts ", []string{`"fastify"`, `'fastify'`, "FastifyAdapter"}, plan.Default{Server: "Fastify", Address: "host"}},
}

var (
	saysAddress = lazy(`^(?:host|uds|fd|server_name|share|sock|unix)\s*=|^\*`)
	hasAddress  = lazy(`\b(?:host|hostname|path|fd)\b|\.\.\.`)
)

// localByItself is what would tell a call otherwise that listens on 127.0.0.1
// because nothing is said; nil for other calls.
func (s *source) localByItself(call string, offset int, arguments []string) *plan.Default {
	method := strings.Trim(call, ".(")
	before := strings.TrimRight(string(s.code[max(0, offset-40):offset]), " \n")
	receiver := before[strings.LastIndexFunc(before, func(r rune) bool { return r > 127 || !isWordByte(byte(r)) })+1:]
	for i := range localLibraries {
		l := &localLibraries[i]
		if l.method != method || !inList(l.exts, path.Ext(s.base)) || l.receivers != "" && !inList(l.receivers, receiver) || !s.hasAny(l.words...) {
			continue
		}
		if path.Ext(s.base) == ".py" {
			if slices.ContainsFunc(arguments, func(a string) bool { return saysAddress().MatchString(a) }) || receiver != "uvicorn" && len(arguments) > 0 && !strings.Contains(arguments[0], "=") {
				return nil
			}
			return &l.Default
		}
		if len(arguments) == 0 || s.has(`"express"`) || hasAddress().MatchString(arguments[0]) || arguments[0][0] != '{' && !s.has("FastifyAdapter") {
			return nil
		}
		if slices.ContainsFunc(arguments[1:], func(a string) bool { return !strings.Contains(a, "=>") && !strings.HasPrefix(a, "function") }) {
			return nil
		}
		return &l.Default
	}
	return nil
}

// startServer is a server that a start command names.
type startServer struct {
	program, sub   string // the word, and one behind it; "-": nothing but flags
	local          bool   // on 127.0.0.1 when nothing is said
	port           int    // when nothing is said; 0: not known here
	address, ports string // its flags
	addressEnv     []string
	portEnv        string
	either         string   // flags and variables behind which both may be said
	files          []string // where both may be said
	plain          bool     // ADDRESS:PORT or the port stands behind it without a flag
}

var startServers = []startServer{
	{program: "uvicorn", local: true, port: 8000, address: " --host --uds --fd ", ports: " --port ", addressEnv: []string{"UVICORN_HOST"}, portEnv: "UVICORN_PORT"},
	{program: "hypercorn", local: true, port: 8000, address: " --bind -b --insecure-bind ", ports: " --bind -b --insecure-bind ", either: " -c --config "},
	{program: "daphne", local: true, port: 8000, address: " --bind -b -u -e --endpoint --fd ", ports: " --port -p -e --endpoint "},
	{
		program: "gunicorn", local: true, port: 8000, address: " --bind -b ", ports: " --bind -b ", addressEnv: []string{"PORT"}, portEnv: "PORT",
		either: " -c --config GUNICORN_CMD_ARGS ", files: []string{"gunicorn.conf.py"},
	},
	{program: "flask", sub: "run", local: true, port: 5000, address: " --host -h ", ports: " --port -p ", addressEnv: []string{"FLASK_RUN_HOST"}, portEnv: "FLASK_RUN_PORT", files: []string{".flaskenv", ".env"}},
	{program: "fastapi", sub: "dev", local: true, port: 8000, address: " --host ", ports: " --port ", portEnv: "PORT"},
	{program: "fastapi", sub: "run", port: 8000, ports: " --port ", portEnv: "PORT"},
	{program: "litestar", sub: "run", local: true, port: 8000, address: " --host -H --uds ", ports: " --port -p ", addressEnv: []string{"LITESTAR_HOST"}, portEnv: "LITESTAR_PORT"},
	{program: "chainlit", sub: "run", local: true, port: 8000, address: " --host ", ports: " --port ", addressEnv: []string{"CHAINLIT_HOST"}, portEnv: "CHAINLIT_PORT"},
	{program: "mkdocs", sub: "serve", local: true, port: 8000, address: " --dev-addr -a ", ports: " --dev-addr -a ", files: []string{"mkdocs.yml"}},
	{program: "manage.py", sub: "runserver", local: true, port: 8000, address: " 0.0.0.0 ", plain: true},
	{program: "django-admin", sub: "runserver", local: true, port: 8000, address: " 0.0.0.0 ", plain: true},
	{program: "streamlit", sub: "run", port: 8501, ports: " --server.port ", portEnv: "STREAMLIT_SERVER_PORT", files: []string{".streamlit/config.toml"}},
	{program: "artisan", sub: "serve", local: true, port: 8000, address: " --host ", ports: " --port ", addressEnv: []string{"SERVER_HOST"}, portEnv: "SERVER_PORT", files: []string{".env"}},
	{program: "next", sub: "start", port: 3000, address: " -H --hostname ", ports: " --port -p ", portEnv: "PORT"},
	{program: "remix-serve", port: 3000, portEnv: "PORT"},
	{program: "react-router-serve", port: 3000, portEnv: "PORT"},
	{program: "vite", sub: "preview", local: true, port: 4173, address: " --host ", ports: " --port ", files: viteFiles},
	{program: "vite", sub: "dev", local: true, port: 5173, address: " --host ", ports: " --port ", files: viteFiles},
	{program: "vite", sub: "-", local: true, port: 5173, address: " --host ", ports: " --port ", files: viteFiles},
	{program: "ng", sub: "serve", local: true, port: 4200, address: " --host ", ports: " --port ", files: []string{"angular.json"}},
	{program: "astro", sub: "preview", local: true, port: 4321, address: " --host ", ports: " --port ", files: astroFiles},
	{program: "astro", sub: "dev", local: true, port: 4321, address: " --host ", ports: " --port ", files: astroFiles},
	{program: "json-server", local: true, port: 3000, address: " --host -H -h ", ports: " --port -p ", portEnv: "PORT"},
	{program: "http-server", port: 8080, ports: " --port -p ", portEnv: "PORT"},
}

var (
	viteFiles  = []string{"vite.config.js", "vite.config.ts", "vite.config.mjs", "vite.config.mts"}
	astroFiles = []string{"astro.config.mjs", "astro.config.ts", "astro.config.js", "astro.config.mts"}
)

// inFront are programs of a start command behind which another listens.
const inFront = " nginx caddy haproxy traefik envoy supervisord s6-svscan litefs foreman overmind hivemind honcho pm2 pm2-runtime concurrently "

// startedServer is where the server of the start command listens by itself, in so
// far as neither the command, nor a variable, nor settings of its own may say.
func (sc *scanner) startedServer() (plan.Listen, bool) {
	commands := sc.startCommands()
	var all []string
	for _, c := range commands {
		all = append(all, commandWords(c.Text)...)
	}
	if slices.ContainsFunc(all, func(w string) bool { return inList(inFront, path.Base(w)) || w == "&" }) {
		return plan.Listen{}, false
	}
	for _, c := range commands {
		words := commandWords(c.Text)
		for i, w := range words {
			for _, s := range startServers {
				if path.Base(w) == s.program && s.runs(words[i+1:]) {
					if c.File != "" { // one of fly.toml is known by its text
						c.Text = shownCommand(c.Text)
					}
					return s.listen(sc, c, all)
				}
			}
		}
	}
	return plan.Listen{}, false
}

// runs says whether the words behind the program make it serve.
func (s startServer) runs(behind []string) bool {
	if s.sub == "-" {
		return len(behind) == 0 || strings.HasPrefix(behind[0], "-")
	}
	return s.sub == "" || slices.Contains(behind, s.sub)
}

func (s startServer) listen(sc *scanner, at plan.Evidence, words []string) (plan.Listen, bool) {
	env := environment{}
	if sc.image != nil {
		env = sc.image.runs.env
	}
	env = env.with(sc.opts.EnvPorts)
	variable := func(name string) bool { return env[name] != "" }
	_, either := flagIn(words, s.either)
	if either || slices.ContainsFunc(strings.Fields(s.either), variable) || slices.ContainsFunc(s.files, sc.inPackage) {
		return plan.Listen{}, false
	}
	address, told := flagIn(words, s.address)
	_, ported := flagIn(words, s.ports)
	if i := slices.Index(words, s.sub); s.plain && i+1 < len(words) && strings.ContainsAny(words[i+1], "0123456789$") {
		address, told, ported = words[i+1], strings.ContainsAny(words[i+1], ":$"), true
	}
	if told && localWord().MatchString(address) {
		return plan.Listen{Evidence: at, Local: true}, true
	}
	l := plan.Listen{Evidence: at, Local: s.local && !told && !slices.ContainsFunc(s.addressEnv, variable)}
	if !ported && !variable(s.portEnv) {
		l.Port = s.port
	}
	first := func(names ...string) string { return strings.Fields(strings.Join(names, " ") + " -")[0] }
	l.Unless = &plan.Default{Server: strings.TrimSpace(strings.TrimSuffix(s.program+" "+s.sub, "-")), Address: first(s.address), Port: first(s.ports, s.portEnv), Env: s.addressEnv}
	return l, l.Local || l.Port > 0
}

// localWord matches an address, with or without a port.
var localWord = lazy(`^(?:\w+://)?(?:127\.0\.0\.1|localhost|\[?::1\]?)(?::\S*)?$`)

// flagIn finds one of the flags among words, and its value.
func flagIn(words []string, flags string) (value string, ok bool) {
	for i, w := range words {
		name, value, joined := strings.Cut(w, "=")
		switch {
		case inList(flags, name) && joined:
			return value, true
		case inList(flags, name):
			return append(words[i+1:], "")[0], true
		case len(w) > 2 && w[0] == '-' && w[1] != '-' && inList(flags, w[:2]):
			return w[2:], true
		}
	}
	return "", false
}

// startCommands are the start command and the scripts of package.json behind it.
func (sc *scanner) startCommands() []plan.Evidence {
	var out []plan.Evidence
	for _, command := range sc.opts.Commands {
		out = append(out, plan.Evidence{Text: command})
	}
	if sc.processes() == "" && sc.image != nil {
		start := sc.image.runs.start
		out = []plan.Evidence{{File: sc.image.file, Line: start.line, Text: start.text()}}
	}
	dirs := append([]string{sc.context}, sc.extent.in...)
	for i := 0; i < len(out) && i < maxJSScripts; i++ {
		if next := sc.npmScript(out[i].Text, dirs); next.Text != "" {
			out = append(out, next)
		}
	}
	return out
}

// inPackage says whether a folder that the app is built from has the file.
func (sc *scanner) inPackage(name string) bool {
	return slices.ContainsFunc(append([]string{sc.context}, sc.extent.in...), func(dir string) bool { return fileExists(sc.root, path.Join(dir, name)) })
}
