package flysim

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
)

// maxWait is how long one wait may block.
const maxWait = 60 * time.Second

// wallStep bounds a sleep on a clock that others don't share: another request
// may schedule something nearer meanwhile.
const wallStep = 100 * time.Millisecond

// sleepUntil lets time pass up to the next thing that is due, at most until
// deadline. It is called with the platform locked and returns with it locked;
// in between it is not. On a virtual clock, one sleeper at a time moves the
// time on: the others look again first, so that waiting side by side takes as
// long as the longest wait and not as their sum.
func (p *Platform) sleepUntil(ctx context.Context, deadline time.Time) error {
	seen := p.now
	p.mu.Unlock()
	defer p.lock()
	_, virtual := p.clk.(*clock.Virtual)
	if virtual {
		p.waiting.Lock()
		defer p.waiting.Unlock()
	}
	p.lock()
	moved := p.now.After(seen)
	d := deadline.Sub(p.now)
	if len(p.queue) > 0 {
		d = min(d, p.queue[0].at.Sub(p.now))
	}
	p.mu.Unlock()
	if moved {
		return ctx.Err()
	}
	if !virtual {
		d = min(d, wallStep)
	}
	return p.clk.Sleep(ctx, max(d, 0))
}

// wait blocks until the machine is in one of the states.
func (c *call) wait() reply {
	states, version, timeout, bad := c.waitFor()
	if bad.isError() {
		return bad
	}
	deadline := c.p.now.Add(timeout)
	for {
		if c.m.hostStatus == "ok" && c.m.matches(states, version) {
			return ok(object{"ok": true, "state": c.m.stateOf(version), "version": c.m.version, "event_id": c.m.events[0].ID})
		}
		if !c.p.now.Before(deadline) {
			return fail(http.StatusRequestTimeout, "deadline_exceeded: machine failed to reach desired state, %s, currently %s",
				strings.Join(states, " or "), c.m.stateOf(version))
		}
		if err := c.p.sleepUntil(c.ctx, deadline); err != nil {
			return fail(http.StatusRequestTimeout, "canceled: the client went away")
		}
	}
}

func (c *call) waitFor() (states []string, version string, timeout time.Duration, bad reply) {
	q := c.r.URL.Query()
	for _, s := range q["state"] {
		states = append(states, strings.Split(s, ",")...)
	}
	if len(states) == 0 {
		states = []string{"started"}
	}
	for _, s := range states {
		switch s {
		case "started", "stopped", "suspended", "destroyed", "failed", "settled":
		default:
			return nil, "", 0, fail(http.StatusBadRequest, "invalid_argument: invalid state %q", s)
		}
	}
	timeout = maxWait
	if s := q.Get("timeout"); s != "" {
		n, err := strconv.Atoi(strings.TrimSuffix(s, "s"))
		if err != nil || n < 0 {
			return nil, "", 0, fail(http.StatusBadRequest, "invalid_argument: invalid timeout")
		}
		timeout = min(time.Duration(n)*time.Second, maxWait)
	}
	version = q.Get("version")
	if version == "" {
		version = q.Get("instance_id")
	}
	if version != "" && !slices.ContainsFunc(c.m.versions, func(v versionRow) bool { return v.version == version }) {
		return nil, "", 0, fail(http.StatusNotFound, "machine version not found")
	}
	return states, version, timeout, reply{}
}

// stateOf is the state of one version: an older one was replaced.
func (m *Machine) stateOf(version string) string {
	if version != "" && version != m.version {
		return "replaced"
	}
	return m.state
}

func (m *Machine) matches(states []string, version string) bool {
	state := m.stateOf(version)
	return slices.Contains(states, state) || slices.Contains(states, "settled") && resting(state)
}
