package apply

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// rollBackAll gives the machines that are healthy with the change their old
// configuration back, newest first, one at a time, each followed to its end; the
// clones that came before them go last. It never takes one
// away where that would leave a group below its floor.
func (o *rollout) rollBackAll(ctx context.Context) {
	for _, id := range slices.Backward(slices.Clone(o.order)) {
		m := o.changed[id]
		if m == nil || !m.Verdict.Good() {
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if why := o.whyNotTake(ctx, m.Machine, m.Group); why != "" {
			o.r.emit(Kept{m.Machine, why})
			o.r.rep.machine(m.Step.ID).Why = "it keeps the change: " + why
			continue
		}
		o.r.machines.Follow(ctx, o.r.machines.BeginRestore(m, nil))
	}
	o.r.clones.takeBack(ctx)
}

// whyNotTake waits until the group can do without a machine; what it returns
// says why it can't.
func (o *rollout) whyNotTake(ctx context.Context, machine, groupName string) string {
	g := o.groups[groupName]
	if g == nil {
		g = &group{name: groupName, pending: map[string]plan.Step{}, seen: map[string]bool{}}
		o.groups[groupName] = g
	}
	deadline := o.r.d.Clock.Now().Add(min(o.r.d.WaitTimeout, time.Minute))
	for {
		all, err := o.readGroup(ctx, g)
		switch {
		case err == nil:
			f := o.floor(g, all)
			i := slices.IndexFunc(all, func(m live.Machine) bool { return m.ID == machine })
			if i < 0 {
				return "it is gone"
			}
			if !all[i].Serves() || all[i].Health() != live.Healthy || f.healthy-1 >= f.floor {
				return ""
			}
		case !live.Uncertain(err):
			return err.Error()
		}
		if !o.r.d.Clock.Now().Before(deadline) || o.r.d.Clock.Sleep(ctx, 2*time.Second) != nil {
			return "too few other machines of its group are healthy to restart it"
		}
	}
}

// afterFailure decides what stays after the machines could not all be updated.
// A machine that was not healthy takes the others with it; anything else (a
// lease of somebody else, a refusal, an interruption) leaves healthy machines
// alone. The file goes back when no machine kept the change, unless the user
// wanted to stop here.
func (r *run) afterFailure(ctx context.Context, err error) {
	if isUnhealthy(err) && !r.d.NoRollback {
		r.rollout.rollBackAll(ctx)
	}
	if !errors.Is(err, errInterrupted) && ctx.Err() == nil && !r.rep.machinesKept() {
		r.putFilesBack()
	}
}

func (r *run) putFilesBack() {
	r.others.putBack()
	r.edit.putBack()
}
