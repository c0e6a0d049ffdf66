package flysim

import (
	"encoding/json"
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
