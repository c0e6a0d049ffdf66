package flysim

import (
	"cmp"
	"net/http"
	"slices"
)

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
	in.Region = cmp.Or(in.Region, c.p.nearest()) // flyctl sends none for a file without primary_region
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
