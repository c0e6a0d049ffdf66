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

// service is one service of fly.toml, http_service or an entry of services, as
// its author means it. Key gives a value of it.
type service struct {
	deployed.Value
	Path         string // http_service, services[0]
	HTTPService  bool
	Protocol     string
	InternalPort int // 0: not said, or not a port
	Ports        []port
	Processes    []string // as written; empty: flyctl's default group
	Checks       []fileCheck
}

// port is one public port, or a range, of a service.
type port struct {
	Name     string // "80", "1000-2000"
	Handlers []string
}

// liveKey is how the service is found on a machine.
func (s service) liveKey() machineconfig.ServiceKey {
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

// autostop is off, stop or suspend; ok is false for what can't be read.
func (s service) autostop() (word string, ok bool) {
	v := s.Key("auto_stop_machines")
	if !v.Said() {
		return "off", true
	}
	return v.Str()
}

// stops says whether idle machines of the service are stopped or suspended.
func (s service) stops() bool {
	word, ok := s.autostop()
	return ok && word != "off"
}

// minMachines is min_machines_running, 0 when missing; known is false when it
// can't be read.
func (s service) minMachines() (n int, known bool) {
	v := s.Key("min_machines_running")
	n, known = v.Int()
	return n, known || !v.Said()
}

// services are the services that rules speak about: all but an entry that
// only repeats http_service, which conflicting-services takes away.
func services(f *flytoml.File) []service {
	return once(f, "services", servicesOnce)
}

func servicesOnce(f *flytoml.File) []service {
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
	return once(f, "services as written", readServices)
}

func readServices(f *flytoml.File) []service {
	var out []service
	c := deployed.Read(f)
	for _, v := range c.Meant().Services() {
		if v.HTTP && v.Mistyped() || !v.HTTP && len(v.Keys()) == 0 { // [services.web] has no key of a service itself
			continue
		}
		s := service{Value: v.Value, Path: v.Path(), HTTPService: v.HTTP, Protocol: "tcp"}
		s.InternalPort = portAt(v.Key("internal_port"))
		s.Processes = meantProcesses(c, v)
		if v.HTTP { // which always means these two (flyctl, August 2026)
			s.Ports = []port{{"80", []string{"http"}}, {"443", []string{"http", "tls"}}}
			s.addChecks("checks", "http")
		} else {
			if p, ok := v.Key("protocol").Str(); ok {
				s.Protocol = p
			}
			s.Ports = publicPorts(v.Value)
			s.addChecks("http_checks", "http")
			s.addChecks("tcp_checks", "tcp")
		}
		out = append(out, s)
	}
	return out
}

// meantProcesses are the process groups that a service names, or those that
// config-shape gives to one that flyctl refuses because it names none.
func meantProcesses(c *deployed.Config, s deployed.Service) []string {
	if list, _ := s.Processes.Strs(); len(list) > 0 {
		return list
	}
	for _, note := range c.Notes {
		if note.Kind == deployed.NoGroup && note.Node.Path() == s.Path() && note.Repair != nil {
			return note.Groups
		}
	}
	return nil
}

// portAt is a port number, 0 for anything else.
func portAt(v deployed.Value) int {
	n, _ := v.Int()
	if n < 1 || n > 65535 {
		return 0
	}
	return n
}

func publicPorts(s deployed.Value) []port {
	var out []port
	for _, v := range s.Key("ports").Items() {
		p := port{}
		p.Handlers, _ = v.Key("handlers").Strs()
		if n := portAt(v.Key("port")); n != 0 {
			p.Name = strconv.Itoa(n)
		} else if a, b := portAt(v.Key("start_port")), portAt(v.Key("end_port")); a != 0 || b != 0 {
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

// plainPort is what says of the service's port 80 with the http handler, and the
// path of its force_https.
func plainPort(s service) (v deployed.Value, path string, ok bool) {
	if s.HTTPService {
		return s.Value, s.Path + ".force_https", true
	}
	for _, v := range s.Key("ports").Items() {
		handlers, _ := v.Key("handlers").Strs()
		if portAt(v.Key("port")) == 80 && slices.Contains(handlers, "http") && !slices.Contains(handlers, "tls") {
			return v, v.Path() + ".force_https", true
		}
	}
	return deployed.Value{}, "", false
}
