package machineconfig

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Service is one service of a machine.
type Service struct {
	Key         ServiceKey
	Ports       []Port
	Checks      []Check
	Autostop    string // off, stop, suspend; "" when not said
	Autostart   *bool  // nil when not said
	MinMachines *int   // min_machines_running; nil when not said
	Concurrency Concurrency
}

// Port is one port, or one range of ports, that a service is reached at.
type Port struct {
	Port       string // "80", "1000-2000"
	Handlers   []string
	ForceHTTPS bool
}

// Concurrency are a service's limits; 0 is no limit said.
type Concurrency struct {
	Type      string // connections, requests
	SoftLimit int
	HardLimit int
}

// Services are the machine's services, in the machine's order.
func (c Config) Services() []Service {
	var out []Service
	for _, raw := range objects(c.root["services"]) {
		s := Service{Key: serviceKey(raw)}
		for _, p := range objects(raw["ports"]) {
			force, _ := p["force_https"].(bool)
			s.Ports = append(s.Ports, Port{Port: portName(p), Handlers: stringList(p["handlers"]), ForceHTTPS: force})
		}
		for _, ch := range objects(raw["checks"]) {
			s.Checks = append(s.Checks, readCheck(ch, s.Key.InternalPort))
		}
		s.Autostop, _ = autostopWord(raw["autostop"])
		if b, ok := raw["autostart"].(bool); ok {
			s.Autostart = &b
		}
		if n, ok := raw["min_machines_running"].(json.Number); ok {
			i := intOf(n)
			s.MinMachines = &i
		}
		if limits, ok := raw["concurrency"].(map[string]any); ok {
			s.Concurrency.Type, _ = limits["type"].(string)
			s.Concurrency.SoftLimit = intOf(limits["soft_limit"])
			s.Concurrency.HardLimit = intOf(limits["hard_limit"])
		}
		out = append(out, s)
	}
	return out
}

// serviceKey is what a raw service is found by.
func serviceKey(raw map[string]any) ServiceKey {
	k := ServiceKey{InternalPort: intOf(raw["internal_port"])}
	k.Protocol, _ = raw["protocol"].(string)
	for _, p := range objects(raw["ports"]) {
		k.Ports = append(k.Ports, portName(p))
	}
	return k.normal()
}

// portName is "80" for a port and "1000-2000" for a range.
func portName(raw map[string]any) string {
	if n := intOf(raw["port"]); n != 0 {
		return strconv.Itoa(n)
	}
	start, end := intOf(raw["start_port"]), intOf(raw["end_port"])
	if start == end {
		return strconv.Itoa(start)
	}
	return fmt.Sprintf("%d-%d", start, end)
}

// normal has the protocol filled in (tcp), and the ports sorted by number.
func (k ServiceKey) normal() ServiceKey {
	k.Protocol = strings.ToLower(cmp.Or(k.Protocol, "tcp"))
	k.Ports = slices.Clone(k.Ports)
	slices.SortFunc(k.Ports, func(a, b string) int {
		return cmp.Or(cmp.Compare(firstPort(a), firstPort(b)), cmp.Compare(a, b))
	})
	return k
}

func firstPort(p string) int {
	first, _, _ := strings.Cut(p, "-")
	n, _ := strconv.Atoi(first)
	return n
}

func (k ServiceKey) equal(o ServiceKey) bool {
	return k.Protocol == o.Protocol && k.InternalPort == o.InternalPort && slices.Equal(k.Ports, o.Ports)
}

// Equal says whether two keys find the same service, whatever the order of
// their ports.
func (k ServiceKey) Equal(o ServiceKey) bool { return k.normal().equal(o.normal()) }

// String is "tcp 8080 (80, 443)".
func (k ServiceKey) String() string {
	k = k.normal()
	s := fmt.Sprintf("%s %d", k.Protocol, k.InternalPort)
	if len(k.Ports) > 0 {
		s += " (" + strings.Join(k.Ports, ", ") + ")"
	}
	return s
}
