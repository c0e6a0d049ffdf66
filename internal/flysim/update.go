package flysim

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// launchInput is the body of create and update.
type launchInput struct {
	Name           string          `json:"name"`
	Region         string          `json:"region"`
	Config         json.RawMessage `json:"config"`
	SkipLaunch     bool            `json:"skip_launch"`
	SkipService    bool            `json:"skip_service_registration"`
	SkipSecrets    bool            `json:"skip_secrets"`
	MinSecrets     uint64          `json:"min_secrets_version"`
	LeaseTTL       int             `json:"lease_ttl"`
	CurrentVersion string          `json:"current_version"`
}

// launchInput reads the body and what create and update have in common.
func (c *call) launchInput() (in launchInput, cfg machineConfig, bad reply) {
	if bad, fine := c.decode(&in); !fine {
		return in, cfg, bad
	}
	if len(in.Config) == 0 || string(in.Config) == "null" {
		return in, cfg, fail(http.StatusBadRequest, "invalid config: is required")
	}
	cfg, err := readConfig(in.Config)
	if err != nil {
		return in, cfg, fail(http.StatusBadRequest, "%s", err.Error())
	}
	if newest := c.app.secrets.version; in.MinSecrets > newest {
		return in, cfg, fail(http.StatusPreconditionFailed, "failed_precondition: min_secrets_version %d is not yet available on this app", in.MinSecrets)
	}
	return in, cfg, reply{}
}

// secretsFor is the version of the secrets that a boot sees: all of them when
// the caller said how new they must be, else whatever has arrived by now.
func (p *Platform) secretsFor(a *App, in launchInput) uint64 {
	switch {
	case in.SkipSecrets:
		return 0
	case in.MinSecrets > 0 || p.opts.SecretsLag == 0:
		return p.newestSecrets(a)
	}
	return max(a.secrets.asOf(p.now.Add(-p.opts.SecretsLag)), in.MinSecrets)
}

func (p *Platform) newestSecrets(a *App) uint64 { return a.secrets.version }

// updateMachine replaces the whole config. The checks come in the order in
// which the platform can tell: is it there, is it held, is it busy, is it the
// version that was meant, is the new config possible.
func (c *call) updateMachine() reply {
	m := c.m
	if m.gone() {
		return fail(http.StatusNotFound, "machine not found")
	}
	if refused, fine := c.leaseGuard("update"); !fine {
		return refused
	}
	switch {
	case m.hostStatus != "ok":
		return fail(http.StatusServiceUnavailable, "unavailable: host of machine %s is %s", m.id, m.hostStatus)
	case !resting(m.state) && m.state != "starting":
		return fail(http.StatusConflict, "aborted: machine is %s: concurrent update in progress", m.state)
	}
	in, cfg, bad := c.launchInput()
	switch {
	case bad.isError():
		return bad
	case in.CurrentVersion != "" && in.CurrentVersion != m.version:
		return fail(http.StatusConflict, "aborted: machine version mismatch: current_version is %s", m.version)
	case m.view.volume() != cfg.volume():
		return fail(http.StatusBadRequest, "invalid config.mounts: the volume of a machine can't be changed")
	case in.Region != "" && in.Region != m.region:
		return fail(http.StatusBadRequest, "invalid region: can't be changed")
	case c.p.full[m.region] && cfg.Guest != m.view.Guest:
		return failFor(http.StatusConflict, "insufficient_capacity", "could not reserve resource for machine: insufficient memory available to fulfill request")
	}
	c.noteUpdate(in, cfg)
	up, into := m.afterUpdate(in.SkipLaunch)
	if err := m.setConfig(in.Config); err != nil {
		return fail(http.StatusBadRequest, "%s", err.Error())
	}
	m.image, m.minSecrets = c.p.resolveImage(cfg.Image), in.MinSecrets
	if in.SkipService {
		m.cordoned = true
	}
	m.replace(up, into, c.p.secretsFor(c.app, in))
	return ok(m.object())
}

// afterUpdate is platform behaviour that surprises: a machine that was not
// started stays down with its new version, whatever skip_launch says, and a
// suspended one loses its memory image.
func (m *Machine) afterUpdate(skipLaunch bool) (up bool, into string) {
	switch m.state {
	case "started", "starting", "failed":
		return !skipLaunch, "created"
	case "created":
		return false, "created"
	}
	return false, "stopped"
}

// noteUpdate records what a careful client does not do.
func (c *call) noteUpdate(in launchInput, cfg machineConfig) {
	m := c.m
	if in.SkipLaunch && m.state == "started" {
		c.p.violate(m, "update of a started machine with skip_launch leaves it down")
	}
	if in.SkipSecrets {
		c.p.violate(m, "update with skip_secrets boots without the app's secrets")
	}
	if d := c.p.resolveImage(cfg.Image).Digest; d != m.image.Digest && cfg.Image == m.view.Image {
		c.p.violate(m, "update re-resolved the tag %s to another image", cfg.Image)
	}
}

func (c *call) createMachine() reply {
	in, cfg, bad := c.launchInput()
	if bad.isError() {
		return bad
	}
	if in.Region == "" {
		in.Region = c.p.nearest()
	}
	if refused, fine := c.placeable(in, cfg); !fine {
		return refused
	}
	m := &Machine{p: c.p, app: c.app, id: c.p.machineID(c.app), name: in.Name, region: in.Region, hostStatus: "ok", created: c.p.now, updated: c.p.now, state: "created"}
	if m.name == "" {
		m.name = "machine-" + m.id
	}
	if err := m.setConfig(in.Config); err != nil {
		return fail(http.StatusBadRequest, "%s", err.Error())
	}
	m.image, m.minSecrets = c.p.resolveImage(cfg.Image), in.MinSecrets
	m.host = m.region + "-" + m.id[:2]
	m.cordoned = in.SkipService
	m.newVersion()
	c.app.machines = append(c.app.machines, m)
	if err := m.attachVolume(); err != nil { // placeable has looked already
		return fail(http.StatusPreconditionFailed, "failed_precondition: %s", err.Error())
	}
	m.event("launch", "created", "user", nil)
	m.note()
	if !in.SkipLaunch {
		secrets := c.p.secretsFor(c.app, in)
		m.later(replaceTime, func() { m.startBoot(secrets, bootTime) })
	}
	v := m.object()
	if in.LeaseTTL > 0 {
		v["nonce"] = m.grant(c.p.owner(c.r), "", time.Duration(in.LeaseTTL)*time.Second).nonce
	}
	return ok(v)
}

// placeable refuses a machine that there is no place for.
func (c *call) placeable(in launchInput, cfg machineConfig) (reply, bool) {
	r, known := findRegion(in.Region)
	switch {
	case !known:
		return fail(http.StatusBadRequest, "invalid_argument: region %s not found", in.Region), false
	case r.Deprecated:
		return fail(http.StatusUnprocessableEntity, "invalid_argument: region %s is deprecated and takes no new machines", in.Region), false
	case c.p.full[in.Region]:
		return failFor(http.StatusConflict, "insufficient_capacity", "aborted: insufficient resources to create new machine in region %s", in.Region), false
	}
	if i := slices.IndexFunc(c.app.machines, func(m *Machine) bool { return !m.gone() && in.Name != "" && m.name == in.Name }); i >= 0 && !c.p.opts.LateNames {
		return fail(http.StatusConflict, "already_exists: unique machine name violation, machine ID %s already exists with name %q", c.app.machines[i].id, in.Name), false
	}
	return c.app.mountable(cfg, in.Region)
}
