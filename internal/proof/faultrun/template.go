package faultrun

import (
	"fmt"
	"strings"
)

// The parts of a fly.toml. A line with SECRETS stands for the entries whose
// values must go nowhere but to the secrets endpoint.
const (
	fileHead = `# The shop. Ask ops before you change this.
app = "shop"
primary_region = "iad"
`
	fileEnv = `
[env]
  PORT = "8080"
SECRETS`
	fileEnvInline = `env = { PORT = "8080", INLINE }
`
	fileHTTP = `
[http_service]
  internal_port = 8080   # express
SETTINGS`
	fileServices = `
[[services]]
  protocol = "tcp"
  internal_port = 8080
SETTINGS  [[services.ports]]
    port = 80
    handlers = ["http"]
  [[services.ports]]
    port = 443
    handlers = ["http", "tls"]
`
	fileProcesses = `
[processes]
  app = "node server.js"
  worker = "node worker.js"
`
	// In every third file: the volumes of such an app have too few snapshots.
	fileMounts = `
[mounts]
  source = "data"
  destination = "/data"
`
	fileTail = `
# kept: the last line of all
`
)

// drawFile makes the file and its secrets. The values have the seed in them:
// text that stands nowhere else.
func (w *world) drawFile() {
	// Long enough that no digest or base64 text of something else has it in it.
	mark := fmt.Sprintf("cnry%06x", w.seed&0xffffff)
	w.mark = mark
	if w.rng.IntN(8) != 0 {
		w.values["DATABASE_URL"] = "postgres://shop:" + mark + "url@db.internal:5432/shop"
	}
	if w.chance(2) {
		w.values["SESSION_SECRET"] = mark + "-session-9a44"
	}
	w.drawSecretSpace()
	var lines, inline []string
	for _, name := range []string{"DATABASE_URL", "SESSION_SECRET"} {
		if v, ok := w.values[name]; ok {
			lines = append(lines, fmt.Sprintf("  %s = %q  # goes with it\n", name, v))
			inline = append(inline, fmt.Sprintf("%s = %q", name, v))
		}
	}
	env := strings.Replace(fileEnv, "SECRETS", strings.Join(lines, ""), 1)
	head := fileHead
	w.kind = pick(w, "http", "http", "services", "groups", "inline")
	service := fileHTTP
	switch w.kind {
	case "services":
		service = fileServices
	case "groups":
		service = fileProcesses + strings.Replace(fileHTTP, "SETTINGS", "  processes = [\"app\"]\nSETTINGS", 1)
	case "inline":
		if len(inline) > 0 {
			head, env = head+strings.Replace(fileEnvInline, "INLINE", strings.Join(inline, ", "), 1), ""
		}
	}
	w.drawService()
	w.before = head + env + strings.Replace(service, "SETTINGS", w.service.lines(w.kind == "services"), 1)
	if w.chance(4) {
		w.before += "\n[deploy]\n  strategy = \"immediate\" # fast\n"
	}
	if w.seed%3 == 0 {
		w.before += fileMounts
	}
	w.before += fileTail
	switch w.rng.IntN(6) {
	case 0:
		w.kind += " crlf"
		w.before = strings.ReplaceAll(w.before, "\n", "\r\n")
	case 1:
		w.kind += " no-last-newline"
		w.before = strings.TrimRight(w.before, "\n")
	}
}

// ourLine says whether a line is one that the fixes of these files add.
func ourLine(line string) bool {
	line = strings.TrimSpace(line)
	for _, start := range []string{
		"[[http_service.checks]]", "[[services.http_checks]]", "[[services.tcp_checks]]", "[[http_service.tcp_checks]]", "[checks", "type = ", "port = ",
		"method = ", "path = ", "interval = ", "timeout = ", "grace_period = ", "processes = [", "protocol = ", "[experimental]", "auto_rollback = ", "[deploy]", "strategy = ",
		"force_https = ", "auto_stop_machines = ", "auto_start_machines = ", "min_machines_running = ", "[http_service.concurrency]", "[services.concurrency]",
		"soft_limit = ", "hard_limit = ",
	} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return line == ""
}

// onlyNamed says which line of the file was changed that no fix names; "" when
// none was. Lines with a secret may go, lines of ours may come; of all others
// each must be there, in its order, to the byte.
func (w *world) onlyNamed(after string) string {
	old, now := strings.SplitAfter(w.before, "\n"), strings.SplitAfter(after, "\n")
	for len(old) > 0 {
		switch {
		case len(now) > 0 && now[0] == old[0]:
			old, now = old[1:], now[1:]
		case len(now) > 0 && len(old) == 1 && strings.TrimRight(now[0], "\r\n") == old[0]:
			old, now = nil, now[1:] // the last line got its newline
		case w.mayGo(old[0]):
			old = old[1:]
		case len(now) > 0 && (ourLine(now[0]) || strings.HasPrefix(now[0], "env = {")):
			now = now[1:]
		default:
			return strings.TrimSpace(old[0])
		}
	}
	for _, l := range now {
		if !ourLine(l) {
			return "added: " + strings.TrimSpace(l)
		}
	}
	return ""
}

func (w *world) mayGo(line string) bool {
	for _, v := range w.values {
		if strings.Contains(line, v) {
			return true
		}
	}
	key, _, _ := strings.Cut(strings.TrimSpace(line), " = ")
	switch key {
	case "force_https", "auto_stop_machines", "auto_start_machines", "min_machines_running":
		return true // one of ours comes for it
	}
	return strings.Contains(line, `strategy = "immediate"`)
}
