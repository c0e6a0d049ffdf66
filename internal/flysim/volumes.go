package flysim

import (
	"fmt"
	"net/http"
	"slices"
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

func (c *call) listVolumes() reply { return ok(list(c.app.volumes)) }

func (c *call) pathVolume() (*volume, reply) {
	if v := c.app.volume(c.r.PathValue("volume")); v != nil {
		return v, reply{}
	}
	return nil, fail(http.StatusNotFound, "volume not found")
}

func (c *call) createVolume() reply {
	var in struct {
		Name      string `json:"name"`
		Region    string `json:"region"`
		SizeGB    int    `json:"size_gb"`
		Retention int    `json:"snapshot_retention"`
		Backup    *bool  `json:"auto_backup_enabled"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	if in.Name == "" {
		return fail(http.StatusBadRequest, "invalid_argument: name is required")
	}
	if _, known := findRegion(in.Region); !known {
		return fail(http.StatusBadRequest, "invalid_argument: region %s not found", in.Region)
	}
	if c.p.full[in.Region] {
		return failFor(http.StatusUnprocessableEntity, "volume_placement_capacity", "no capacity for volumes in region %s", in.Region)
	}
	return ok(c.app.addVolume(VolumeSpec{Name: in.Name, Region: in.Region, SizeGB: in.SizeGB, Retention: in.Retention, NoBackup: in.Backup != nil && !*in.Backup}))
}

func (c *call) getVolume() reply {
	v, missing := c.pathVolume()
	if v == nil {
		return missing
	}
	return ok(v)
}

func (c *call) updateVolume() reply {
	v, missing := c.pathVolume()
	if v == nil {
		return missing
	}
	var in struct {
		Retention *int  `json:"snapshot_retention"`
		Backup    *bool `json:"auto_backup_enabled"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	if in.Retention != nil && (*in.Retention < 1 || *in.Retention > 60) {
		return fail(http.StatusBadRequest, "invalid_argument: snapshot_retention must be between 1 and 60")
	}
	if in.Retention != nil {
		v.Retention = *in.Retention
	}
	if in.Backup != nil {
		v.AutoBackup = *in.Backup
	}
	return ok(v)
}

func (c *call) deleteVolume() reply {
	v, missing := c.pathVolume()
	if v == nil {
		return missing
	}
	if v.Machine != nil {
		return fail(http.StatusPreconditionFailed, "failed_precondition: volume is attached to machine %s", *v.Machine)
	}
	v.State = "pending_destroy"
	c.app.volumes = slices.DeleteFunc(c.app.volumes, func(o *volume) bool { return o == v })
	return ok(v)
}

func (c *call) extendVolume() reply {
	v, missing := c.pathVolume()
	if v == nil {
		return missing
	}
	var in struct {
		SizeGB int `json:"size_gb"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	if in.SizeGB < v.SizeGB {
		return fail(http.StatusBadRequest, "invalid_argument: a volume can't shrink")
	}
	v.SizeGB = in.SizeGB
	return ok(object{"volume": v, "needs_restart": v.Machine != nil})
}

func (c *call) listSnapshots() reply {
	v, missing := c.pathVolume()
	if v == nil {
		return missing
	}
	return ok(list(v.snapshots))
}

func (c *call) createSnapshot() reply {
	v, missing := c.pathVolume()
	if v == nil {
		return missing
	}
	v.snapshots = slices.Insert(v.snapshots, 0, object{
		"id": "vs_" + c.p.hexID("snapshot of "+v.ID, 17), "size": 1 << 20, "volume_size": v.SizeGB << 30,
		"digest": "", "created_at": stamp(c.p.now), "status": "created", "retention_days": v.Retention,
	})
	return ok(v.snapshots[0])
}
