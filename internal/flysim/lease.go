package flysim

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// lease is a claim on a machine that ends by itself.
type lease struct {
	nonce, owner, description string
	version                   string // of the machine when it was given
	expires                   time.Time
	record                    int // index in machineRecord.leases
}

// held says whether anybody holds the machine now. A lease that ran out is
// simply gone.
func (m *Machine) held() bool {
	if m.lease != nil && !m.lease.expires.After(m.p.now) {
		m.endLease("expired")
	}
	return m.lease != nil
}

func (m *Machine) endLease(how string) {
	rec := &m.record.leases[m.lease.record]
	rec.End, rec.How = m.p.now, how
	if how == "expired" {
		rec.End = m.lease.expires
	}
	m.lease = nil
}

func (m *Machine) grant(owner, description string, ttl time.Duration) *lease {
	m.lease = &lease{
		nonce: m.p.hexID("nonce of "+m.id, 12), owner: owner, description: description,
		version: m.version, expires: m.p.now.Add(ttl), record: len(m.record.leases),
	}
	m.record.leases = append(m.record.leases, LeaseRecord{Owner: owner, Start: m.p.now})
	return m.lease
}

// heldText is what Fly says when somebody else holds the machine.
func (m *Machine) heldText() string {
	return "aborted: machine ID " + m.id + " lease currently held by " + m.lease.owner + ", expires at " + m.lease.expires.UTC().Format(time.RFC3339)
}

// leaseGuard refuses a write by somebody who doesn't hold the machine while
// another does, and one with the nonce of a lease that is gone.
func (c *call) leaseGuard(action string) (reply, bool) {
	switch {
	case c.m.held() && c.nonce() == c.m.lease.nonce:
		return reply{}, true
	case c.m.held():
		c.p.violate(c.m, "%s of a machine that %s holds", action, c.m.lease.owner)
		return fail(http.StatusConflict, "%s", c.m.heldText()), false
	case c.nonce() != "":
		c.p.violate(c.m, "%s with the nonce of a lease that is gone", action)
		return fail(http.StatusConflict, "aborted: machine ID %s lease nonce is not valid: lease not found", c.m.id), false
	}
	return reply{}, true
}

// ttl is in seconds, in the query or in the body.
func (c *call) ttl() (d time.Duration, description string, ok bool) {
	var in struct {
		TTL         int    `json:"ttl"`
		Description string `json:"description"`
	}
	if _, fine := c.decode(&in); !fine {
		return 0, "", false
	}
	if q := c.query("ttl"); q != "" {
		n, err := strconv.Atoi(q)
		if err != nil {
			return 0, "", false
		}
		in.TTL = n
	}
	if in.TTL == 0 {
		in.TTL = 120
	}
	return time.Duration(in.TTL) * time.Second, in.Description, in.TTL > 0
}

func (l *lease) view() object {
	return object{"nonce": l.nonce, "expires_at": l.expires.Unix(), "owner": l.owner, "description": l.description, "version": l.version}
}

func (c *call) readLease() reply {
	if !c.m.held() {
		return fail(http.StatusNotFound, "lease not found")
	}
	return ok(object{"status": "success", "data": c.m.lease.view()})
}

func (c *call) acquireLease() reply {
	d, description, fine := c.ttl()
	switch {
	case !fine:
		return fail(http.StatusBadRequest, "invalid ttl")
	case c.m.state == "destroyed":
		return fail(http.StatusNotFound, "machine not found")
	case c.m.hostStatus != "ok":
		return fail(http.StatusServiceUnavailable, "unavailable: host of machine %s is %s", c.m.id, c.m.hostStatus)
	}
	switch {
	case c.m.held() && c.nonce() == c.m.lease.nonce:
		c.m.lease.expires = c.p.now.Add(d)
	case c.m.held():
		return fail(http.StatusConflict, "%s", c.m.heldText())
	case c.nonce() != "":
		return fail(http.StatusNotFound, "lease not found")
	default:
		c.m.grant(c.p.owner(c.r), description, d)
	}
	return reply{status: http.StatusCreated, body: object{"status": "success", "data": c.m.lease.view()}}
}

func (c *call) releaseLease() reply {
	switch {
	case !c.m.held():
		return fail(http.StatusNotFound, "lease not found")
	case c.nonce() != c.m.lease.nonce:
		return fail(http.StatusBadRequest, "invalid lease nonce")
	}
	c.m.endLease("released")
	return ok(object{"status": "success", "data": object{"ok": true}})
}

func (p *Platform) owner(r *http.Request) string {
	return cmp.Or(p.opts.Owners[r.Header.Get("Authorization")], p.opts.Owner)
}

// HoldLease has somebody else hold the machine. It takes the place of any
// lease there is, so it also plays the thief.
func (m *Machine) HoldLease(owner string, ttl time.Duration) {
	m.p.lock()
	defer m.p.mu.Unlock()
	if m.held() {
		m.endLease("taken by " + owner)
	}
	m.grant(owner, "", ttl)
}

// DropLease ends the lease there is, as an expiry before its time does.
func (m *Machine) DropLease() {
	m.p.lock()
	defer m.p.mu.Unlock()
	if m.held() {
		m.endLease("dropped")
	}
}

// Leased says who holds the machine; "" when nobody does.
func (m *Machine) Leased() string {
	m.p.lock()
	defer m.p.mu.Unlock()
	if !m.held() {
		return ""
	}
	return m.lease.owner
}
