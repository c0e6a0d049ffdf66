package flysim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// MachineSpec is what a machine is made of. The zero spec is a started machine
// of group "app" in iad that passes its checks.
type MachineSpec struct {
	ID     string
	Name   string
	Region string // default iad
	Group  string // default app; recorded in the metadata unless Config has one
	State  string // default started
	// Config is kept word for word, save for image and metadata when absent.
	Config json.RawMessage
	Image  string // reference; default registry.fly.io/<app>:deployment-1
	Digest string // of Image; default drawn from the reference
	// HostStatus other than ok hides the config, as Fly does.
	HostStatus string
	Cordoned   bool
	// Unmanaged leaves out the metadata that fly deploy writes.
	Unmanaged bool
	Age       time.Duration // how long it has been there; default an hour
	// Exits are what its process did before, oldest first.
	Exits []Exit
}

// Exit is one end of a machine's process, as an exit event tells of it.
type Exit struct {
	Ago       Span // before now
	Code      int
	OOM       bool // killed for want of memory
	Requested bool // somebody asked for the stop
	Restarted bool // the restart policy brought it back
	Restarts  int  // how many times so far, this one included
}

// Span is a duration that JSON writes as "15m", or as nanoseconds.
type Span time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (s *Span) UnmarshalJSON(b []byte) error { return (*duration)(s).UnmarshalJSON(b) }

// Machine is one machine.
type Machine struct {
	p   *Platform
	app *App

	id, name, region string
	state            string
	version          string
	versions         []versionRow // newest first
	config           json.RawMessage
	view             machineConfig // what the platform itself reads of config
	image            imageRef
	host             string
	hostStatus       string
	cordoned         bool
	created, updated time.Time
	events           []event // newest first
	checks           []checkRow
	lease            *lease

	boot         int // counts boots: what was scheduled for an older one is void
	bootedAt     time.Time
	secretsSeen  uint64
	minSecrets   uint64 // what the last create or update asked for: its host has these, so a later start sees them
	env          map[string]string
	restartCount int // automatic restarts since the last update

	rowsAreOld bool // the checks are those of the version before
	behaviour  Behaviour
	crash      func(Boot) (after time.Duration, crash bool)
	failNext   string // state that the next update ends in

	record machineRecord
}

type versionRow struct {
	version string
	config  json.RawMessage
	image   imageRef
}

// event is one line of a machine's history.
type event struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Status    string `json:"status"`
	Source    string `json:"source"`
	Timestamp int64  `json:"timestamp"` // ms
	Request   object `json:"request,omitempty"`
}

// AddMachine makes a machine that has been there for s.Age. It panics when
// the spec makes no sense: that is a mistake in the test.
func (a *App) AddMachine(s MachineSpec) *Machine {
	p := a.p
	p.lock()
	defer p.mu.Unlock()
	s = s.withDefaults(a)
	m := &Machine{p: p, app: a, id: s.ID, name: s.Name, region: s.Region, state: s.State, hostStatus: s.HostStatus, cordoned: s.Cordoned}
	if m.id == "" {
		m.id = p.machineID(a)
	}
	if m.name == "" {
		m.name = "machine-" + m.id
	}
	if a.machine(m.id) != nil {
		panic("flysim: machine " + m.id + " is there already")
	}
	if _, ok := p.images[s.Image]; s.Digest != "" && !ok {
		p.images[s.Image] = s.Digest
	}
	cfg, err := s.config()
	if err == nil {
		err = m.setConfig(cfg)
	}
	if err != nil {
		panic("flysim: config of " + m.id + ": " + err.Error())
	}
	m.image = p.resolveImage(m.view.Image)
	if s.Digest != "" {
		m.image.Digest = s.Digest
	}
	m.settleInPast(s)
	a.machines = append(a.machines, m)
	if err := m.attachVolume(); err != nil {
		panic("flysim: " + err.Error())
	}
	m.note()
	return m
}

func (s MachineSpec) withDefaults(a *App) MachineSpec {
	if s.Region == "" {
		s.Region = "iad"
	}
	if s.Group == "" {
		s.Group = "app"
	}
	if s.State == "" {
		s.State = "started"
	}
	if s.HostStatus == "" {
		s.HostStatus = "ok"
	}
	if s.Age == 0 {
		s.Age = time.Hour
	}
	if s.Image == "" {
		s.Image = "registry.fly.io/" + a.spec.Name + ":deployment-1"
	}
	return s
}

