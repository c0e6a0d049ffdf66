package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/plan"
)

func singleVolume() plan.Fixer {
	return plan.Fixer{
		ID:       "single-volume",
		Title:    "data is on more than one volume",
		Severity: plan.Warning,
		Doc: `A volume is a slice of one disk in one server. When that disk or server fails, an app with one machine and one volume is down, and
what was written since the last daily snapshot may be gone.

Nothing is changed for you: a second volume starts empty, and only the app, or its database, can copy data to it. What helps: a
database that replicates (Fly's Managed Postgres, LiteFS, your own replica), or backups outside the app (Litestream, a dump to object
storage) that you have restored once to see that they work.

Manual fix: fly volumes list shows the volumes, fly volumes snapshots list ID what could be restored.`,
		Check: checkSingleVolume,
	}
}

func checkSingleVolume(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, g := range groupNames(t.File) {
		machines := machinesOf(t, []string{g})
		if len(machines) != 1 || len(machines[0].Config.Mounts()) == 0 {
			continue
		}
		m := machines[0]
		mount := m.Config.Mounts()[0]
		out = append(out, plan.Finding{
			Message:  fmt.Sprintf("%s has one machine and one volume: one disk failure loses everything in %s", g, mount.Path),
			At:       placeOf(t.File, "mounts", ""),
			Evidence: plan.Saw(fmt.Sprintf("volume %s of machine %s in %s", mount.Volume, m.ID, m.Region)),
			Machines: []string{m.ID},
			Notes:    []string{"a second volume starts empty, so only the app's own replication, or backups elsewhere, help"},
		})
	}
	return out
}
