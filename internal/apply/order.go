package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/plan"
)

// carryOut does the kinds of steps one after the other, whatever their order
// in the plan: nothing may come before what it rests on.
func (r *run) carryOut(ctx context.Context) error {
	if err := (preflight{r}).check(ctx); err != nil {
		return err
	}
	if r.stop.Err() != nil {
		return errInterrupted
	}
	if err := r.rollout.checkFloor(ctx, false); err != nil {
		return err
	}
	if err := r.d.Journal.Append(journal.Begin, "", r.beginRecord()); err != nil {
		return fmt.Errorf("%w; nothing was changed", err)
	}
	r.rep.Journal = r.d.Journal.ID()
	if r.rollout.repairs() {
		if err := r.rollout.repairMachines(ctx); err != nil {
			return err
		}
		if err := r.rollout.checkFloor(ctx, true); err != nil {
			return err
		}
	}
	return r.carryOutSteps(ctx)
}

func (r *run) carryOutSteps(ctx context.Context) error {
	for _, s := range r.steps(plan.StepSecrets) {
		if err := r.one(s, func() error { return r.secrets.set(ctx, s) }); err != nil {
			return err
		}
	}
	for _, s := range r.steps(plan.StepFile) {
		if err := r.one(s, func() error {
			if err := r.secrets.held(ctx); err != nil {
				return err
			}
			return r.edit.write(s)
		}); err != nil {
			r.edit.putBack() // it was written, and that could not be recorded
			return err
		}
	}
	for _, s := range r.steps(plan.StepOtherFile) {
		if err := r.one(s, func() error { return r.others.write(s) }); err != nil {
			if !errors.Is(err, errInterrupted) {
				r.putFilesBack()
			}
			return err
		}
	}
	volumes := volumeSteps{r}
	if r.noRestart() {
		r.leave()
		return volumes.update(ctx)
	}
	// The clones that close a gap, then the machines; without a new check that fails.
	if err := r.without.updateMachines(ctx); err != nil {
		r.afterFailure(ctx, err)
		return err
	}
	if err := r.clones.add(ctx, false); err != nil {
		return err
	}
	if err := volumes.update(ctx); err != nil {
		return err
	}
	if err := r.clones.destroyAll(ctx); err != nil {
		return err
	}
	return errors.Join(r.rollout.unrepaired, r.without.err())
}

// one carries out a step that is done as a whole.
func (r *run) one(s plan.Step, do func() error) error {
	if r.stop.Err() != nil {
		return errInterrupted
	}
	r.started(s)
	if err := do(); err != nil {
		r.failed(s, err)
		return err
	}
	r.done(s, r.changed(s))
	return nil
}

// changed says whether a step did something; a file may have been so already.
func (r *run) changed(s plan.Step) bool {
	switch s.Kind {
	case plan.StepFile:
		return r.rep.File.State == Done
	case plan.StepOtherFile:
		return r.rep.other(s.OtherFile.File).State == Done
	}
	return true
}

// leave passes over what would restart or add machines.
func (r *run) leave() {
	for _, s := range r.p.Steps {
		switch s.Kind {
		case plan.StepMachine:
			r.rep.machine(s.ID).State = Left
		case plan.StepClone:
			r.rep.clone(s.ID).State = Left
		default:
			continue
		}
		r.emit(StepLeft{s})
	}
}
