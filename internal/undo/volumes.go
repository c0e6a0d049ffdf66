package undo

import (
	"slices"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// volumes gives the volumes their old snapshot settings, where they have ours
// still. Snapshots that were made meanwhile are kept for as long as was said
// when they were made.
func (u *Undo) volumes(w World) {
	for _, past := range u.Of.Volumes {
		if w.App == nil {
			u.stays("volume %s: the app can't be read (%s)", past.ID, w.Offline.Why(w.OfflineDetail))
			u.Partly = true
			continue
		}
		i := slices.IndexFunc(w.App.Volumes, func(v live.Volume) bool { return v.ID == past.ID })
		if i < 0 {
			u.stays("volume %s: it is gone, or can't be read", past.ID)
			continue
		}
		switch now := w.App.Volumes[i].Settings(); now {
		case past.Before:
		case past.After:
			u.step(plan.Step{ID: "volume:" + past.ID, Kind: plan.StepVolume, Volume: &plan.VolumeStep{
				ID: past.ID, Name: past.Name, Region: past.Region, Before: now, After: past.Before,
			}})
			u.back("volume %s in %s: back to %s", past.ID, past.Region, past.Before)
		default:
			u.stays("volume %s: its snapshot settings were changed since, and stay", past.ID)
		}
	}
}
