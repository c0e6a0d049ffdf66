package flysim_test

import (
	"encoding/json"
	"strings"
	"testing"

	fly "github.com/superfly/fly-go"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

func TestVolumes(t *testing.T) {
	s := newSim(t)
	ctx := t.Context()
	id := s.app.AddVolume(flysim.VolumeSpec{Region: "ams", SizeGB: 10})
	mount := json.RawMessage(`{"image":"nginx","mounts":[{"volume":"` + id + `","path":"/data"}]}`)
	m := s.machine(flysim.MachineSpec{Region: "ams", Config: mount})

	list, err := s.fly.GetVolumes(ctx, "web")
	fine(t, err)
	if len(list) != 1 || list[0].AttachedMachine == nil || *list[0].AttachedMachine != m.ID() || list[0].SnapshotRetention != 5 {
		t.Errorf("volumes = %+v", list)
	}
	for region, want := range map[string]int{"ams": 412, "iad": 412} {
		code, _ := send(t, s, "POST", "/v1/apps/web/machines", `{"region":"`+region+`","config":`+string(mount)+`}`)
		if code != want {
			t.Errorf("a second machine on the volume in %s: %d, want %d", region, code, want)
		}
	}
	_, err = s.fly.DeleteVolume(ctx, "web", id)
	wantStatus(t, err, 412)

	days, off := 14, false
	v, err := s.fly.UpdateVolume(ctx, "web", id, fly.UpdateVolumeRequest{SnapshotRetention: &days, AutoBackupEnabled: &off})
	fine(t, err)
	if v.SnapshotRetention != 14 || v.AutoBackupEnabled {
		t.Errorf("volume = %+v", v)
	}
	days = 61
	_, err = s.fly.UpdateVolume(ctx, "web", id, fly.UpdateVolumeRequest{SnapshotRetention: &days})
	wantStatus(t, err, 400)
	v, restart, err := s.fly.ExtendVolume(ctx, "web", id, 20)
	fine(t, err)
	if v.SizeGb != 20 || !restart {
		t.Errorf("extended to %d, needs restart %v", v.SizeGb, restart)
	}
	fine(t, s.fly.CreateVolumeSnapshot(ctx, "web", id))
	snaps, err := s.fly.GetVolumeSnapshots(ctx, "web", id)
	fine(t, err)
	if len(snaps) != 1 || *snaps[0].RetentionDays != 14 {
		t.Errorf("snapshots = %+v", snaps)
	}
	made, err := s.fly.CreateVolume(ctx, "web", fly.CreateVolumeRequest{Name: "more", Region: "iad"})
	fine(t, err)
	if made.SizeGb != 3 || !made.AutoBackupEnabled {
		t.Errorf("created = %+v", made)
	}
}

func TestPlatformReads(t *testing.T) {
	s := newSim(t)
	s.app.AddIP("137.66.1.2", "global", true)
	s.app.AddIP("fdaa:0:1::3", "", false)
	regions, err := s.fly.GetRegions(t.Context())
	fine(t, err)
	if regions.Nearest != "iad" {
		t.Errorf("nearest %q", regions.Nearest)
	}
	var open []string
	for _, r := range regions.Regions {
		if r.Latitude == 0 || r.Longitude == 0 {
			t.Errorf("%s has no coordinates", r.Code)
		}
		if !r.Deprecated {
			open = append(open, r.Code)
		}
	}
	if got := strings.Join(open, " "); got != "ams arn bom cdg dfw ewr fra gru iad jnb lax lhr nrt ord sin sjc syd yyz" {
		t.Errorf("open regions = %s", got)
	}
	ips, err := s.fly.GetIPAssignments(t.Context(), "web")
	fine(t, err)
	if len(ips.IPs) != 2 || !ips.IPs[0].Shared || !ips.IPs[1].IsFlycast() {
		t.Errorf("ips = %+v", ips.IPs)
	}
}

func TestMetadata(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	version := m.Version()
	fine(t, s.fly.SetMetadata(t.Context(), "web", m.ID(), "note", "hello"))
	got, err := s.fly.GetMetadata(t.Context(), "web", m.ID())
	fine(t, err)
	if got["note"] != "hello" || got["fly_platform_version"] != "v2" || m.Version() != version || m.State() != "started" {
		t.Errorf("metadata %v, version changed %v, state %s", got, m.Version() != version, m.State())
	}
	fine(t, s.fly.DeleteMetadata(t.Context(), "web", m.ID(), "note"))
	code, _ := send(t, s, "PATCH", "/v1/apps/web/machines/"+m.ID()+"/metadata", `{"metadata":{"a":"b"},"machine_version":"old"}`)
	if code != 412 {
		t.Errorf("stale patch: %d, want 412", code)
	}
}
