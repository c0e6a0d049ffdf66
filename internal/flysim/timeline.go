package flysim

import (
	"slices"
	"time"
)

// A moment is when the state or health of a machine became another.
type moment struct {
	at                time.Time
	seq               int // over all machines
	state, group      string
	healthy, routable bool
}

// note adds a moment when something changed. It must follow every change of
// state, checks or metadata.
func (m *Machine) note() {
	now := moment{at: m.p.now, state: m.state, group: m.group(), healthy: m.healthy(false), routable: m.healthy(true)}
	if n := len(m.record.moments); n > 0 {
		last := m.record.moments[n-1]
		last.at, last.seq = now.at, now.seq
		if last == now {
			return
		}
	}
	now.seq = m.p.next("moment")
	m.record.moments = append(m.record.moments, now)
}

// healthy says whether the machine is started with all its checks passing;
// with routable, whether it is started with its service checks passing, which
// is what the proxy looks at.
func (m *Machine) healthy(routable bool) bool {
	if m.state != "started" || m.hostStatus != "ok" || m.rowsAreOld {
		return false
	}
	for _, r := range m.checks {
		if r.status != "passing" && (r.check.Service || !routable) {
			return false
		}
	}
	return true
}

// Healthy says whether the machine is started with all its checks passing.
func (m *Machine) Healthy() bool {
	m.p.lock()
	defer m.p.mu.Unlock()
	return m.healthy(false)
}

// Moment is when the state or the health of a machine became another.
type Moment struct {
	At    time.Time
	State string
	// Healthy: started, all checks pass. Routable: started, the service checks
	// pass.
	Healthy, Routable bool
}

// Timeline is all that became of the machine.
func (m *Machine) Timeline() []Moment {
	m.p.lock()
	defer m.p.mu.Unlock()
	var out []Moment
	for _, x := range m.record.moments {
		out = append(out, Moment{x.at, x.state, x.healthy, x.routable})
	}
	return out
}

// beginning is where the counting starts: a time, and the last moment before,
// because on a virtual clock much can happen at one time.
type beginning struct {
	at  time.Time
	seq int
}

func (p *Platform) beginning() *beginning { return &beginning{p.now, p.serial["moment"]} }

// Count is how many machines of a group were up from a time on.
type Count struct {
	At                         time.Time
	Started, Healthy, Routable int
}

// Counts is how many machines of a group were up, from the first request (or
// the last Mark) on: one entry for that time and one for every change.
func (a *App) Counts(group string) []Count {
	a.p.lock()
	defer a.p.mu.Unlock()
	type change struct {
		machine int
		moment
	}
	var all []change
	for i, m := range a.machines {
		for _, x := range m.record.moments {
			all = append(all, change{i, x})
		}
	}
	slices.SortFunc(all, func(x, y change) int { return x.seq - y.seq })
	start := a.p.began
	if start == nil {
		start = a.p.beginning()
	}
	current := make([]moment, len(a.machines))
	count := func(at time.Time) Count {
		c := Count{At: at}
		for _, x := range current {
			if x.group == group {
				c.Started += btoi(x.state == "started")
				c.Healthy += btoi(x.healthy)
				c.Routable += btoi(x.routable)
			}
		}
		return c
	}
	var out []Count
	for _, x := range all {
		if x.seq > start.seq && len(out) == 0 {
			out = append(out, count(start.at))
		}
		current[x.machine] = x.moment
		if x.seq > start.seq {
			out = append(out, count(x.at))
		}
	}
	if len(out) == 0 {
		out = append(out, count(start.at))
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// MinHealthy is the least number of machines of a group that were healthy at
// any instant since the first request (or the last Mark).
func (a *App) MinHealthy(group string) int {
	least := a.Counts(group)[0].Healthy
	for _, c := range a.Counts(group) {
		least = min(least, c.Healthy)
	}
	return least
}

// MinRoutable is MinHealthy by the checks that decide routing alone.
func (a *App) MinRoutable(group string) int {
	least := a.Counts(group)[0].Routable
	for _, c := range a.Counts(group) {
		least = min(least, c.Routable)
	}
	return least
}

// Mark has Counts and what builds on it begin now.
func (p *Platform) Mark() {
	p.lock()
	defer p.mu.Unlock()
	p.began = p.beginning()
}
