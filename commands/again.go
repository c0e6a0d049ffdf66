package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// otherPlanError says that a saved plan is not the one that this program would
// make of the same world. Nothing was changed.
type otherPlanError struct{ shown, why string }

func (e *otherPlanError) Error() string {
	return "plan " + e.shown + " differs from what would be planned now: " + e.why
}

// asked are the flags that a plan depends on.
func (o *sourceOptions) asked() *plan.Asked {
	return &plan.Asked{Allow: o.allow, Rules: o.rules, Skip: o.skip, Regions: o.regions, Settings: o.settings, Probe: o.probe}
}

// again makes a saved plan once more, with the flags that it was made with, and
// refuses the saved one when its steps are others: a plan file is only data, it
// may have lain where others could write, and its steps reach production. So
// the worst that somebody can do to one is to make it another plan that this
// program would make itself, which is then shown.
func (o *applyOptions) again(ctx context.Context, env *Env, g *global, p *plan.Plan) (*source, error) {
	if p.Asked == nil {
		return nil, &otherPlanError{o.plan, "it does not say which flags made it (" + p.Tool + "); make it again"}
	}
	with := o.source
	with.app, with.noRestart, with.offline = p.App.Name, p.NoRestart, p.Offline != ""
	with.allow, with.rules, with.skip, with.regions, with.settings = p.Asked.Allow, p.Asked.Rules, p.Asked.Skip, p.Asked.Regions, p.Asked.Settings
	with.probe = p.Asked.Probe
	if with.config == "" {
		with.config = filepath.FromSlash(p.File.Path)
	}
	s, err := load(ctx, env, &global{quiet: true, debug: g.debug}, &with)
	if err != nil {
		return nil, err
	}
	if s.client == nil && p.Offline == "" {
		return nil, &usageError{
			message: fmt.Sprintf("the plan was made for the live app %s, which can't be reached: %s", p.App.Name, s.target.Offline.Why(s.target.OfflineDetail)),
			hint:    howToGoLive(s.target.Offline),
		}
	}
	now, err := s.plan(&with)
	if err != nil {
		return nil, err
	}
	why, err := otherSteps(p, now)
	for _, left := range now.LeftAlone { // the better answer
		if why != "" && slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Machine != nil && s.Machine.ID == left.Machine }) {
			why = "machine " + left.Machine + ": " + left.Why
		}
	}
	if err != nil || why == "" {
		return s, err
	}
	// What moved is the better answer, where something did.
	d := apply.Deps{File: apply.OnDisk(s.path), Others: apply.OthersOnDisk(filepath.Dir(s.path), nil), Clock: env.Clock}
	if s.client != nil {
		d.Machines, d.Secrets = s.client, s.client
	}
	if err := apply.Stale(ctx, p, d); err != nil {
		return nil, err
	}
	if p.Tool != now.Tool {
		why += "; it was made by " + p.Tool + ", this is " + now.Tool
	}
	return nil, &otherPlanError{o.plan, why}
}

// otherSteps says how the steps of two plans differ; "" when they do the same.
func otherSteps(saved, now *plan.Plan) (string, error) {
	for i := range max(len(saved.Steps), len(now.Steps)) {
		switch {
		case i >= len(now.Steps):
			return fmt.Sprintf("it has an extra step %q", saved.Steps[i].ID), nil
		case i >= len(saved.Steps):
			return fmt.Sprintf("step %q is missing", now.Steps[i].ID), nil
		}
		a, err := essence(saved.Steps[i])
		if err != nil {
			return "", err
		}
		b, err := essence(now.Steps[i])
		if err != nil {
			return "", err
		}
		if a != b {
			return fmt.Sprintf("its step %q differs", saved.Steps[i].ID), nil
		}
	}
	return "", nil
}

// essence is a step without what may change meanwhile and changes nothing: the
// proxy stops and starts machines.
func essence(s plan.Step) (string, error) {
	if s.Machine != nil {
		m := *s.Machine
		m.State = ""
		s.Machine = &m
	}
	b, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("compare plans: %w", err)
	}
	return string(b), nil
}
