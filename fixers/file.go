package fixers

import (
	"slices"
	"strconv"
	"strings"

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

// fileCheck is one health check of fly.toml.
type fileCheck struct {
	Node      flytoml.Node
	Name      string // of a top-level check
	Type      string // http or tcp
	Port      int    // the service's internal port for a service check
	Path      string
	Processes []string
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

// handler says whether any port has the handler.
func (s service) handler(name string) bool {
	return slices.ContainsFunc(s.Ports, func(p port) bool { return slices.Contains(p.Handlers, name) })
}

// onWeb says whether a port is 80 or 443.
func (s service) onWeb() bool {
	return slices.ContainsFunc(s.Ports, func(p port) bool { return p.Name == "80" || p.Name == "443" })
}

// allServices are all services in the order of the file, http_service first.
func allServices(f *flytoml.File) []service {
	var out []service
	if n, ok := f.Get("http_service"); ok && n.Kind() == flytoml.Table {
		s := service{
			Path: n.Path(), HTTPService: true, Protocol: "tcp", Node: n,
			// http_service always means these two (flyctl, August 2026).
			Ports:     []port{{"80", []string{"http"}}, {"443", []string{"http", "tls"}}},
			Processes: strs(n, "processes"),
		}
		s.InternalPort = portNumber(n, "internal_port")
		s.addChecks("checks", "")
		out = append(out, s)
	}
	n, _ := f.Get("services")
	for _, n := range n.Items() {
		s := service{Path: n.Path(), Protocol: "tcp", Node: n, Processes: strs(n, "processes")}
		if p, ok := str(n, "protocol"); ok {
			s.Protocol = p
		}
		s.InternalPort = portNumber(n, "internal_port")
		s.Ports = ports(n)
		s.addChecks("http_checks", "http")
		s.addChecks("tcp_checks", "tcp")
		out = append(out, s)
	}
	return out
}

// addChecks takes the checks under key; a single table counts as one, whether
// flyctl accepts that there or not.
func (s *service) addChecks(key, kind string) {
	n, _ := s.Node.Key(key)
	for _, n := range n.Items() {
		if n.Kind() != flytoml.Table {
			continue
		}
		c := fileCheck{Node: n, Type: kind, Port: s.InternalPort, Processes: s.Processes}
		c.Path, _ = str(n, "path")
		if kind == "" {
			c.Type = "http"
		}
		s.Checks = append(s.Checks, c)
	}
}

func ports(n flytoml.Node) []port {
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

// topChecks are the checks of [checks.NAME], and of [[checks]] with a name.
func topChecks(f *flytoml.File) []fileCheck {
	root, ok := f.Get("checks")
	if !ok {
		return nil
	}
	var out []fileCheck
	add := func(name string, n flytoml.Node) {
		if n.Kind() != flytoml.Table {
			return
		}
		c := fileCheck{Node: n, Name: name, Port: portNumber(n, "port"), Processes: strs(n, "processes")}
		c.Type, _ = str(n, "type")
		c.Path, _ = str(n, "path")
		out = append(out, c)
	}
	if root.Kind() == flytoml.Table {
		for _, key := range root.Keys() {
			n, _ := root.Key(key)
			add(key, n)
		}
		return out
	}
	for _, n := range root.Items() {
		name, _ := str(n, "name")
		add(name, n)
	}
	return out
}

func str(n flytoml.Node, key string) (string, bool) {
	c, ok := n.Key(key)
	if !ok {
		return "", false
	}
	return c.Str()
}

func strs(n flytoml.Node, key string) []string {
	c, _ := n.Key(key)
	if c.Kind() != flytoml.Array {
		return nil
	}
	var out []string
	for _, item := range c.Items() {
		if s, ok := item.Str(); ok {
			out = append(out, s)
		}
	}
	return out
}

// portNumber reads an integer or, as flyctl also takes it, a string.
func portNumber(n flytoml.Node, key string) int {
	c, ok := n.Key(key)
	if !ok {
		return 0
	}
	v, isInt := c.Int()
	if s, isStr := c.Str(); isStr {
		parsed, err := strconv.Atoi(strings.TrimSpace(s))
		v, isInt = int64(parsed), err == nil
	}
	if !isInt || v < 1 || v > 65535 {
		return 0
	}
	return int(v)
}

// at is the place of the key; when it is not there, that of the table it
// would stand in.
func at(f *flytoml.File, key, table string) plan.At {
	a := plan.At{Key: key}
	n, ok := f.Get(key)
	if !ok && table != "" {
		n, ok = f.Get(table)
	}
	if ok {
		pos := n.Position()
		a.Line, a.Column = pos.Line, pos.Column
	}
	return a
}

// quote is s as a TOML basic string.
func quote(s string) string { return strconv.Quote(s) }
