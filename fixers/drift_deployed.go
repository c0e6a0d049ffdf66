package fixers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// deployedService is a service of the file, and what a deploy makes of it.
type deployedService struct {
	file service
	machineconfig.Service
}

// deployedServices are what a deploy writes to machines of the group.
func deployedServices(t plan.Target, group string) []deployedService {
	var out []deployedService
	for _, s := range servicesAsWritten(t.File) {
		if !slices.Contains(groupsServed(t.File, s.Processes), group) {
			continue
		}
		if d, err := s.deployed(); err == nil {
			out = append(out, deployedService{s, d})
		}
	}
	return out
}

// deployedChecks are the top-level checks that a deploy writes to machines of
// the group. One without a port takes that of http_service.
func deployedChecks(t plan.Target, group string) map[string]machineconfig.Check {
	checks := map[string]any{}
	for _, c := range topChecks(t.File) {
		if c.Name == "" || !slices.Contains(groupsOrDefault(t.File, c.Processes), group) {
			continue
		}
		n, _ := t.File.Get("http_service")
		if c.Port == 0 {
			c.Port = portNumber(n, "internal_port")
		}
		checks[c.Name] = c.wire(c.Port, time.Nanosecond)
	}
	cfg, err := machineconfig.Parse(asJSON(map[string]any{"checks": checks}))
	if err != nil {
		return nil
	}
	return cfg.Checks()
}

// deployed is the service as a machine has it after a deploy, in the parts that
// drift compares.
func (s service) deployed() (machineconfig.Service, error) {
	cfg, err := machineconfig.Parse(asJSON(map[string]any{"services": []any{s.wire()}}))
	if err != nil {
		return machineconfig.Service{}, err
	}
	return cfg.Services()[0], nil
}

// wire is the service as the API wants it, in the parts that drift compares.
func (s service) wire() map[string]any {
	w := map[string]any{"protocol": s.Protocol, "internal_port": s.InternalPort, "ports": s.wirePorts()}
	if word, ok := s.autostop(); ok {
		w["autostop"] = word
	}
	if n, ok := s.Node.Key("auto_start_machines"); ok {
		w["autostart"], _ = n.Bool()
	}
	if n, ok := s.Node.Key("min_machines_running"); ok {
		w["min_machines_running"], _ = n.Int()
	}
	n, _ := s.Node.Key("concurrency")
	limits := map[string]any{}
	if short, ok := n.Str(); ok { // "20,25" means connections
		soft, hard, _ := strings.Cut(short, ",")
		limits["soft_limit"], limits["hard_limit"] = whole(soft), whole(hard)
	}
	if kind, ok := str(n, "type"); ok {
		limits["type"] = kind
	}
	for _, key := range []string{"soft_limit", "hard_limit"} {
		if c, ok := n.Key(key); ok {
			limits[key], _ = c.Int()
		}
	}
	w["concurrency"] = limits
	unit := time.Millisecond // what an integer means in [[services]]
	if s.HTTPService {
		unit = time.Nanosecond
	}
	var checks []any
	for _, c := range s.Checks {
		checks = append(checks, c.wire(s.InternalPort, unit))
	}
	w["checks"] = checks
	return w
}

func whole(s string) int64 {
	v, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return 0
	}
	return v
}

func (s service) wirePorts() []any {
	var out []any
	entry := func(p port, force flytoml.Node) {
		e := map[string]any{"handlers": p.Handlers}
		if first, last := firstPort(p.Name), lastPort(p.Name); first == last {
			e["port"] = first
		} else {
			e["start_port"], e["end_port"] = first, last
		}
		e["force_https"], _ = force.Bool()
		out = append(out, e)
	}
	if s.HTTPService {
		force, _ := s.Node.Key("force_https")
		entry(s.Ports[0], force)
		entry(s.Ports[1], flytoml.Node{})
		return out
	}
	list, _ := s.Node.Key("ports")
	for _, p := range s.Ports {
		force := flytoml.Node{}
		for _, n := range list.Items() {
			if portNumber(n, "port") == firstPort(p.Name) {
				force, _ = n.Key("force_https")
			}
		}
		entry(p, force)
	}
	return out
}

// wire is the check as a machine has it; unit is what an integer duration
// means where the check stands.
func (c fileCheck) wire(port int, unit time.Duration) map[string]any {
	w := map[string]any{"type": c.Type, "port": port}
	for _, key := range c.Node.Keys() {
		n, _ := c.Node.Key(key)
		switch key {
		case "interval", "timeout", "grace_period":
			if v, ok := n.Int(); ok {
				w[key] = (time.Duration(v) * unit).String()
				continue
			}
			w[key], _ = n.Str()
		case "method", "path", "protocol", "tls_server_name":
			w[key], _ = n.Str()
		case "tls_skip_verify":
			w[key], _ = n.Bool()
		case "headers":
			headers, ok := wireHeaders(n)
			if !ok {
				headers = headerList(n)
			}
			w[key] = headers
		}
	}
	return w
}

// headerList reads the other form of headers: [[...headers]] with name and
// value.
func headerList(n flytoml.Node) []map[string]any {
	var out []map[string]any
	for _, item := range n.Items() {
		name, ok := str(item, "name")
		value, _ := str(item, "value")
		if ok {
			out = append(out, map[string]any{"name": name, "values": []string{value}})
		}
	}
	return out
}

// deployedEnv are the env entries of the file as flyctl prints them; known is
// false for a value whose spelling on a machine isn't.
func deployedEnv(t plan.Target) map[string]envText {
	out := map[string]envText{}
	env, _ := t.File.Get("env")
	for _, item := range env.Items() {
		for _, name := range item.Keys() {
			n, _ := item.Key(name)
			e := envText{key: n.Path()}
			switch v := n.Value().(type) {
			case string:
				e.text, e.known = v, true
			case int64, bool:
				e.text, e.known = string(asJSON(v)), true
			}
			out[name] = e
		}
	}
	if home, ok := t.File.Get("primary_region"); ok {
		if code, isString := home.Str(); isString && code != "" {
			out["PRIMARY_REGION"] = envText{key: "primary_region", text: code, known: true}
		}
	}
	return out
}

type envText struct {
	key   string
	text  string // never shown
	known bool
}
