package shortform

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// config is a machine of the group, as a deploy of the file leaves it. It is
// written for fixtures of ordinary files, and shares no code with what rules
// know of a deploy: a fault there must show.
func (p *parser) config(group string) any {
	env := map[string]any{}
	if table, ok := p.file["env"].(map[string]any); ok {
		for k, v := range table {
			env[k] = fmt.Sprint(v)
		}
	}
	config := map[string]any{
		"env": env,
		// required_host_features stands for what a newer platform adds.
		"guest": map[string]any{"cpu_kind": "shared", "cpus": 1, "memory_mb": 256, "required_host_features": []string{"kept"}},
	}
	var services []any
	if s, ok := p.file["http_service"].(map[string]any); ok && serves(s, group) {
		services = append(services, httpService(s))
	}
	for _, s := range tables(p.file["services"]) {
		if serves(s, group) {
			services = append(services, service(s))
		}
	}
	if len(services) > 0 {
		config["services"] = services
	}
	plain, err := plainJSON(config)
	if err != nil {
		panic("shortform: " + err.Error()) // it was TOML, which JSON can say
	}
	return plain
}

func serves(s map[string]any, group string) bool {
	processes, ok := s["processes"].([]any)
	return !ok || len(processes) == 0 || slices.Contains(processes, any(group))
}

func httpService(s map[string]any) map[string]any {
	out := common(s)
	web := map[string]any{"port": 80, "handlers": []string{"http"}}
	if s["force_https"] == true {
		web["force_https"] = true
	}
	out["ports"] = []any{web, map[string]any{"port": 443, "handlers": []string{"http", "tls"}}}
	if checks := checksOf(s, "checks", "http"); len(checks) > 0 {
		out["checks"] = checks
	}
	return out
}

func service(s map[string]any) map[string]any {
	out := common(s)
	if ports, ok := s["ports"]; ok {
		out["ports"] = ports
	}
	if protocol, ok := s["protocol"]; ok {
		out["protocol"] = protocol
	}
	if checks := append(checksOf(s, "tcp_checks", "tcp"), checksOf(s, "http_checks", "http")...); len(checks) > 0 {
		out["checks"] = checks
	}
	return out
}

func common(s map[string]any) map[string]any {
	out := map[string]any{"protocol": "tcp", "internal_port": s["internal_port"]}
	for from, to := range map[string]string{
		"auto_start_machines": "autostart", "min_machines_running": "min_machines_running", "concurrency": "concurrency",
	} {
		if v, ok := s[from]; ok {
			out[to] = v
		}
	}
	switch v := s["auto_stop_machines"]; v {
	case nil:
	case true:
		out["autostop"] = "stop"
	case false:
		out["autostop"] = "off"
	default:
		out["autostop"] = v
	}
	return out
}

func checksOf(s map[string]any, key, kind string) []any {
	var out []any
	for _, c := range tables(s[key]) {
		check := maps.Clone(c)
		check["type"], check["port"] = kind, s["internal_port"]
		if headers, ok := c["headers"].(map[string]any); ok {
			var list []any
			for _, name := range slices.Sorted(maps.Keys(headers)) {
				list = append(list, map[string]any{"name": name, "values": []any{headers[name]}})
			}
			check["headers"] = list
		}
		out = append(out, check)
	}
	return out
}

// tables are the entries of an array of tables, or the one table.
func tables(v any) []map[string]any {
	switch v := v.(type) {
	case map[string]any:
		return []map[string]any{v}
	case []any:
		var out []map[string]any
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				out = append(out, m)
			}
		}
		return out
	}
	return nil
}

func plainJSON(v any) (any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out any
	return out, json.Unmarshal(raw, &out)
}