// config is the spec's config with an image and the metadata of fly deploy.
func (s MachineSpec) config() (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if len(s.Config) > 0 {
		if err := json.Unmarshal(s.Config, &fields); err != nil {
			return nil, err
		}
	}
	if _, ok := fields["image"]; !ok {
		fields["image"] = encode(s.Image)
	}
	md := map[string]string{}
	if raw, ok := fields["metadata"]; ok {
		if err := json.Unmarshal(raw, &md); err != nil {
			return nil, err
		}
	}
	if !s.Unmanaged {
		for k, v := range map[string]string{
			"fly_platform_version": "v2", "fly_process_group": s.Group,
			"fly_release_id": "rel_1", "fly_release_version": "1", "fly_flyctl_version": "0.3.210",
		} {
			if _, ok := md[k]; !ok {
				md[k] = v
			}
		}
	}
	if len(md) > 0 {
		fields["metadata"] = encode(md)
	}
	return encode(fields), nil
}

func (p *Platform) machineID(a *App) string {
	for {
		id := p.hexID("machine of "+a.spec.Name, 14)
		if a.machine(id) == nil {
			return id
		}
	}
}

// setConfig takes a config as it was sent. Nothing of it is lost: the
// platform's own view of it is read on the side.
func (m *Machine) setConfig(raw json.RawMessage) error {
	view, err := readConfig(raw)
	if err != nil {
		return err
	}
	m.config, m.view = slices.Clone(raw), view
	return nil
}

// settleInPast gives the machine the history of one that was made some time ago
// and reached its state then.
func (m *Machine) settleInPast(s MachineSpec) {
	p := m.p
	now := p.now
	p.now = now.Add(-s.Age)
	m.created, m.updated = p.now, p.now
	m.host = m.region + "-" + strconv.Itoa(p.next("host"))
	m.newVersion()
	m.event("launch", "created", "user", nil)
	if m.state != "created" {
		m.event("start", "started", "flyd", nil)
		m.captureBoot(p.newestSecrets(m.app))
	}
	m.bootedAt = p.now
	for _, x := range s.Exits {
		p.now = now.Add(-time.Duration(x.Ago))
		m.exitedAs(x)
		if x.Restarted {
			m.event("start", "started", "flyd", nil)
			m.bootedAt = p.now
		}
	}
	switch {
	case m.state == "started":
		p.now = now
		m.runChecks()
		m.checkedSince(m.bootedAt.Add(bootTime))
		return
	case m.state == "stopped" && len(s.Exits) == 0:
		by := "proxy"
		if len(m.view.Services) == 0 {
			by = "user" // the proxy stops nothing else
		}
		m.event("stop", "stopping", by, nil)
		m.exitEvent(0, true, false)
	case m.state == "suspended":
		m.event("suspend", "suspended", "proxy", nil)
	}
	p.now = now
}

// checkedSince dates the results of a machine of before the test: they have
// been so since it booted.
func (m *Machine) checkedSince(at time.Time) {
	for i := range m.checks {
		if at.Before(m.p.now) {
			m.checks[i].updated = at
		}
	}
}

func (m *Machine) newVersion() {
	m.version = ulid(m.p.now, "version", m.id, strconv.Itoa(len(m.versions)))
	m.versions = slices.Insert(m.versions, 0, versionRow{m.version, m.config, m.image})
}

func (m *Machine) event(kind, status, source string, request object) {
	e := event{
		ID:   ulid(m.p.now, "event", m.id, strconv.Itoa(m.p.next("event "+m.id))),
		Type: kind, Status: status, Source: source, Timestamp: m.p.now.UnixMilli(), Request: request,
	}
	m.events = slices.Insert(m.events, 0, e)
	m.updated = m.p.now
}

func (m *Machine) exitEvent(code int, requested, restarting bool) {
	m.exitedAs(Exit{Code: code, Requested: requested, Restarted: restarting, Restarts: m.restartCount})
}

func (m *Machine) exitedAs(x Exit) {
	signal := -1
	if x.OOM {
		signal = 9
	}
	m.event("exit", "stopped", "flyd", object{
		"exit_event": object{
			"exit_code": x.Code, "guest_exit_code": x.Code, "guest_signal": signal, "signal": -1, "oom_killed": x.OOM,
			"requested_stop": x.Requested, "restarting": x.Restarted, "exited_at": stamp(m.p.now),
		},
		"restart_count": x.Restarts,
	})
}

func (m *Machine) gone() bool { return m.state == "destroyed" || m.state == "destroying" }

func (m *Machine) group() string {
	for _, k := range []string{"fly_process_group", "process_group"} {
		if g := m.view.Metadata[k]; g != "" {
			return g
		}
	}
	return "app"
}

func (m *Machine) String() string {
	return fmt.Sprintf("%s (%s, %s, %s)", m.id, m.group(), m.region, m.state)
}
