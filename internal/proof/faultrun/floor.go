package faultrun

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/plan"
)

// checkFloor is promise 5: at no instant fewer healthy machines than the
// floor, or than there were. One that a trouble struck counts as if it were
// well: that it is not is not the program's doing.
func (p *process) checkFloor() {
	w := p.w
	for _, group := range []string{"app", "worker"} {
		var in []*flysim.Machine
		started, well := 0, 0
		for _, id := range slices.Sorted(maps.Keys(p.start)) {
			m, s, mine := w.app.Machine(id), p.start[id], w.machineOf(id)
			if mine != nil && !mine.touchable || groupOf(m, mine) != group {
				continue
			}
			in = append(in, m) // one that the run brought up again carries the group too
			if s.state != "started" {
				continue
			}
			started++
			if s.healthy || w.hurt[m.ID()] {
				well++
			}
		}
		for _, added := range w.machines { // meanwhile, by others: the group is larger
			if _, there := p.start[added.id]; !there && added.group == group {
				started, well, in = started+1, well+1, append(in, w.app.Machine(added.id))
			}
		}
		for _, m := range w.app.Ever() { // and by an earlier run of ours, late (seed 3112281872551)
			if _, there := p.start[m.ID()]; !there && w.machineOf(m.ID()) == nil && groupOf(m, nil) == group {
				in = append(in, m)
			}
		}
		atOnce, err := plan.AtOnce(w.limit, started)
		if err != nil {
			w.fail("%v", err)
			return
		}
		floor := min(well, max(0, started-atOnce))
		if least, at := p.least(in, true); least < floor {
			w.fail("promise 5: %d machines of %s were healthy at %s, the floor is %d", least, group, at.Format("15:04:05.000"), floor)
		}
	}
}

// groupOf is the group of a machine; mine is nil for a clone that a run made.
func groupOf(m *flysim.Machine, mine *machine) string {
	switch {
	case mine != nil:
		return mine.group
	case bytes.Contains(m.Config(), []byte(`"fly_process_group":"worker"`)):
		return "worker"
	}
	return "app"
}

// checkLone: where a plan adds a machine beside the only one that runs, the group
// is never without a healthy one.
func (p *process) checkLone() {
	w := p.w
	begin, _, _ := bytes.Cut(p.recordText(), []byte("\n"))
	for _, group := range []string{"app", "worker"} {
		var in []*flysim.Machine // also those that are gone by now (seeds 500131, 1457316997887)
		started, well := 0, false
		for _, m := range w.app.Ever() {
			if _, there := p.start[m.ID()]; !there && groupOf(m, w.machineOf(m.ID())) == group {
				in = append(in, m)
			}
		}
		for id, s := range p.start {
			m, mine := w.app.Machine(id), w.machineOf(id)
			if groupOf(m, mine) != group || mine != nil && !mine.touchable {
				continue
			}
			in = append(in, m)
			if s.state == "started" {
				started, well = started+1, s.healthy
			}
		}
		if started != 1 || !well || !bytes.Contains(begin, []byte(`"id":"clone:`+group+":")) {
			continue
		}
		if least, at := p.least(in, false); least == 0 {
			w.fail("promise 5: no machine of %s was healthy at %s, and a second one was to come", group, at.Format("15:04:05.000"))
		}
	}
}

// least is the lowest count of healthy machines since the run began, looked
// at after all that happened at one time. fewer: what the run takes away for good
// makes the group smaller.
func (p *process) least(in []*flysim.Machine, fewer bool) (int, time.Time) {
	times := map[time.Time]bool{p.began: true}
	lines := make([][]flysim.Moment, len(in))
	for i, m := range in {
		lines[i] = m.Timeline()
		for _, x := range lines[i] {
			if !x.At.Before(p.began) {
				times[x.At] = true
			}
		}
	}
	least, when := len(in), p.began
	for at := range times {
		n := 0
		for i, line := range lines {
			ok := p.w.hurt[in[i].ID()]
			for k := len(line) - 1; k >= 0 && !ok; k-- {
				if !line[k].At.After(at) {
					// One or two (seed 173601243264).
					ok = line[k].Healthy || fewer && strings.HasPrefix(line[k].State, "destroy") && p.destroyed && p.w.machineOf(in[i].ID()) == nil
					break
				}
			}
			if ok {
				n++
			}
		}
		if n < least || n == least && at.Before(when) {
			least, when = n, at
		}
	}
	return least, when
}
