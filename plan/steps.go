package plan

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// Step ids. A machine step is "machine:" and its id.
const (
	idSecrets = "secrets"
	idFile    = "file"
)

// steps turns the planned findings into one step per thing, in the order in
// which they are carried out: a value must be a secret before it leaves the
// file, a machine must not lose an env entry before the secret is there, and a
// group is not without its only machine while a second one is still to come.
func steps(t Target, all []*finding, after *flytoml.File, o Options) []Step {
	var out []Step
	add := func(together ...Step) { // they need all that comes before
		var needs []string
		for _, s := range out {
			needs = append(needs, s.ID)
		}
		for _, s := range together {
			s.Needs = slices.Clone(needs)
			out = append(out, s)
		}
	}
	for _, s := range slices.Concat(secretsStep(all), fileStep(all, after), otherFileSteps(t, all)) {
		add(s)
	}
	if t.App == nil {
		return out
	}
	if !o.NoRestart {
		machines := machineSteps(t, all)
		first, then := clonesFirst(rollouts(t, machines), cloneSteps(t.App, all, machines))
		add(first...)
		add(machines...)
		add(then...)
	}
	add(volumeSteps(t.App, all)...) // they need no restart
	return out
}

func planned(all []*finding) []*finding {
	return slices.DeleteFunc(slices.Clone(all), func(f *finding) bool { return f.outcome != Planned })
}

func addRule(rules []string, id string) []string {
	if slices.Contains(rules, id) {
		return rules
	}
	return append(rules, id)
}

func secretsStep(all []*finding) []Step {
	s := Step{ID: idSecrets, Kind: StepSecrets, Secrets: &SecretsStep{}}
	for _, f := range planned(all) {
		for _, c := range f.Fix.Changes {
			if c.Secret == nil {
				continue
			}
			from := SecretFrom{Name: c.Secret.Name, Key: c.Secret.From}
			if !slices.Contains(s.Secrets.Set, from) {
				s.Secrets.Set = append(s.Secrets.Set, from)
			}
			s.Rules = addRule(s.Rules, f.Rule)
		}
	}
	if len(s.Secrets.Set) == 0 {
		return nil
	}
	return []Step{s}
}

// digests are those of all secrets that the app has.
func digests(t Target) map[string]string {
	if t.App == nil {
		return nil
	}
	all := map[string]string{}
	for _, have := range t.App.Secrets {
		all[have.Name] = have.Digest
	}
	return all
}

func fileStep(all []*finding, after *flytoml.File) []Step {
	edits := mergedEdits(all)
	if len(edits) == 0 {
		return nil
	}
	s := Step{ID: idFile, Kind: StepFile, EditFile: &FileStep{Edits: edits, ResultSHA256: hash(after.Bytes())}}
	for _, f := range inOrder(planned(all)) {
		if len(f.Fix.Edits) > 0 {
			s.Rules = addRule(s.Rules, f.Rule)
		}
	}
	s.EditFile.Added, s.EditFile.Removed = lineDelta(after)
	return []Step{s}
}

// machineSteps merges what all rules want of each machine. A machine that
// would only get changes that ride along gets no step.
func machineSteps(t Target, all []*finding) []Step {
	var out []Step
	for _, m := range t.App.Machines {
		if m.WhyUntouchable() != "" {
			continue
		}
		ms := &MachineStep{ID: m.ID, Group: m.Group(), Region: m.Region, State: m.State, Version: m.Version, Image: m.Image}
		step := Step{ID: "machine:" + m.ID, Kind: StepMachine, Rules: []string{}, Machine: ms}
		repair, reason := t.Left[m.ID]
		if reason {
			ms.Repair, ms.Secrets = &repair, true
		}
		for _, f := range planned(all) {
			for _, c := range f.Fix.Changes {
				if c.Machine == nil || c.Machine.ID != m.ID {
					continue
				}
				reason = reason || !c.Machine.RideAlong
				step.Rules = addRule(step.Rules, f.Rule)
				ms.add(*c.Machine)
			}
			ms.Secrets = ms.Secrets || dropsEnv(f.Fix, m.ID)
		}
		if reason {
			out = append(out, step)
		}
	}
	return out
}

// nothingToDo says whether all that the fix would do rides along, and no machine that
// it is for restarts: nothing is done about it, nor needs to be.
func (f *finding) nothingToDo(steps []Step) bool {
	if f.Fix == nil || len(f.Fix.Changes) == 0 || len(f.Fix.Edits)+len(f.Fix.Lines) > 0 {
		return false
	}
	return !slices.ContainsFunc(f.Fix.Changes, func(c Change) bool {
		return c.Machine == nil || !c.Machine.RideAlong || slices.ContainsFunc(steps, func(s Step) bool {
			return s.Machine != nil && s.Machine.ID == c.Machine.ID && slices.Contains(s.Rules, f.Rule)
		})
	})
}

func (ms *MachineStep) add(c MachineChange) {
	if slices.ContainsFunc(ms.Ops, func(op machineconfig.Op) bool { return sameOp(op, c.Op) }) {
		return
	}
	if c.Proof {
		ms.Seen = c.Seen && (ms.Seen || len(ms.Proof) == 0)
		ms.Proof = append(ms.Proof, len(ms.Ops))
	}
	ms.Ops = append(ms.Ops, c.Op)
}

// dropsEnv says whether the fix takes an env entry from the machine, which
// must then boot with the secrets that replace it.
func dropsEnv(fix *Fix, id string) bool {
	return slices.ContainsFunc(fix.Changes, func(c Change) bool {
		return c.Machine != nil && c.Machine.ID == id && c.Machine.Op.Verb == machineconfig.VerbRemove &&
			len(c.Machine.Op.Pointer) > 5 && c.Machine.Op.Pointer[:5] == "/env/"
	})
}

func cloneSteps(app *live.App, all []*finding, machines []Step) []Step {
	var out []Step
	for _, f := range planned(all) {
		for _, c := range f.Fix.Changes {
			if c.Clone == nil {
				continue
			}
			cs := &CloneStep{Source: c.Clone.Source, Group: c.Clone.Group, Region: c.Clone.Region}
			if m, ok := app.Machine(c.Clone.Source); ok {
				cs.Image = m.Image
			}
			for _, s := range machines {
				if s.Machine.ID == cs.Source {
					cs.Ops, cs.Proof, cs.Secrets = s.Machine.Ops, s.Machine.Proof, s.Machine.Secrets
				}
			}
			id := "clone:" + cs.Group + ":" + cs.Region + ":" + strconv.Itoa(len(out)+1)
			out = append(out, Step{ID: id, Kind: StepClone, Rules: []string{f.Rule}, Clone: cs})
		}
	}
	slices.SortStableFunc(out, func(a, b Step) int { return cmp.Compare(a.Clone.Region, b.Clone.Region) })
	return out
}

// clonesFirst are the clones that come before the machines: one for each group
// whose only started machine would restart with a gap.
func clonesFirst(machines []Rollout, clones []Step) (first, then []Step) {
	for _, s := range clones {
		gap := slices.ContainsFunc(machines, func(r Rollout) bool { return r.Gap && r.Group == s.Clone.Group })
		if gap && !slices.ContainsFunc(first, func(f Step) bool { return f.Clone.Group == s.Clone.Group }) {
			first = append(first, s)
		} else {
			then = append(then, s)
		}
	}
	return first, then
}
