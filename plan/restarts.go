package plan

import "github.com/fly-standards/fly-standards/internal/live"

// restarts are the started machines that a fix restarts when it is carried
// out: also one that still waits for consent, so that its cost is known first.
// Machines that are stopped, or that are never changed, cost nothing.
func restarts(app *live.App, fix *Fix, o Options) int {
	if app == nil || fix == nil || o.NoRestart {
		return 0
	}
	n := 0
	for _, m := range app.Machines {
		if !m.Started() || m.WhyUntouchable() != "" {
			continue
		}
		for _, c := range fix.Changes {
			if c.Machine != nil && c.Machine.ID == m.ID && !c.Machine.RideAlong {
				n++
				break
			}
		}
	}
	return n
}
