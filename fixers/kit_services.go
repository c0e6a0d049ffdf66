package fixers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// service is one service of fly.toml, http_service or an entry of services.
type service struct {
	Path         string // http_service, services[0]
	HTTPService  bool
	Protocol     string
	InternalPort int // 0: not said, or not a port
	Ports        []port
	Processes    []string // as written; empty: flyctl's default group
	Checks       []fileCheck
	Node         flytoml.Node
}

// port is one public port, or a range, of a service.
type port struct {
	Name     string // "80", "1000-2000"
	Handlers []string
}

// key is how the service is found on a machine.
func (s service) key() machineconfig.ServiceKey {
	k := machineconfig.ServiceKey{Protocol: s.Protocol, InternalPort: s.InternalPort}
	for _, p := range s.Ports {
		k.Ports = append(k.Ports, p.Name)
	}
	slices.SortFunc(k.Ports, func(a, b string) int { return firstPort(a) - firstPort(b) })
	return k
}

// firstPort is 1000 of "1000-2000".
func firstPort(name string) int {
	first, _, _ := strings.Cut(name, "-")
	n, _ := strconv.Atoi(first)
	return n
}

// lastPort is 2000 of "1000-2000".
func lastPort(name string) int {
	_, last, isRange := strings.Cut(name, "-")
	if !isRange {
		last = name
	}
	return firstPort(last)
}

// handler says whether any port has the handler.
func (s service) handler(name string) bool {
	return slices.ContainsFunc(s.Ports, func(p port) bool { return slices.Contains(p.Handlers, name) })
}

// onWeb says whether a port is 80 or 443.
func (s service) onWeb() bool {
	return slices.ContainsFunc(s.Ports, func(p port) bool { return p.Name == "80" || p.Name == "443" })
}

// isPublic says whether people reach the service over HTTP or TLS. A worker has
// no service at all and needs no check; nobody can check UDP.
func isPublic(s service) bool {
	return s.Protocol == "tcp" && (s.handler("http") || s.handler("tls") || s.onWeb())
}

// autostop is off, stop or suspend, as flyctl reads auto_stop_machines (true is
// stop, false and no key are off), or as it will read what config-shape makes
// of it; ok is false for anything else.
func (s service) autostop() (word string, ok bool) {
	n, found := s.Node.Key("auto_stop_machines")
	if !found {
		return "off", true
	}
	if b, isBool := n.Bool(); isBool {
		if b {
			return "stop", true
		}
		return "off", true
	}
	switch v, _ := n.Str(); strings.ToLower(v) {
	case "off", "stop", "suspend":
		return strings.ToLower(v), true
	case "on", "true", "yes":
		return "stop", true
	case "false", "no":
		return "off", true
	}
	return "", false
}

// stops says whether idle machines of the service are stopped or suspended.
func (s service) stops() bool {
	word, ok := s.autostop()
	return ok && word != "off"
}

// minMachines is min_machines_running, 0 when missing; known is false when it
// is no number.
func (s service) minMachines() (n int, known bool) {
	node, found := s.Node.Key("min_machines_running")
	v, isInt := node.Int()
	return int(v), !found || isInt
}

// services are the services that rules speak about: all but an entry that
// only repeats http_service, which conflicting-services takes away.
func services(f *flytoml.File) []service {
	all := servicesAsWritten(f)
	if len(all) < 2 || !mayDuplicate(all[0], all[len(all)-1]) {
		return all
	}
	if last := all[len(all)-1]; len(notCovered(f, all[0], last)) == 0 {
		return all[:len(all)-1]
	}
	return all
}

// servicesAsWritten are all services in the order of the file, http_service first.
func servicesAsWritten(f *flytoml.File) []service {
	var out []service
	if n, ok := f.Get("http_service"); ok && n.Kind() == flytoml.Table {
		s := service{
			Path: n.Path(), HTTPService: true, Protocol: "tcp", Node: n,
			// http_service always means these two (flyctl, August 2026).
			Ports:     []port{{"80", []string{"http"}}, {"443", []string{"http", "tls"}}},
			Processes: processesOf(f, n),
		}
		s.InternalPort = portNumber(n, "internal_port")
		s.addChecks("checks", "")
		out = append(out, s)
	}
	n, _ := f.Get("services")
	for _, n := range n.Items() {
		s := service{Path: n.Path(), Protocol: "tcp", Node: n, Processes: processesOf(f, n)}
		if p, ok := str(n, "protocol"); ok {
			s.Protocol = p
		}
		s.InternalPort = portNumber(n, "internal_port")
		s.Ports = publicPorts(n)
		s.addChecks("http_checks", "http")
		s.addChecks("tcp_checks", "tcp")
		out = append(out, s)
	}
	return out
}

// processesOf are the process groups that a service names, or those that
// config-shape gives one that flyctl refuses because it names none, or not as an
// array.
func processesOf(f *flytoml.File, n flytoml.Node) []string {
	if list := strs(n, "processes"); len(list) > 0 {
		return list
	}
	if said, ok := str(n, "processes"); ok {
		return []string{said}
	}
	for _, note := range deployed.Read(f).Notes {
		if note.Kind == deployed.NoGroup && note.Node.Path() == n.Path() && note.Repair != nil {
			return note.Groups
		}
	}
	return nil
}

func publicPorts(n flytoml.Node) []port {
	list, _ := n.Key("ports")
	var out []port
	for _, n := range list.Items() {
		p := port{Handlers: strs(n, "handlers")}
		if v := portNumber(n, "port"); v != 0 {
			p.Name = strconv.Itoa(v)
		} else if a, b := portNumber(n, "start_port"), portNumber(n, "end_port"); a != 0 || b != 0 {
			p.Name = strconv.Itoa(a) + "-" + strconv.Itoa(b)
		}
		if p.Name != "" {
			out = append(out, p)
		}
	}
	return out
}

// isStray says whether s is made of checks alone, which were meant for another
// service: the heading [[services]] above them is missing.
func isStray(s service, all []service) bool {
	return s.Path == "services" && s.InternalPort == 0 && len(s.Ports) == 0 && all[0].HTTPService
}

func samePort(t plan.Target, a, b service) bool {
	return a.InternalPort == b.InternalPort &&
		overlap(groupsServed(t.File, a.Processes), groupsServed(t.File, b.Processes))
}

// plainPort is where the service's port 80 with the http handler is written,
// and the path of its force_https.
func plainPort(s service) (n flytoml.Node, path string, ok bool) {
	if s.HTTPService {
		return s.Node, s.Path + ".force_https", true
	}
	list, _ := s.Node.Key("ports")
	for _, n := range list.Items() {
		if portNumber(n, "port") == 80 && slices.Contains(strs(n, "handlers"), "http") && !slices.Contains(strs(n, "handlers"), "tls") {
			return n, n.Path() + ".force_https", true
		}
	}
	return flytoml.Node{}, "", false
}
