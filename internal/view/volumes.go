package view

import (
	"github.com/fly-standards/fly-standards/internal/apply"
)

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
