package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

func onVolume(id string, retention *int, backup *bool) plan.Finding {
	return plan.Finding{Message: id, Fix: &plan.Fix{Safety: plan.Safe, Changes: []plan.Change{{Volume: &plan.VolumeChange{ID: id, Retention: retention, AutoBackup: backup}}}}}
}

// withVolumes is an app with a machine and two volumes.
func withVolumes(t *testing.T) plan.Target {
	t.Helper()
	return plan.Target{File: parse(t, "app = \"web\"\n"), AppName: "web", App: &live.App{
		Name: "web", Machines: []live.Machine{machine(t, "aaa", "app", "started")},
		Volumes: []live.Volume{{ID: "vol_1", Name: "data", Region: "iad", SnapshotRetention: 2}, {ID: "vol_2", SnapshotRetention: 5, AutoBackup: true}},
	}}
}

// What two rules want of one volume is one step, after the machines; a volume
// that has it already gets none; --no-restart holds none of it.
func TestVolumeSteps(t *testing.T) {
	five, yes := 5, true
	target := withVolumes(t)
	rules := []plan.Fixer{
		says("a", onVolume("vol_1", &five, nil), onVolume("vol_2", &five, nil)), says("b", onVolume("vol_1", nil, &yes)),
		says("c", plan.Finding{Fix: &plan.Fix{Safety: plan.Safe, Changes: []plan.Change{onMachine("aaa", "/env/X", `"1"`, false)}}}),
	}
	step := plan.Step{ID: "volume:vol_1", Kind: plan.StepVolume, Rules: []string{"a", "b"}, Needs: []string{"machine:aaa"}, Volume: &plan.VolumeStep{
		ID: "vol_1", Name: "data", Region: "iad", Before: live.VolumeSettings{SnapshotRetention: 2}, After: live.VolumeSettings{SnapshotRetention: 5, AutoBackup: true},
	}}
	p := build(t, target, plan.Options{FilePath: "fly.toml"}, rules...)
	if diff := cmp.Diff([]plan.Step{step}, p.Steps[1:]); diff != "" || p.Totals.VolumesUpdated != 1 || p.Totals.Restarts != 1 {
		t.Errorf("%s\n%+v", diff, p.Totals)
	}
	step.Needs = nil
	p = build(t, target, plan.Options{FilePath: "fly.toml", NoRestart: true}, rules...)
	if diff := cmp.Diff([]plan.Step{step}, p.Steps); diff != "" {
		t.Errorf("with --no-restart: %s", diff)
	}
}

// Two rules that want different settings are both held.
func TestVolumeConflict(t *testing.T) {
	five, six := 5, 6
	p := build(t, withVolumes(t), plan.Options{FilePath: "fly.toml"}, says("a", onVolume("vol_1", &five, nil)), says("b", onVolume("vol_1", &six, nil)))
	if len(p.Steps) != 0 || p.Findings[0].Outcome != plan.Conflicting || p.Findings[1].Outcome != plan.Conflicting {
		t.Errorf("%+v", p.Findings)
	}
}
