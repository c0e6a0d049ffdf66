package undo_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/plan"
)

// A volume goes back where it has our settings still, and nowhere else.
func TestVolumesGoBack(t *testing.T) {
	file, err := flytoml.Parse("fly.toml", []byte("app = \"web\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	before, after := live.VolumeSettings{SnapshotRetention: 1}, live.VolumeSettings{SnapshotRetention: 5, AutoBackup: true}
	h := apply.History{App: "web"}
	for _, id := range []string{"vol_ours", "vol_back", "vol_theirs", "vol_gone"} {
		h.Volumes = append(h.Volumes, apply.PastVolume{ID: id, Name: "data", Region: "iad", Before: before, After: after})
	}
	app := &live.App{Name: "web", Volumes: []live.Volume{
		{ID: "vol_ours", SnapshotRetention: 5, AutoBackup: true}, {ID: "vol_back", SnapshotRetention: 1}, {ID: "vol_theirs", SnapshotRetention: 30, AutoBackup: true},
	}}
	u := undo.New(h, undo.World{File: file, Path: "fly.toml", App: app})
	want := []plan.Step{{ID: "volume:vol_ours", Kind: plan.StepVolume, Rules: []string{}, Volume: &plan.VolumeStep{
		ID: "vol_ours", Name: "data", Region: "iad", Before: after, After: before,
	}}}
	if diff := cmp.Diff(want, u.Plan.Steps); diff != "" {
		t.Error(diff)
	}
	for _, id := range []string{"vol_theirs", "vol_gone"} {
		if !slices.ContainsFunc(u.Stays, func(s string) bool { return strings.Contains(s, id) }) {
			t.Errorf("nothing is said of %s: %q", id, u.Stays)
		}
	}
	if !h.Left() {
		t.Error("the apply counts as having left nothing")
	}
	offline := undo.New(h, undo.World{File: file, Path: "fly.toml", Offline: plan.OfflineNoToken})
	if len(offline.Plan.Steps) != 0 || len(offline.Stays) != 4 || !offline.Partly {
		t.Errorf("offline it plans %v and leaves %q", offline.Plan.Steps, offline.Stays)
	}
}
