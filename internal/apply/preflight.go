package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// Stale says with a *StaleError, as Run would, what has moved since the plan
// was made; nil when nothing has. It changes nothing.
func Stale(ctx context.Context, p *plan.Plan, d Deps) error {
	r, err := newRun(ctx, p, d)
	if err != nil {
		return err
	}
	return (preflight{r}).check(ctx)
}

// preflight is what is looked at before anything is done: whether the plan still
// fits, and whether somebody else is at work.
type preflight struct{ r *run }

// check reads the file, the machines and the secrets once and compares
// them with what was planned for. It changes nothing. The file it read is the
// one that all values come from.
func (f preflight) check(ctx context.Context) error {
	moved, err := f.file()
	if err != nil {
		return err
	}
	others, err := f.r.others.check()
	if err != nil {
		return err
	}
	moved = append(moved, others...)
	if len(moved) == 0 {
		f.noteMigrated()
		more, err := f.app(ctx)
		if err != nil {
			return err
		}
		moved = append(moved, more...)
	}
	if len(moved) > 0 {
		return &StaleError{moved}
	}
	return nil
}

func (f preflight) file() ([]Moved, error) {
	r := f.r
	src, err := r.d.File.Read()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", r.p.File.Path, err)
	}
	if sum(src) != r.p.File.SHA256 {
		return []Moved{{"file", r.p.File.Path, "it was changed since"}}, nil
	}
	if w, ok := r.d.File.(writable); ok && len(r.steps(plan.StepFile)) > 0 {
		if err := w.Writable(); err != nil {
			return nil, err
		}
	}
	r.file, err = flytoml.Parse(r.p.File.Path, src)
	return nil, err
}

// noteMigrated collects the env entries that leave the file.
func (f preflight) noteMigrated() {
	r := f.r
	add := func(name, path string) {
		text, _ := envText(r.file, path)
		r.migrated.add(name, text)
	}
	for _, s := range r.p.Steps {
		switch s.Kind {
		case plan.StepSecrets: // the file step takes the same out, in every plan that is made here
			for _, from := range s.Secrets.Set {
				add(from.Name, from.Key)
			}
		case plan.StepFile:
			for _, e := range s.EditFile.Edits {
				for _, gone := range envEntries(r.file, e) {
					add(gone.name, gone.path)
				}
			}
		case plan.StepMachine:
			for _, op := range s.Machine.Ops {
				if name, ok := envOp(op); ok {
					add(name, flytoml.Join("env", name))
				}
			}
		}
	}
}

// envOp is the env entry that an op takes from a machine.
func envOp(op machineconfig.Op) (string, bool) {
	names, err := machineconfig.Names(op.Pointer)
	if err != nil || len(names) != 2 || names[0] != "env" || op.Verb != machineconfig.VerbRemove || op.Service != nil {
		return "", false
	}
	return names[1], true
}

func (f preflight) app(ctx context.Context) ([]Moved, error) {
	r := f.r
	if r.d.Machines == nil || r.d.Secrets == nil {
		if f.needsLive() {
			return nil, ErrNeedsLive
		}
		return nil, nil
	}
	var moved []Moved
	if len(r.steps(plan.StepMachine))+len(r.steps(plan.StepClone)) > 0 && !r.noRestart() {
		all, err := r.d.Machines.Machines(ctx)
		if err != nil {
			return nil, err
		}
		moved = f.machines(all)
	}
	volumes, err := (volumeSteps{r}).check(ctx)
	if err != nil {
		return nil, err
	}
	moved = append(moved, volumes...)
	if len(r.migrated.names) > 0 {
		now, err := r.d.Secrets.Secrets(ctx)
		if err != nil {
			return nil, err
		}
		moved = append(moved, f.secrets(now)...)
	}
	if len(moved) > 0 {
		return moved, nil
	}
	r.secrets.seen = r.d.Clock.Now()
	return nil, f.leases(ctx)
}

// needsLive says whether the plan can't be carried out on the file alone.
func (f preflight) needsLive() bool {
	r := f.r
	return len(r.migrated.names) > 0 || len(r.steps(plan.StepSecrets))+len(r.steps(plan.StepVolume)) > 0 ||
		!r.noRestart() && len(r.steps(plan.StepMachine))+len(r.steps(plan.StepClone)) > 0
}

// onItsWayDown says whether a machine is untouchable for a moment only, because
// the proxy stops it just now.
func onItsWayDown(m live.Machine) bool {
	if m.State != "stopping" && m.State != "suspending" {
		return false
	}
	m.State = "stopped"
	return m.WhyUntouchable() == ""
}

func (f preflight) machines(all []live.Machine) []Moved {
	r := f.r
	var moved []Moved
	find := func(id string) (live.Machine, bool) {
		i := slices.IndexFunc(all, func(m live.Machine) bool { return m.ID == id })
		if i < 0 {
			moved = append(moved, Moved{"machine", id, "it is gone"})
			return live.Machine{}, false
		}
		if why := all[i].WhyUntouchable(); why != "" && !onItsWayDown(all[i]) {
			moved = append(moved, Moved{"machine", id, why})
			return live.Machine{}, false
		}
		return all[i], true
	}
	for _, s := range r.steps(plan.StepMachine) {
		m, ok := find(s.Machine.ID)
		switch {
		case !ok:
		case m.Version != s.Machine.Version:
			moved = append(moved, Moved{"machine", m.ID, "somebody updated it since"})
		case m.Group() != s.Machine.Group:
			moved = append(moved, Moved{"machine", m.ID, "its process group is " + m.Group() + " now"})
		}
	}
	for _, s := range r.steps(plan.StepClone) {
		if m, ok := find(s.Clone.Source); ok && len(m.Config.Mounts()) > 0 {
			moved = append(moved, Moved{"machine", m.ID, "it has a volume, so it can't be cloned"})
		}
	}
	return moved
}

// secrets holds the promise that nothing is lost: a name that is to be
// set must not exist, and every env entry that goes without being set must be
// a secret, the same as when it was planned.
func (f preflight) secrets(now []live.Secret) []Moved {
	r := f.r
	var set []string
	for _, s := range r.steps(plan.StepSecrets) {
		for _, from := range s.Secrets.Set {
			set = append(set, from.Name)
		}
	}
	moved := taken(now, set)
	for _, name := range r.migrated.names {
		if slices.Contains(set, name) {
			continue
		}
		i := slices.IndexFunc(now, func(s live.Secret) bool { return s.Name == name })
		switch {
		case i < 0:
			moved = append(moved, Moved{"secret", name, "the app does not have it, so its entry must stay in [env]"})
		case r.d.undoOf == "" && r.p.Secrets[name] != now[i].Digest:
			moved = append(moved, Moved{"secret", name, "somebody changed it since"})
		}
	}
	return moved
}
