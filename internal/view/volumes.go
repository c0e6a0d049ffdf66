package view

import (
	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// volumeImpact is what a step does to a volume, for a finding's block.
func volumeImpact(s plan.Step) string {
	return "volume " + s.Volume.ID + " in " + s.Volume.Region + " gets " + s.Volume.After.String() + ", without a restart"
}

// volumes are a line for each volume of the plan.
func (h *human) volumes(r apply.Report) {
	for _, v := range r.Volumes {
		text := v.ID + " in " + v.Region + " " + stateWord(v.State, "updated")
		if v.Why != "" {
			text += ": " + v.Why
		}
		h.total("volume", text)
	}
}
