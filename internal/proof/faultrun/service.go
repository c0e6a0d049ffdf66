package faultrun

import "fmt"

// service is what a fly.toml says of its service besides the port, and what
// the machines have, because they were deployed of it. "" and nil: not said.
type service struct {
	https      *bool
	stop       string
	start      *bool
	min        *int
	concurrent bool
}

func (w *world) drawService() {
	yes, no, zero, one := true, false, 0, 1
	w.service = service{
		https: pick(w, &yes, &yes, &no, nil), stop: pick(w, "off", "off", "", "stop", "suspend"),
		start: pick(w, &yes, nil, nil, &no), min: pick(w, nil, nil, &zero, &one), concurrent: w.chance(3),
	}
}

// lines are those of the file.
func (s service) lines(isServices bool) (text string) {
	if s.https != nil && !isServices { // there it is a port's
		text += fmt.Sprintf("  force_https = %v\n", *s.https)
	}
	if s.stop != "" {
		text += fmt.Sprintf("  auto_stop_machines = %q\n", s.stop)
	}
	if s.start != nil {
		text += fmt.Sprintf("  auto_start_machines = %v # by the proxy\n", *s.start)
	}
	if s.min != nil {
		text += fmt.Sprintf("  min_machines_running = %d\n", *s.min)
	}
	if s.concurrent {
		table := "http_service"
		if isServices {
			table = "services"
		}
		text += "  [" + table + ".concurrency]\n    type = \"requests\"\n    soft_limit = 20\n    hard_limit = 25\n"
	}
	return text
}

// config is the service of a machine, with fields that nobody knows.
func (s service) config() map[string]any {
	plain := map[string]any{"port": 80, "handlers": []string{"http"}}
	if s.https != nil && *s.https {
		plain["force_https"] = true
	}
	cfg := map[string]any{
		"protocol": "tcp", "internal_port": 8080, "later": "kept",
		"ports": []any{plain, map[string]any{"port": 443, "handlers": []string{"http", "tls"}}},
	}
	if s.stop != "" {
		cfg["autostop"] = s.stop
	}
	if s.start != nil {
		cfg["autostart"] = *s.start
	}
	if s.min != nil {
		cfg["min_machines_running"] = *s.min
	}
	if s.concurrent {
		cfg["concurrency"] = map[string]any{"type": "requests", "soft_limit": 20, "hard_limit": 25}
	}
	return cfg
}
