package fixers

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// commandOf is the command of a process group as the file has it; "" where the
// image's own runs.
func commandOf(f *flytoml.File, group string) string {
	s, _ := deployed.Read(f).Get("processes").Key(group).Str()
	return s
}

// serverWords are programs and arguments of commands that listen.
const serverWords = " gunicorn uvicorn hypercorn daphne waitress waitress-serve uwsgi granian puma unicorn thin falcon passenger rackup nginx caddy httpd apache2 " +
	"apache2-foreground php-fpm frankenphp octane octane:start roadrunner traefik envoy haproxy serve http-server server web www api httpd runserver runserver_plus " +
	"phx.server http grpc streamlit gradio flask fastapi next nuxt remix-serve vite-node serve:ssr postgres redis-server websocket ws "

// serverFlags give a port or an address to listen at.
const serverFlags = " -p --port -b --bind -l --listen --host --http --addr --address --server-port -S "

// workerWords are programs and arguments of commands that work off a queue, or
// run things by the clock, and listen on nothing.
const workerWords = " sidekiq celery arq rq rqworker dramatiq huey huey_consumer taskiq procrastinate resque good_job solid_queue delayed_job que shoryuken sneakers jobs job " +
	"worker workers consumer consumers queue:work queue:listen horizon schedule:work messenger:consume oban broadway faktory asynq machinery bullmq graphile-worker pg-boss " +
	"temporal-worker cron crond supercronic scheduler beat clock clockwork ticker bot "

// worksOnly says whether a group only works and listens on nothing, as far as its
// command tells, or else its name: nil for one that may listen.
func worksOnly(t plan.Target, group string) (plan.Evidence, bool) {
	command := commandOf(t.File, group)
	if command == "" {
		command = liveCommand(t, group)
	}
	if command == "" || listens(command) {
		return plan.Evidence{}, false
	}
	seen := plan.Evidence{Text: group + " runs " + command}
	if n, ok := t.File.Get(flytoml.Join("processes", group)); ok {
		seen = plan.Evidence{File: t.File.Name(), Line: n.Position().Line, Text: group + " = " + quote(command)}
	}
	for _, w := range wordsOf(command) {
		if isOneOf(workerWords, w) {
			return seen, true
		}
	}
	for _, part := range strings.FieldsFunc(strings.ToLower(group), func(r rune) bool { return r == '-' || r == '_' }) {
		if isOneOf(workerWords, part) {
			return seen, true
		}
	}
	return plan.Evidence{}, false
}

// liveCommand is what the machines of the group were told to run.
func liveCommand(t plan.Target, group string) string {
	if t.App == nil {
		return ""
	}
	i := slices.IndexFunc(t.App.Machines, func(m live.Machine) bool { return m.Group() == group && len(m.Config.Command()) > 0 })
	if i < 0 {
		return ""
	}
	return strings.Join(t.App.Machines[i].Config.Command(), " ")
}

// listens says whether a command names a server, or a port to listen at.
func listens(command string) bool {
	if strings.Contains(command, "$PORT") || strings.Contains(command, "${PORT") {
		return true
	}
	for _, w := range wordsOf(command) {
		flag, _, _ := strings.Cut(w, "=")
		if isOneOf(serverWords, w) || isOneOf(serverFlags, flag) {
			return true
		}
	}
	return false
}

// wordsOf are the words of a command, and the parts of those that are paths or
// names of modules: bin/worker.js, app.jobs:main.
func wordsOf(command string) []string {
	var out []string
	for _, w := range strings.Fields(command) {
		w = strings.ToLower(strings.Trim(w, `"'`))
		out = append(out, w)
		base := path.Base(w)
		for _, end := range []string{".js", ".ts", ".mjs", ".py", ".rb", ".sh", ".php", ".exs"} {
			base = strings.TrimSuffix(base, end)
		}
		if base != w && !strings.HasPrefix(w, "-") {
			out = append(out, base)
			out = append(out, strings.FieldsFunc(base, func(r rune) bool { return strings.ContainsRune("-_.:", r) })...)
		}
	}
	return out
}

func isOneOf(list, word string) bool { return word != "" && strings.Contains(list, " "+word+" ") }

// workersOf are the groups of a service that listen on nothing, servingOf the
// others.
func workersOf(t plan.Target, s service) []string {
	return slices.DeleteFunc(slices.Clone(groupsServed(t.File, s.Processes)), func(g string) bool { _, works := worksOnly(t, g); return !works })
}

// onlyListed says whether the service names a group that listens on nothing
// beside one that serves: what it is for is the other.
func onlyListed(t plan.Target, s service, group string) bool {
	return slices.Contains(workersOf(t, s), group) && len(servingOf(t, s)) > 0
}

func servingOf(t plan.Target, s service) []string {
	return slices.DeleteFunc(slices.Clone(groupsServed(t.File, s.Processes)), func(g string) bool { _, works := worksOnly(t, g); return works })
}
