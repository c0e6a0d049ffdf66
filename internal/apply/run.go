package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Run carries out a plan: secrets stored and confirmed, the file written,
// machines updated group by group, machines added. It works on one goroutine
// and waits on the clock of d only, so that the same world gives the same run.
//
// Cancelling ctx finishes the machine in hand and stops there; closing d.Abort
// leaves at once. Either way our leases are released.
//
// The error is nil when all is done, and otherwise
//
//   - *StaleError: the plan does not fit any more; nothing was changed (within a
//     *PartialError: nothing more)
//   - *PartialError: stopped part-way, or put back, as its report says
//   - *InterruptedError: the user stopped it
//   - anything else: nothing was changed
func Run(ctx context.Context, p *plan.Plan, d Deps) (Report, error) {
	r, err := newRun(ctx, p, d)
	if err != nil {
		return r.rep, err
	}
	if !p.Changes() {
		r.rep.Outcome = NothingToDo
		return r.rep, nil
	}
	work := outliving(ctx, d.Abort)
	err = r.carryOut(work)
	if r.rep.File.State == Done { // the machines took their time
		if last := r.secrets.held(work); r.secrets.lost && err == nil {
			err = last
		}
	}
	if r.secrets.lost {
		r.edit.putBack() // nothing else has the value
	}
	r.machines.Leases.ReleaseAll(work)
	return r.end(err)
}

// run is what one Run has in common: what it was given, and what it says. The
// kinds of steps have types of their own.
type run struct {
	d    Deps
	p    *plan.Plan
	stop context.Context //nolint:containedctx // asked between machines only; work has a context of its own
	rep  Report

	file     *flytoml.File // as planned for
	migrated migrated
	begun    map[string]bool // steps

	secrets  *secretSteps
	edit     *fileStep
	others   *otherFiles
	rollout  *rollout
	clones   *cloneSteps
	machines *onemachine.Updater
	without  *withoutCheck
}

func newRun(ctx context.Context, p *plan.Plan, d Deps) (*run, error) {
	if d.WaitTimeout <= 0 {
		d.WaitTimeout = defaultWaitTimeout
	}
	own := *p // steps change when machines are repaired
	own.Steps = slices.Clone(p.Steps)
	r := &run{
		d: d, p: &own, stop: ctx, begun: map[string]bool{},
		rep: Report{App: p.App.Name, Undo: d.undoOf, Partly: d.undoPartly, Outcome: Refused, File: FileResult{Path: p.File.Path, State: NotReached}},
	}
	r.secrets, r.edit, r.clones = &secretSteps{r: r}, &fileStep{r: r}, &cloneSteps{r: r}
	r.others = &otherFiles{r: r}
	r.rollout = newRollout(r)
	r.machines = onemachine.New(onemachine.Updater{
		Platform: d.Machines, Clock: d.Clock, Record: recorder{r}, Wait: d.WaitTimeout, Stop: ctx, Secrets: r.secrets.versionFor, Hide: d.Hide,
	})
	r.without = &withoutCheck{r: r}
	r.machines.Instead = r.without.instead
	if d.Secret != nil {
		r.migrated.finds = append(r.migrated.finds, d.Secret)
	}
	if _, err := plan.AtOnce(d.MaxUnavailable, 1); err != nil {
		return r, fmt.Errorf("max_unavailable %w", err)
	}
	return r, r.readSteps()
}

// readSteps checks that the plan, which may come from a file, makes sense,
// and gives everything in it a place in the report.
func (r *run) readSteps() error {
	seen := map[string]bool{}
	for _, s := range r.p.Steps {
		for _, need := range s.Needs {
			if !seen[need] {
				return fmt.Errorf("plan step %s: it needs %s, which does not come before it", s.ID, need)
			}
		}
		if seen[s.ID] {
			return fmt.Errorf("plan step %s: it appears twice", s.ID)
		}
		seen[s.ID] = true
		switch {
		case s.Kind == plan.StepSecrets && s.Secrets != nil:
			for _, from := range s.Secrets.Set {
				r.rep.Secrets = append(r.rep.Secrets, SecretResult{from.Name, NotReached})
			}
		case s.Kind == plan.StepFile && s.EditFile != nil:
		case s.Kind == plan.StepOtherFile && s.OtherFile != nil:
			r.rep.Others = append(r.rep.Others, FileResult{s.OtherFile.File, NotReached})
		case s.Kind == plan.StepMachine && s.Machine != nil:
			m := s.Machine
			r.rep.Machines = append(r.rep.Machines, MachineResult{ID: m.ID, Group: m.Group, Region: m.Region, State: NotReached, step: s.ID})
		case s.Kind == plan.StepClone && s.Clone != nil:
			r.rep.Clones = append(r.rep.Clones, CloneResult{Source: s.Clone.Source, Region: s.Clone.Region, State: NotReached, step: s.ID})
		case s.Kind == plan.StepDestroy && s.Destroy != nil && r.d.undoOf != "":
			r.rep.Clones = append(r.rep.Clones, CloneResult{Machine: s.Destroy.ID, Source: s.Destroy.Source, Region: s.Destroy.Region, State: NotReached, step: s.ID})
		case s.Kind == plan.StepVolume && s.Volume != nil:
			if err := (volumeSteps{r}).read(s); err != nil {
				return err
			}
		default:
			return fmt.Errorf("plan step %s: it is of kind %q without one", s.ID, s.Kind)
		}
	}
	return nil
}

// steps of a kind, in the order of the plan.
func (r *run) steps(kind plan.StepKind) []plan.Step {
	return slices.DeleteFunc(slices.Clone(r.p.Steps), func(s plan.Step) bool { return s.Kind != kind })
}

func (r *run) noRestart() bool { return r.d.NoRestart || r.p.NoRestart }

func (r *run) emit(e Event) {
	if r.d.Emit != nil {
		r.d.Emit(e)
	}
}

// started tells once that a step begins: a machine that had to wait for its
// turn comes here twice.
func (r *run) started(s plan.Step) {
	if !r.begun[s.ID] {
		r.begun[s.ID] = true
		n := slices.IndexFunc(r.p.Steps, func(o plan.Step) bool { return o.ID == s.ID })
		r.emit(StepStarted{s, n + 1, len(r.p.Steps)})
	}
}

func (r *run) done(s plan.Step, changed bool) { r.emit(StepDone{s, changed}) }

func (r *run) failed(s plan.Step, err error) { r.emit(StepFailed{s, err}) }
