package flysim

import (
	"slices"
	"time"
)

// LeaseRecord is one lease from its start to its end. How is released,
// expired, dropped, "taken by X", or "" while it lasts.
type LeaseRecord struct {
	Owner      string
	Start, End time.Time
	How        string
}

// BootRecord is what the process of one boot found.
type BootRecord struct {
	At      time.Time
	Version string
	Secrets uint64            // version of the secrets
	Env     map[string]string // a secret wins over an env entry of its name
	Image   string            // digest
}

// machineRecord is what a machine went through.
type machineRecord struct {
	updates, restarts, crashes, refusedStarts int
	leases                                    []LeaseRecord
	boots                                     []BootRecord
	moments                                   []moment
}

// Record is a copy of what a machine went through since the test began.
type Record struct {
	Updates       int // accepted
	Restarts      int // boots that an update or a restart made
	Crashes       int
	RefusedStarts int // by fly-proxy, because of a lease
	Leases        []LeaseRecord
	Boots         []BootRecord
}

// Record is the machine's own record.
func (m *Machine) Record() Record {
	m.p.lock()
	defer m.p.mu.Unlock()
	m.held() // brings expiry up to date
	r := m.record
	return Record{r.updates, r.restarts, r.crashes, r.refusedStarts, slices.Clone(r.leases), slices.Clone(r.boots)}
}

// HeldLeases are the leases of the platform's own caller that still last:
// "app/machine". A program that ended has none.
func (p *Platform) HeldLeases() []string {
	p.lock()
	defer p.mu.Unlock()
	var out []string
	for _, a := range p.order {
		for _, m := range a.machines {
			if m.held() && m.lease.owner == p.opts.Owner {
				out = append(out, a.spec.Name+"/"+m.id)
			}
		}
	}
	return out
}
