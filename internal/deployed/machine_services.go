package deployed

import (
	"slices"
	"strconv"
	"strings"
)

func itoa(i int) string { return strconv.Itoa(i) }

func (b *builder) services() {
	var out []any
	b.from(b.c.Get("services"), "services")
	for _, s := range b.c.Services() {
		if !b.c.In(b.group, s.Processes) {
			continue
		}
		i := itoa(len(out))
		b.from(s.Value, "services", i)
		m := map[string]any{}
		copyKeys(m, s.Value, "protocol", "internal_port", "auto_start_machines=autostart", "min_machines_running", "concurrency")
		for key, to := range map[string]string{"internal_port": "internal_port", "auto_start_machines": "autostart", "auto_stop_machines": "autostop", "min_machines_running": "min_machines_running", "concurrency": "concurrency"} {
			if v := s.Key(key); v.Said() {
				b.from(v, "services", i, to)
			}
		}
		if word, ok := s.Key("auto_stop_machines").Str(); ok {
			m["autostop"] = map[string]any{"off": false, "stop": true, "suspend": "suspend"}[word]
		}
		if s.HTTP {
			m["protocol"] = "tcp"
			m["ports"] = httpPorts(s.Value)
			if v := s.Key("force_https"); v.Said() {
				b.from(v, "services", i, "ports", "0", "force_https")
			}
		} else {
			b.ports(m, s, i)
		}
		var checks []any
		for j, c := range s.Checks() {
			b.from(c, "services", i, "checks", itoa(j))
			kind := "http"
			if !s.HTTP && j < len(s.Key("tcp_checks").Items()) {
				kind = "tcp"
			}
			checks = append(checks, check(c, kind))
		}
		if checks != nil {
			m["checks"] = checks
		}
		out = append(out, m)
	}
	if out != nil {
		b.doc["services"] = out
	}
}

// httpPorts are those that http_service always means.
func httpPorts(s Value) []any {
	plain := map[string]any{"port": 80, "handlers": []string{"http"}}
	copyKeys(plain, s, "force_https", "http_options")
	secure := map[string]any{"port": 443, "handlers": []string{"http", "tls"}}
	copyKeys(secure, s, "http_options", "tls_options")
	return []any{plain, secure}
}

func (b *builder) ports(m map[string]any, s Service, i string) {
	var out []any
	b.from(s.Key("ports"), "services", i, "ports")
	for j, p := range s.Key("ports").Items() {
		e := map[string]any{}
		copyKeys(e, p, "port", "start_port", "end_port", "handlers", "force_https", "tls_options", "http_options", "proxy_proto_options")
		b.from(p, "services", i, "ports", itoa(j))
		out = append(out, e)
	}
	if out != nil {
		m["ports"] = out
	}
}

// check is one as a machine has it.
func check(v Value, kind string) map[string]any {
	m := map[string]any{"type": kind}
	copyKeys(m, v, "interval", "timeout", "grace_period", "method", "path", "protocol", "tls_skip_verify", "tls_server_name", "port")
	names := v.Key("headers").Keys()
	slices.Sort(names)
	var headers []any
	for _, name := range names {
		text, _ := v.Key("headers").Key(name).Str()
		headers = append(headers, map[string]any{"name": name, "values": []string{text}})
	}
	if headers != nil {
		m["headers"] = headers
	}
	return m
}

// checks are the top-level ones. One without a port takes that of the group's
// http_service, or the deploy fails.
func (b *builder) checks() {
	out := map[string]any{}
	table := b.c.Get("checks")
	b.from(table, "checks")
	for _, name := range table.Keys() {
		v := table.Key(name)
		if !b.c.In(b.group, v.Key("processes")) {
			continue
		}
		kind, _ := v.Key("type").Str()
		m := check(v, kind)
		if method, ok := v.Key("method").Str(); ok {
			m["method"] = strings.ToUpper(method)
		}
		if !v.Key("port").Said() {
			http := b.c.Get("http_service")
			if !http.Said() || !b.c.In(b.group, http.Key("processes")) {
				b.fail(Failure{Kind: NoCheckPort, Value: v, Takes: "a port", Repair: b.c.portRepair(b.group, v)})
				continue
			}
			m["port"] = 0
			copyKeys(m, http, "internal_port=port")
		}
		out[name] = m
		b.from(v, "checks", name)
	}
	if len(out) > 0 {
		b.doc["checks"] = out
	}
}

// portRepair gives a check the port of the one service of its group.
func (c *Config) portRepair(group string, check Value) *Repair {
	var ports []int
	for _, s := range c.Services() {
		if port, ok := s.Key("internal_port").Int(); ok && c.In(group, s.Processes) && !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	if len(ports) != 1 {
		return nil
	}
	return likely("it is the port of the group's only service", set(check.Path()+".port", itoa(ports[0])))
}
