package plan

import (
	"slices"

	"github.com/fly-standards/fly-standards/internal/live"
)

// restarts are the started machines that a fix restarts when it is carried
// out: also one that still waits for consent, so that its cost is known first.
func restarts(app *live.App, fix *Fix, o Options) int {
	if app == nil || fix == nil || o.NoRestart {
		return 0
	}
	return len(restarted(app, fix))
}

// restarted leaves out machines that are stopped, or that are never changed: they
// cost nothing.
func restarted(app *live.App, fix *Fix) []live.Machine {
	return slices.DeleteFunc(slices.Clone(app.Machines), func(m live.Machine) bool {
		return !m.Started() || m.WhyUntouchable() != "" || !slices.ContainsFunc(fix.Changes, func(c Change) bool {
			return c.Machine != nil && c.Machine.ID == m.ID && !c.Machine.RideAlong
		})
	})
}
