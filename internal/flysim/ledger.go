package flysim

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one request on the tape, as it came in.
type Request struct {
	At            time.Time
	Method        string
	Path          string
	Query         string
	Body          []byte
	Authorization string // kept apart, so that a tape can be printed without it
	Nonce         string // of a lease
	ID            string // fly-request-id of the reply
	Status        int    // 0: no reply was given
	Fault         string // what was done to it; "" for nothing
}

// Line is the request in one line, without body and headers.
func (r Request) Line() string {
	line := r.Method + " " + r.Path
	if r.Query != "" {
		line += "?" + r.Query
	}
	return line
}

// Writes says whether the request is one that changes the app: leases and
// queries don't.
func (r Request) Writes() bool {
	switch {
	case r.Method == http.MethodGet, strings.HasSuffix(r.Path, "/lease"), strings.HasSuffix(r.Path, "/placements"):
		return false
	case r.Path == "/graphql":
		return bytes.Contains(r.Body, []byte(`mutation`))
	}
	return true
}

func (p *Platform) record(r *http.Request, body []byte, id string) int {
	p.requests = append(p.requests, Request{
		At: p.now, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: body,
		Authorization: r.Header.Get("Authorization"), Nonce: r.Header.Get(nonceHeader), ID: id,
	})
	return len(p.requests) - 1
}

func (p *Platform) answered(n, status int, fault string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests[n].Status, p.requests[n].Fault = status, fault
}

// Requests is the tape: every request so far, in the order they came in.
func (p *Platform) Requests() []Request {
	p.lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Count is how many requests came in so far.
func (p *Platform) Count() int {
	p.lock()
	defer p.mu.Unlock()
	return len(p.requests)
}

// RequestsFrom is the tape from its nth request on, counted from 0. It is the
// tape's own memory: not to be written to.
func (p *Platform) RequestsFrom(n int) []Request {
	p.lock()
	defer p.mu.Unlock()
	return slices.Clip(p.requests[min(n, len(p.requests)):])
}

// Writes are the requests that change the app, in order.
func (p *Platform) Writes() []Request {
	return slices.DeleteFunc(p.Requests(), func(r Request) bool { return !r.Writes() })
}

// Seen are the requests other than to the secrets endpoint that hold text
// anywhere: a secret value must give none.
func (p *Platform) Seen(text string) []Request {
	return slices.DeleteFunc(p.Requests(), func(r Request) bool {
		if strings.HasSuffix(r.Path, "/secrets") || strings.Contains(r.Path, "/secrets/") {
			return !strings.Contains(r.Path+r.Query, text)
		}
		return !strings.Contains(r.Path+r.Query, text) && !bytes.Contains(r.Body, []byte(text))
	})
}

// Violation is something that a careful client does not do.
type Violation struct {
	At      time.Time
	App     string
	Machine string // "" for the app
	What    string
}

func (v Violation) String() string {
	return strings.TrimSpace(v.App+" "+v.Machine) + ": " + v.What
}

func (p *Platform) violate(m *Machine, format string, args ...any) {
	p.violations = append(p.violations, Violation{At: p.now, App: m.app.spec.Name, Machine: m.id, What: fmt.Sprintf(format, args...)})
}

func (p *Platform) overwritten(a *App, name string) {
	p.violations = append(p.violations, Violation{At: p.now, App: a.spec.Name, What: "secret " + name + " was overwritten with another value"})
}

// Violations is what a careful client would not have done, whether or not the
// platform refused it.
func (p *Platform) Violations() []Violation {
	p.lock()
	defer p.mu.Unlock()
	return slices.Clone(p.violations)
}

// ID, Region, Name, State, Version, Image, Config, Cordoned and Env are the
// machine as it is now.

// ID is the machine's id.
func (m *Machine) ID() string { return m.id }

// Region is where the machine is.
func (m *Machine) Region() string { return m.region }

// State is the machine's state.
func (m *Machine) State() string {
	m.p.lock()
	defer m.p.mu.Unlock()
	return m.state
}

// Version is the machine's version, 26 characters.
func (m *Machine) Version() string {
	m.p.lock()
	defer m.p.mu.Unlock()
	return m.version
}

// Digest is that of the image that runs.
func (m *Machine) Digest() string {
	m.p.lock()
	defer m.p.mu.Unlock()
	return m.image.Digest
}

// Config is the config, word for word as it was sent.
func (m *Machine) Config() []byte {
	m.p.lock()
	defer m.p.mu.Unlock()
	return slices.Clone(m.config)
}

// Cordoned says whether the proxy is told not to route to the machine.
func (m *Machine) Cordoned() bool {
	m.p.lock()
	defer m.p.mu.Unlock()
	return m.cordoned
}

// Env is what the process finds now, or would find if it ran.
func (m *Machine) Env() map[string]string {
	m.p.lock()
	defer m.p.mu.Unlock()
	return maps.Clone(m.env)
}

// HostDown takes the machine's host away (status unreachable or unknown), or
// brings it back (ok).
func (m *Machine) HostDown(status string) {
	m.p.lock()
	defer m.p.mu.Unlock()
	m.hostStatus = status
	m.note()
}

// Update has somebody else update the machine, past any lease: change gets the
// config's fields.
func (m *Machine) Update(change func(config map[string]any)) {
	m.p.lock()
	defer m.p.mu.Unlock()
	fields := decodeAny(m.config)
	change(fields)
	if err := m.setConfig(encode(fields)); err != nil {
		panic("flysim: " + err.Error())
	}
	up, into := m.afterUpdate(false)
	m.image = m.p.resolveImage(m.view.Image)
	m.replace(up, into, m.p.newestSecrets(m.app))
}
