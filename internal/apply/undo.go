package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// Undo carries out a plan that takes back the apply with the journal of. It is
// Run, with the same guards and the same errors, but it may also destroy
// machines that the apply had added, and its own journal says what it is.
func Undo(ctx context.Context, p *plan.Plan, of string, d Deps) (Report, error) {
	d.undoOf = of
	return Run(ctx, p, d)
}

// wantedFile is what a file step makes of the file.
func (r *run) wantedFile(s *plan.FileStep) ([]byte, error) {
	if r.d.undoOf != "" && len(s.Edits) == 0 {
		return s.Content, nil
	}
	after, err := r.file.Apply(s.Edits...)
	if err != nil {
		return nil, err
	}
	return after.Bytes(), nil
}

// destroyMachines takes the machines away that the apply had added: last, when
// the others have proven to be well without its changes.
func (r *run) destroyMachines(ctx context.Context) error {
	for _, s := range r.steps(plan.StepDestroy) {
		if r.stop.Err() != nil {
			return errInterrupted
		}
		r.started(s)
		if err := r.destroyOurs(ctx, s); err != nil {
			res := r.rep.clone(s.ID)
			res.Why = err.Error()
			r.failed(s, err)
			return err
		}
		r.done(s, true)
	}
	return nil
}

func (r *run) destroyOurs(ctx context.Context, s plan.Step) error {
	res := r.rep.clone(s.ID)
	m, err := r.d.Machines.Machine(ctx, s.Destroy.ID)
	if live.Is(err, live.NotFound) {
		res.State = AsWanted
		return nil
	}
	if err != nil {
		return err
	}
	if why := notOurs(m, s.Destroy.Marker); why != "" {
		return &MovedError{m.ID, why}
	}
	if r.groups[s.Destroy.Group] == nil {
		r.groups[s.Destroy.Group] = &group{name: s.Destroy.Group, pending: map[string]plan.Step{}, seen: map[string]bool{}}
	}
	if why := r.mayTake(ctx, &hand{machine: m.ID, group: s.Destroy.Group}); why != "" {
		return fmt.Errorf("destroy machine %s: too few other machines of its group are healthy to do without it", m.ID)
	}
	if err := r.leases.free(ctx, m.ID); err != nil {
		return err
	}
	rec := cloneRecord{Source: s.Destroy.Source, Region: s.Destroy.Region, Marker: s.Destroy.Marker, Machine: m.ID}
	if err := r.d.Journal.Append(journal.Intent, s.ID, rec); err != nil {
		return err
	}
	res.State = NotSure
	if err := r.destroy(ctx, m.ID); err != nil {
		rec.Error = err.Error()
		_ = r.d.Journal.Append(journal.Unknown, s.ID, rec)
		return err
	}
	res.State = Destroyed
	return r.d.Journal.Append(journal.Done, s.ID, rec)
}

// notOurs says why a machine must not be destroyed: only what bears the mark
// of the apply is ours, and one that got a volume since holds data.
func notOurs(m live.Machine, marker string) string {
	switch {
	case marker == "" || m.Config.Metadata()[CloneMarker] != marker:
		return "it does not bear the mark of that apply any more, so it is kept"
	case len(m.Config.Mounts()) > 0:
		return "it has a volume now, so it is kept"
	}
	return ""
}

// Added are the machines of an app that bear one of the marks.
func Added(machines []live.Machine, marker string) []live.Machine {
	return slices.DeleteFunc(slices.Clone(machines), func(m live.Machine) bool { return notOurs(m, marker) != "" })
}
