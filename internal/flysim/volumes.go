package flysim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// VolumeSpec is what a volume is made of.
type VolumeSpec struct {
	ID        string
	Name      string // default data
	Region    string // default iad
	SizeGB    int    // default 3
	Retention int    // days of snapshots; default 5
	NoBackup  bool
	State     string // default created
	Age       Span
}

type volume struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	State      string   `json:"state"`
	SizeGB     int      `json:"size_gb"`
	Region     string   `json:"region"`
	Zone       string   `json:"zone"`
	Encrypted  bool     `json:"encrypted"`
	Machine    *string  `json:"attached_machine_id"`
	Alloc      *string  `json:"attached_alloc_id"`
	CreatedAt  string   `json:"created_at"`
	Retention  int      `json:"snapshot_retention"`
	AutoBackup bool     `json:"auto_backup_enabled"`
	HostStatus string   `json:"host_status"`
	FSType     string   `json:"fstype"`
	Type       string   `json:"type"`
	snapshots  []object // newest first
	host       string
}

// AddVolume makes a volume and gives its id. A machine whose config mounts it
// is put on its host.
func (a *App) AddVolume(s VolumeSpec) string {
	a.p.lock()
	defer a.p.mu.Unlock()
	return a.addVolume(s).ID
}

func (a *App) addVolume(s VolumeSpec) *volume {
	p := a.p
	v := &volume{
		ID: s.ID, Name: s.Name, State: s.State, SizeGB: s.SizeGB, Region: s.Region, Encrypted: true, Retention: s.Retention,
		AutoBackup: !s.NoBackup, HostStatus: "ok", FSType: "ext4", Type: "local", CreatedAt: stamp(p.now.Add(-time.Duration(s.Age))),
	}
	if v.ID == "" {
		v.ID = "vol_" + p.hexID("volume of "+a.spec.Name, 17)
	}
	if v.Name == "" {
		v.Name = "data"
	}
	if v.State == "" {
		v.State = "created"
	}
	if v.Region == "" {
		v.Region = "iad"
	}
	if v.SizeGB == 0 {
		v.SizeGB = 3
	}
	if v.Retention == 0 {
		v.Retention = 5
	}
	v.host = v.Region + "-" + strconv.Itoa(p.next("host"))
	v.Zone = fmt.Sprintf("%x", len(a.volumes))
	a.volumes = append(a.volumes, v)
	return v
}

func (c machineConfig) volume() string {
	if len(c.Mounts) == 0 {
		return ""
	}
	return c.Mounts[0].Volume
}

func (a *App) volume(id string) *volume {
	for _, v := range a.volumes {
		if v.ID == id {
			return v
		}
	}
	return nil
}

// attachVolume ties the machine to the volume that it mounts, and to its host.
func (m *Machine) attachVolume() error {
	id := m.view.volume()
	if id == "" {
		return nil
	}
	v := m.app.volume(id)
	switch {
	case v == nil:
		return fmt.Errorf("volume %s not found", id)
	case v.Machine != nil:
		return fmt.Errorf("volume %s is attached to machine %s", id, *v.Machine)
	}
	v.Machine, m.host = &m.id, v.host
	return nil
}

func (m *Machine) detachVolume() {
	for _, v := range m.app.volumes {
		if v.Machine != nil && *v.Machine == m.id {
			v.Machine = nil
		}
	}
}

// mountable refuses a machine whose volume is not free or is elsewhere.
func (a *App) mountable(cfg machineConfig, region string) (reply, bool) {
	id := cfg.volume()
	if id == "" {
		return reply{}, true
	}
	v := a.volume(id)
	switch {
	case v == nil:
		return fail(http.StatusBadRequest, "invalid_argument: volume %s not found", id), false
	case v.Machine != nil:
		return fail(http.StatusPreconditionFailed, "failed_precondition: volume %s is already attached to machine %s", id, *v.Machine), false
	case v.Region != region:
		return fail(http.StatusPreconditionFailed, "failed_precondition: volume %s is in region %s", id, v.Region), false
	}
	return reply{}, true
}
