package apply

import (
	"context"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// pick chooses the started machines to update now, all being the group as it
// was just read. It waits until the floor allows one at least. None: look again, nothing is started any more.
func (o *rollout) pick(ctx context.Context, g *group, all []live.Machine) ([]live.Machine, error) {
	deadline := o.r.d.Clock.Now().Add(o.r.d.WaitTimeout)
	for told := false; ; {
		started, _, err := g.split(all)
		if err != nil || len(started) == 0 {
			return nil, err
		}
		f := o.floor(g, all)
		if batch := choose(started, all, f, g.first); len(batch) > 0 {
			return batch, nil
		}
		if !o.r.d.Clock.Now().Before(deadline) {
			return nil, &FloorError{g.name, f.started, f.healthy, f.floor, f.unhealthy}
		}
		if !told {
			told = true
			o.r.emit(Waiting{Group: g.name, For: WaitFloor, Healthy: f.healthy, Floor: f.floor, Until: deadline})
		}
		if err := o.r.d.Clock.Sleep(ctx, 2*time.Second); err != nil || o.r.stop.Err() != nil {
			return nil, errInterrupted
		}
		if all, err = o.readGroup(ctx, g); err != nil {
			return nil, err
		}
	}
}

// choose takes machines in order while the floor holds without them, never all
// that a region has while another region is up, and no more than can be kept in
// hand.
func choose(candidates, all []live.Machine, f floorNow, first bool) []live.Machine {
	limit := min(f.atOnce, maxInFlight)
	if first {
		limit = 1
	}
	inRegion := map[string]int{} // machines that serve and are well: a sick one carries no region, nor does one that is not managed
	for _, m := range all {
		if m.Started() && m.Serves() {
			inRegion[m.Region] += 0 // a region all the same, with nothing to spare
			if m.Health() == live.Healthy && m.WhyUntouchable() == "" {
				inRegion[m.Region]++
			}
		}
	}
	taken := map[string]int{}
	var batch []live.Machine
	spare := f.healthy - f.floor
	for _, m := range candidates {
		if len(batch) == limit {
			break
		}
		served, healthy := m.Serves(), m.Health() == live.Healthy
		if n := inRegion[m.Region]; served && len(inRegion) > 1 && taken[m.Region]+1 > max(1, n-1) {
			continue
		}
		// One that is unhealthy as it is proves nothing about the change, and
		// would take the others back with it. Only a lone one is taken so.
		if !healthy && (f.started > 1 || !served && f.started > 0) {
			continue
		}
		if served {
			if healthy {
				spare--
			}
			if spare < 0 {
				break
			}
			taken[m.Region]++
		}
		batch = append(batch, m)
	}
	slices.SortFunc(batch, func(a, b live.Machine) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return batch
}
