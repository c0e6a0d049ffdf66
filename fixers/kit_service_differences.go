package fixers

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// servicePair is one service in the file, as a deploy would send it, and on a
// machine.
type servicePair struct {
	group      string
	path       string // in fly.toml
	want, have machineconfig.Service
	fails      []machineconfig.Check // on the machine now
	out        []difference
}

// differences are what a deploy changes of the machine's service.
func (p *servicePair) differences() []difference {
	p.ports()
	subject := p.path + " of " + p.group
	for _, f := range serviceFields() {
		if d, ok := f.compare(subject, p.want, p.have, false); ok {
			d.key, d.table = flytoml.Join(p.path, f.key), p.path
			if d.keep != "" {
				d.keep += " for " + p.path
			}
			p.out = append(p.out, d)
		}
	}
	p.checks()
	return p.out
}

// add is a difference that no field can tell. A rank below other makes it one
// for the worse.
func (p *servicePair) add(rank int, key, keep, text string, args ...any) {
	d := difference{rank: rank, key: flytoml.Join(p.path, key), table: p.path, text: p.path + " of " + p.group + ": " + fmt.Sprintf(text, args...)}
	if rank < other {
		d.text = "the next deploy weakens " + d.text
	}
	if keep != "" {
		d.keep = keep + " for " + p.path
	}
	p.out = append(p.out, d)
}

// serviceFields are the single values of a service. What neither side says has
// flyctl's and the platform's defaults.
func serviceFields() []field[machineconfig.Service] {
	return []field[machineconfig.Service]{
		{name: "internal_port", key: "internal_port", text: func(s machineconfig.Service) string { return fmt.Sprint(s.Key.InternalPort) }},
		{name: "auto_stop_machines", key: "auto_stop_machines", text: func(s machineconfig.Service) string { return cmp.Or(s.Autostop, "off") }},
		{name: "auto_start_machines", key: "auto_start_machines", text: func(s machineconfig.Service) string { return fmt.Sprint(s.Autostart == nil || *s.Autostart) }},
		{
			name: "min_machines_running", key: "min_machines_running", text: func(s machineconfig.Service) string { return fmt.Sprint(floorOf(s)) },
			rank: weaker, does: "weakens %s", worse: func(want, have machineconfig.Service) bool { return floorOf(want) < floorOf(have) },
			keep: func(have machineconfig.Service) string {
				return fmt.Sprintf("min_machines_running = %d", floorOf(have))
			},
		},
		{name: "concurrency", key: "concurrency", text: limitsText},
	}
}

func floorOf(s machineconfig.Service) int {
	if s.MinMachines == nil {
		return 0
	}
	return *s.MinMachines
}

func limitsText(s machineconfig.Service) string {
	hard := "none"
	if s.Concurrency.HardLimit > 0 {
		hard = fmt.Sprint(s.Concurrency.HardLimit)
	}
	// 20 is the platform's soft limit, when none is said.
	return fmt.Sprintf("%s, soft %d, hard %s", cmp.Or(s.Concurrency.Type, "connections"), cmp.Or(s.Concurrency.SoftLimit, 20), hard)
}

func (p *servicePair) ports() {
	byName := func(s machineconfig.Service) map[string]machineconfig.Port {
		out := map[string]machineconfig.Port{}
		for _, port := range s.Ports {
			out[port.Port] = port
		}
		return out
	}
	for name, s := range both(byName(p.want), byName(p.have)) {
		a, b := sorted(s.want.Handlers), sorted(s.have.Handlers)
		switch {
		case !s.said:
			p.add(serviceGone, "ports", "[[services.ports]] with port = "+name, "port %s live, not in the file", name)
			continue
		case !s.live:
			p.add(other, "ports", "", "port %s in the file, not live", name)
			continue
		case !slices.Equal(a, b):
			p.add(other, "ports", "", "handlers of port %s %v in the file, %v live", name, a, b)
		}
		switch {
		case s.have.ForceHTTPS && !s.want.ForceHTTPS:
			p.add(weaker, "force_https", "force_https = true", "force_https of port %s live, not in the file", name)
		case s.want.ForceHTTPS && !s.have.ForceHTTPS:
			p.add(other, "force_https", "", "force_https of port %s in the file, not live", name)
		}
	}
}

// checks compares the service's checks by what they ask.
func (p *servicePair) checks() {
	key := "checks"
	if p.path != "http_service" {
		key = "http_checks"
	}
	have := slices.Clone(p.have.Checks)
	for _, want := range p.want.Checks {
		i := slices.IndexFunc(have, func(c machineconfig.Check) bool { return question(c) == question(want) })
		if i < 0 {
			p.add(other, key, "", "check %s in the file, not live", question(want))
			continue
		}
		if text := checkDetails(want, have[i]); text != "" {
			p.add(other, key, "", "check %s: %s", question(want), text)
		}
		have = slices.Delete(have, i, i+1)
	}
	for _, c := range have {
		keep := fmt.Sprintf("%s with path = %q", key, c.Path)
		switch {
		case slices.ContainsFunc(p.fails, c.Asks):
			keep = ""
		case c.Type != "http":
			keep = "a tcp check"
		}
		p.add(checkGone, key, keep, "check %s live, not in the file", question(c))
	}
}

// question is what a check asks: "GET /healthz on 8080", "tcp on 8080".
func question(c machineconfig.Check) string {
	if c.Type != "http" {
		return fmt.Sprintf("%s on %d", c.Type, c.Port)
	}
	q := fmt.Sprintf("%s %s on %d", c.Method, c.Path, c.Port)
	if c.Protocol == "https" {
		q += " (https)"
	}
	return q
}

// checkDetails is how two checks that ask the same differ, "" when they don't.
// A time that the file doesn't say is the platform's to choose. Headers may
// hold a secret: only that they differ is told.
func checkDetails(want, have machineconfig.Check) string {
	var out []string
	for _, x := range []struct{ name, want, have string }{
		{"interval", want.Interval, have.Interval}, {"timeout", want.Timeout, have.Timeout}, {"grace_period", want.GracePeriod, have.GracePeriod},
	} {
		if x.want != "" && x.want != x.have {
			out = append(out, fmt.Sprintf("%s %s in the file, %s live", x.name, x.want, cmp.Or(x.have, "none")))
		}
	}
	if len(want.Headers)+len(have.Headers) > 0 && !reflect.DeepEqual(want.Headers, have.Headers) {
		out = append(out, "headers differ")
	}
	if want.TLSSkipVerify != have.TLSSkipVerify {
		out = append(out, "tls_skip_verify differs")
	}
	return strings.Join(out, ", ")
}
