package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// withoutCheck goes on without a new check that a machine did not pass. The rest
// of the plan was wanted for its own sake, and is carried out all the same: the
// plan is made once more with that fix held back, from the same look at the
// world, and what was done so far is brought to it. Three things bound that:
//
//   - the machine comes first: it gets what the other plan wants of it at once,
//     and its old configuration where that can't be;
//   - the other plan may only do less, else it is not used: nobody has seen it;
//   - any other failure ends the run as ever, and takes all of it back.
type withoutCheck struct {
	r     *run
	tried []plan.Tried
	begun bool // since updateMachines last began, the plan is another one
}

// instead is what a machine gets in place of an update whose new checks alone
// fail.
func (w *withoutCheck) instead(m *onemachine.InFlight) (onemachine.Job, bool) {
	if !w.replan(m) {
		return onemachine.Job{}, false
	}
	s, ok := w.r.step(m.Step.ID)
	if !ok || m.Woken || !m.Was.Started() {
		return onemachine.Job{}, false
	}
	// With nothing left to change it would keep the check.
	if _, changed, err := machineconfig.Apply(m.Was.Config, s.Machine.Ops); err != nil || !changed {
		return onemachine.Job{}, false
	}
	return again(m, s), true
}

// again is another update of a machine that this run has updated already, from
// the configuration that it had before.
func again(m *onemachine.InFlight, s plan.Step) onemachine.Job {
	j := planned(s, onemachine.Change)
	if !m.Was.Started() {
		j.Goal = onemachine.ChangeAtRest
	}
	j.Version, j.Before = m.Version, &m.Was
	return j
}

// replan puts the plan without the check in the place of the one that is carried
// out.
func (w *withoutCheck) replan(m *onemachine.InFlight) bool {
	tried := w.r.triedOn(m)
	if len(tried) == 0 || w.r.d.Without == nil || w.r.d.NoRollback {
		return false
	}
	all := append(slices.Clone(w.tried), tried...)
	p, err := w.r.d.Without(all)
	if err != nil || !onlyLess(w.r.p.Steps, p.Steps) || slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return addsAny(s, all) }) {
		return false
	}
	w.r.emit(CheckLeftOut{m.Machine})
	w.tried, w.begun = all, true
	w.r.use(p)
	return true
}

// use replaces the steps. What was learnt of a machine since they were planned
// stays: its version, and that it was repaired.
func (r *run) use(p *plan.Plan) {
	steps := slices.Clone(p.Steps)
	for i, s := range steps {
		if old, ok := r.step(s.ID); ok && s.Machine != nil {
			ms := *s.Machine
			ms.Version, ms.Repair = old.Machine.Version, old.Machine.Repair
			steps[i].Machine = &ms
		}
	}
	r.p.Steps = steps
}

func (r *run) step(id string) (plan.Step, bool) {
	i := slices.IndexFunc(r.p.Steps, func(s plan.Step) bool { return s.ID == id })
	if i < 0 {
		return plan.Step{}, false
	}
	return r.p.Steps[i], true
}

// updateMachines updates them all, behind the clones that must be up before, with
// another plan after each check that had to be left out.
func (w *withoutCheck) updateMachines(ctx context.Context) error {
	for {
		w.begun = false
		err := w.r.clones.add(ctx, true)
		if err == nil {
			err = w.r.rollout.updateMachines(ctx)
		}
		if !w.begun || err == nil || !isRefused(err) {
			return err
		}
		if w.r.rollout.align(ctx) != nil {
			return err // what failed first tells more
		}
		if err := w.r.edit.rewrite(); err != nil {
			return err
		}
	}
}

// err tells what was left out; nil when nothing was.
func (w *withoutCheck) err() error {
	if len(w.tried) == 0 {
		return nil
	}
	return &LeftOutError{w.tried}
}

// triedOn are the checks that a machine refused, as the record and the next plan
// know them.
func (r *run) triedOn(m *onemachine.InFlight) []plan.Tried {
	var e *UnhealthyError
	if !errors.As(m.Err, &e) || !e.Refused {
		return nil
	}
	var out []plan.Tried
	for _, c := range e.Failing {
		out = append(out, plan.Tried{
			Machine: m.Machine, Group: m.Group, Image: m.Was.Image, At: r.d.Clock.Now(),
			Check: c.Config, Status: c.Row.HTTPStatus(), Said: saidOf(c), Now: true,
		})
	}
	return out
}

func saidOf(c live.FailingCheck) string { return onemachine.Answer(c.Config, c.Row) }

// addsAny says whether a step puts one of the checks on a machine of the group
// that refused it.
func addsAny(s plan.Step, tried []plan.Tried) bool {
	return s.Machine != nil && slices.ContainsFunc(tried, func(t plan.Tried) bool {
		return t.Group == s.Machine.Group && slices.ContainsFunc(s.Machine.Ops, func(op machineconfig.Op) bool { return t.IsAdded(op) })
	})
}

// onlyLess says whether steps do nothing that others do not.
func onlyLess(than, steps []plan.Step) bool {
	return !slices.ContainsFunc(steps, func(s plan.Step) bool {
		i := slices.IndexFunc(than, func(o plan.Step) bool { return o.ID == s.ID })
		return i < 0 || !within(than[i], s)
	})
}

// within says whether one step does no more than another one of its kind.
func within(all, s plan.Step) bool {
	switch {
	case s.Machine != nil && all.Machine != nil:
		return s.Machine.ID == all.Machine.ID && subset(all.Machine.Ops, s.Machine.Ops)
	case s.EditFile != nil && all.EditFile != nil:
		return subset(all.EditFile.Edits, s.EditFile.Edits)
	case s.Clone != nil && all.Clone != nil:
		return s.Clone.Source == all.Clone.Source && s.Clone.Region == all.Clone.Region && subset(all.Clone.Ops, s.Clone.Ops)
	case s.Secrets != nil && all.Secrets != nil:
		return subset(all.Secrets.Set, s.Secrets.Set)
	case s.OtherFile != nil && all.OtherFile != nil:
		return sameJSON(all.OtherFile, s.OtherFile)
	case s.Volume != nil && all.Volume != nil:
		return sameJSON(all.Volume, s.Volume)
	}
	return false
}

func subset[T any](all, part []T) bool {
	return !slices.ContainsFunc(part, func(p T) bool {
		return !slices.ContainsFunc(all, func(a T) bool { return sameJSON(a, p) })
	})
}

func sameJSON(a, b any) bool {
	ja, errA := json.Marshal(a)
	jb, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(ja, jb)
}

// isRefused says whether a run stopped because of a new check alone.
func isRefused(err error) bool {
	var e *UnhealthyError
	return errors.As(err, &e) && e.Refused
}
