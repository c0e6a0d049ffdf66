package plan

import (
	"cmp"
	"slices"

	"github.com/fly-standards/fly-standards/internal/live"
)

// StepVolume changes the snapshot settings of one volume. It restarts nothing.
const StepVolume StepKind = "volume"

// VolumeChange sets what is not nil of the snapshot settings of one volume.
type VolumeChange struct {
	ID         string
	Retention  *int // days
	AutoBackup *bool
}

// VolumeStep changes one volume once. Before is what it was planned for: with
// anything else, somebody changed it since.
type VolumeStep struct {
	ID     string              `json:"id"`
	Name   string              `json:"name"`
	Region string              `json:"region"`
	Before live.VolumeSettings `json:"before"`
	After  live.VolumeSettings `json:"after"`
}

// WhyRefused says why an apply must not make the step: fewer snapshots than
// before are nothing that any rule asks for. An undo may.
func (v *VolumeStep) WhyRefused() string {
	switch {
	case v.After.SnapshotRetention < 1 || v.After.SnapshotRetention > 60:
		return "snapshots are kept from 1 to 60 days"
	case v.After.SnapshotRetention < v.Before.SnapshotRetention:
		return "it would keep snapshots for less time than now"
	case v.Before.AutoBackup && !v.After.AutoBackup:
		return "it would end the daily snapshots"
	}
	return ""
}

// volumeSteps merges what all rules want of each volume.
func volumeSteps(app *live.App, all []*finding) []Step {
	var out []Step
	for _, v := range app.Volumes {
		before := v.Settings()
		vs := &VolumeStep{ID: v.ID, Name: v.Name, Region: v.Region, Before: before, After: before}
		step := Step{ID: "volume:" + v.ID, Kind: StepVolume, Volume: vs}
		for _, f := range planned(all) {
			for _, c := range f.Fix.Changes {
				if c.Volume == nil || c.Volume.ID != v.ID {
					continue
				}
				step.Rules = addRule(step.Rules, f.Rule)
				if c.Volume.Retention != nil {
					vs.After.SnapshotRetention = *c.Volume.Retention
				}
				if c.Volume.AutoBackup != nil {
					vs.After.AutoBackup = *c.Volume.AutoBackup
				}
			}
		}
		if vs.After != before {
			out = append(out, step)
		}
	}
	slices.SortStableFunc(out, func(a, b Step) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func setsVolume(fix *Fix) bool {
	return slices.ContainsFunc(fix.Changes, func(c Change) bool { return c.Volume != nil })
}

// volumesClash says whether two rules want different settings of one volume.
func volumesClash(a, b *VolumeChange) bool {
	if a.ID != b.ID {
		return false
	}
	return a.Retention != nil && b.Retention != nil && *a.Retention != *b.Retention ||
		a.AutoBackup != nil && b.AutoBackup != nil && *a.AutoBackup != *b.AutoBackup
}
