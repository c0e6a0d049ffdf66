package fixers

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// serviceDifferences pairs the services of the file with those of the machine
// and compares each pair.
func serviceDifferences(t plan.Target, m live.Machine) []difference {
	var out []difference
	have := m.Config.Services()
	for _, want := range deployedServices(t, m.Group()) {
		i := partner(want.Service, have)
		if i < 0 {
			out = append(out, difference{rank: other, key: want.file.Path, text: fmt.Sprintf("%s: service %s in the file, not live", m.Group(), want.Key)})
			continue
		}
		p := pair{group: m.Group(), file: want.file, want: want.Service, have: have[i]}
		have = slices.Delete(have, i, i+1)
		p.compare()
		out = append(out, p.out...)
	}
	for _, s := range have {
		out = append(out, difference{
			rank: serviceGone, key: "services", table: "http_service", keep: "it as [[services]]",
			text: fmt.Sprintf("the next deploy takes service %s away from %s: live, not in the file", s.Key, m.Group()),
		})
	}
	return out
}

// partner is the service of have that is meant by want: the same in all, else
// the only one with its protocol and internal port, else the only one that
// shares a public port.
func partner(want machineconfig.Service, have []machineconfig.Service) int {
	tests := []func(s machineconfig.Service) bool{
		func(s machineconfig.Service) bool { return s.Key.Equal(want.Key) },
		func(s machineconfig.Service) bool { return s.Key.InternalPort == want.Key.InternalPort },
		func(s machineconfig.Service) bool { return overlap(s.Key.Ports, want.Key.Ports) },
	}
	for _, is := range tests {
		found := -1
		for i, s := range have {
			if s.Key.Protocol != want.Key.Protocol || !is(s) {
				continue
			}
			if found >= 0 {
				found = -1
				break
			}
			found = i
		}
		if found >= 0 {
			return found
		}
	}
	return -1
}

// pair is one service in the file and on a machine.
type pair struct {
	group      string
	file       service
	want, have machineconfig.Service
	out        []difference
}

func (p *pair) compare() {
	p.ports()
	p.settings()
	p.limits()
	p.checks()
}

func (p *pair) add(rank int, key, text, keep string) {
	d := difference{rank: rank, key: flytoml.Join(p.file.Path, key), table: p.file.Path, text: fmt.Sprintf("%s of %s: %s", p.file.Path, p.group, text)}
	if rank < other {
		d.text = "the next deploy weakens " + d.text
	}
	if keep != "" {
		d.keep = keep + " for " + p.file.Path
	}
	p.out = append(p.out, d)
}

func (p *pair) ports() {
	want := map[string]machineconfig.Port{}
	for _, port := range p.want.Ports {
		want[port.Port] = port
	}
	if p.want.Key.InternalPort != p.have.Key.InternalPort {
		p.add(other, "internal_port", fmt.Sprintf("internal_port %d in the file, %d live", p.want.Key.InternalPort, p.have.Key.InternalPort), "")
	}
	live := map[string]bool{}
	for _, have := range p.have.Ports {
		live[have.Port] = true
		w, ok := want[have.Port]
		if !ok {
			p.add(serviceGone, "ports", fmt.Sprintf("port %s live, not in the file", have.Port), "[[services.ports]] with port = "+have.Port)
			continue
		}
		if a, b := sorted(w.Handlers), sorted(have.Handlers); !slices.Equal(a, b) {
			p.add(other, "ports", fmt.Sprintf("handlers of port %s %v in the file, %v live", have.Port, a, b), "")
		}
		switch {
		case have.ForceHTTPS && !w.ForceHTTPS:
			p.add(weaker, "force_https", fmt.Sprintf("force_https of port %s live, not in the file", have.Port), "force_https = true")
		case w.ForceHTTPS && !have.ForceHTTPS:
			p.add(other, "force_https", fmt.Sprintf("force_https of port %s in the file, not live", have.Port), "")
		}
	}
	for _, port := range p.want.Ports {
		if !live[port.Port] {
			p.add(other, "ports", fmt.Sprintf("port %s in the file, not live", port.Port), "")
		}
	}
}

// settings compares what rules starting and stopping; what neither side says
// has flyctl's and the platform's defaults.
func (p *pair) settings() {
	if a, b := cmp.Or(p.want.Autostop, "off"), cmp.Or(p.have.Autostop, "off"); a != b {
		p.add(other, "auto_stop_machines", fmt.Sprintf("auto_stop_machines %s in the file, %s live", a, b), "")
	}
	if a, b := deref(p.want.Autostart, true), deref(p.have.Autostart, true); a != b {
		p.add(other, "auto_start_machines", fmt.Sprintf("auto_start_machines %v in the file, %v live", a, b), "")
	}
	a, b := deref(p.want.MinMachines, 0), deref(p.have.MinMachines, 0)
	if a != b {
		rank, keep := other, ""
		if a < b {
			rank, keep = weaker, fmt.Sprintf("min_machines_running = %d", b)
		}
		p.add(rank, "min_machines_running", fmt.Sprintf("min_machines_running %d in the file, %d live", a, b), keep)
	}
}

func deref[T any](p *T, unsaid T) T {
	if p == nil {
		return unsaid
	}
	return *p
}

func (p *pair) limits() {
	text := func(c machineconfig.Concurrency) string {
		soft := cmp.Or(c.SoftLimit, 20) // the platform's, when none is said
		hard := "none"
		if c.HardLimit > 0 {
			hard = fmt.Sprint(c.HardLimit)
		}
		return fmt.Sprintf("%s, soft %d, hard %s", cmp.Or(c.Type, "connections"), soft, hard)
	}
	if a, b := text(p.want.Concurrency), text(p.have.Concurrency); a != b {
		p.add(other, "concurrency", fmt.Sprintf("concurrency %s in the file; %s live", a, b), "")
	}
}
