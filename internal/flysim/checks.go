package flysim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Check is one configured check of a machine.
type Check struct {
	Name     string // servicecheck-00-http-8080, or the name in config.checks
	Type     string // tcp, http
	Service  bool   // decides whether the proxy routes to the machine
	Port     int
	Path     string
	Method   string
	Headers  http.Header
	Interval time.Duration
	Grace    time.Duration
}

// Probe is one run of one check.
type Probe struct {
	Machine, Group, Region string
	Version                string
	Image                  string // digest
	Updates                int    // accepted updates of the machine so far
	Env                    map[string]string
	Check                  Check
	Since                  time.Duration // since the boot
}

// Outcome is what one run of a check gives.
type Outcome struct {
	Passing bool
	Output  string
}

// Respond is an answer of the app's process to an HTTP check.
type Respond struct {
	Machine string // id; "": any
	Port    int    // 0: any
	Path    string // with a query: only that one; without: any
	Status  int    // default 200; only 2xx passes a check
	// After is how long after the boot it answers; until then: refused.
	After time.Duration
	// Header and Value must be sent, or the answer is a redirect to https:
	// frameworks behind a proxy do so without X-Forwarded-Proto: https.
	Header, Value string
	// Body is what it answers with; a check's output has its beginning.
	Body string
}

type checkRow struct {
	check   Check
	status  string
	output  string
	updated time.Time
}

// checkList are the configured checks, services first, then by name.
func (m *Machine) checkList() []Check {
	var list []Check
	for _, s := range m.view.Services {
		for _, c := range s.Checks {
			port := c.Port
			if port == 0 {
				port = s.InternalPort
			}
			name := fmt.Sprintf("servicecheck-%02d-%s-%d", len(list), c.Type, port)
			list = append(list, c.check(name, port, true))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.view.Checks)) {
		c := m.view.Checks[name]
		list = append(list, c.check(name, c.Port, false))
	}
	return list
}

func (c checkConfig) check(name string, port int, service bool) Check {
	out := Check{
		Name: name, Type: c.Type, Service: service, Port: port, Path: c.Path, Method: c.Method,
		Interval: time.Duration(c.Interval), Grace: time.Duration(c.GracePeriod), Headers: http.Header{},
	}
	if out.Interval == 0 {
		out.Interval = 10 * time.Second
	}
	if out.Path == "" {
		out.Path = "/"
	}
	for _, h := range c.Headers {
		for _, v := range h.Values {
			out.Headers.Add(h.Name, v)
		}
	}
	return out
}

// resetChecks puts the critical rows that Fly shows right after a boot. Rows
// of an older version stay until then, with their old time.
func (m *Machine) resetChecks() {
	m.checks, m.rowsAreOld = nil, false
	for _, c := range m.checkList() {
		m.checks = append(m.checks, checkRow{check: c, status: "critical", output: "the machine hasn't started", updated: m.p.now})
	}
	m.note()
}

// keepRows leaves the rows of the version before for some time. They say nothing
// of this one.
func (m *Machine) keepRows() {
	m.rowsAreOld = true
	for i := range m.checks {
		if m.p.opts.OldRowsDated {
			m.checks[i].updated = m.p.now.Add(-bootTime / 2)
		}
	}
	m.later(m.p.opts.OldRows, func() {
		m.resetChecks()
		m.runChecks()
	})
}

// runChecks schedules the runs of every check until the next boot. The first
// one comes after the grace period, or an interval when there is none. A
// machine of before the test has its results at once.
func (m *Machine) runChecks() {
	if m.checks == nil {
		m.resetChecks()
		for i := range m.checks {
			m.runCheck(i)
		}
	}
	for i, row := range m.checks {
		first := row.check.Grace
		if first == 0 {
			first = row.check.Interval
		}
		m.later(first, func() { m.tick(i) })
	}
}

func (m *Machine) tick(i int) {
	m.runCheck(i)
	m.later(m.checks[i].check.Interval, func() { m.tick(i) })
}

func (m *Machine) runCheck(i int) {
	row := &m.checks[i]
	out := m.decide(Probe{
		Machine: m.id, Group: m.group(), Region: m.region, Version: m.version, Image: m.image.Digest,
		Updates: m.record.updates, Env: m.env, Check: row.check, Since: m.p.now.Sub(m.bootedAt),
	})
	status := "critical"
	if out.Passing {
		status = "passing"
	}
	// The time of a row is when its result became another one, not when the
	// check last ran (Fly's docs on health checks, August 2026).
	if status != row.status || out.Output != row.output {
		row.status, row.output, row.updated = status, out.Output, m.p.now
	}
	m.note()
}

func (m *Machine) decide(pr Probe) Outcome {
	spec := m.app.spec
	switch listens := m.listens(pr.Check.Port); {
	case m.behaviour != nil:
		return m.behaviour(pr)
	case spec.Behaviour != nil:
		return spec.Behaviour(pr)
	case slices.Contains(spec.Workers, m.group()), spec.Listening != nil && !listens:
	case pr.Check.Type == "http":
		return spec.answer(pr)
	case listens:
		return Outcome{true, "Success"}
	}
	return Outcome{false, fmt.Sprintf("dial tcp: connect: connection refused on port %d", pr.Check.Port)}
}

func (m *Machine) listens(port int) bool {
	spec := m.app.spec
	if spec.Listening != nil {
		return slices.Contains(spec.Listening, port)
	}
	return slices.ContainsFunc(spec.Serves, func(r Respond) bool { return r.Port == port }) ||
		slices.ContainsFunc(m.view.Services, func(s serviceConfig) bool { return s.InternalPort == port })
}

// answer is what the app's process says to an HTTP check.
func (s AppSpec) answer(pr Probe) Outcome {
	path, _, _ := strings.Cut(pr.Check.Path, "?")
	for _, r := range s.Serves {
		if r.Path != path && r.Path != pr.Check.Path || r.Port != 0 && r.Port != pr.Check.Port || r.Machine != "" && r.Machine != pr.Machine {
			continue
		}
		if pr.Since < r.After {
			return Outcome{false, "connect: connection refused"}
		}
		status := r.Status
		if status == 0 {
			status = http.StatusOK
		}
		if r.Header != "" && !slices.Contains(pr.Check.Headers.Values(r.Header), r.Value) {
			status = http.StatusMovedPermanently
		}
		output := fmt.Sprintf("HTTP GET %s: %d %s", path, status, http.StatusText(status))
		if r.Body != "" {
			output += "\n" + r.Body
		}
		return Outcome{status/100 == 2, output}
	}
	return Outcome{false, fmt.Sprintf("HTTP GET %s: 404 Not Found", path)}
}
