package flysim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

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
