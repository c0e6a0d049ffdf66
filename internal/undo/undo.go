// Package undo says what taking an apply back means in the world as it is
// now: pure planning from what the journal tells. What it plans is carried out
// by apply.Undo, with the same guards as the apply had.
package undo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// World is what is there now.
type World struct {
	File  *flytoml.File
	Path  string // of the file, as the user knows it
	Other bool   // the file that the apply edited is there, and is not this one
	// Others reads another file of the repository, by its path from the folder
	// of fly.toml. Nil: no apply has edited one.
	Others         func(file string) (text []byte, there bool, err error)
	App            *live.App    // nil: it can't be looked at, so only the file goes back
	Offline        plan.Offline // why App is nil
	OfflineDetail  string       // and more of that
	MaxUnavailable string
	Tool           string
	Now            time.Time // when App was read
}

// Undo is what can be taken back, as a plan, and what can't.
type Undo struct {
	Plan *plan.Plan
	Of   apply.History
	// Back says what goes back, Stays what does not, and why; for people.
	Back, Stays []string
	// Settled: nothing needs to go back, because all is as it was before.
	Settled bool
	// Partly: some of what stays can go back by another undo, when what keeps it
	// is gone.
	Partly bool
	// FileStays: the apply edited the file, and not all of that can go back.
	FileStays bool

	configs together // machines whose configuration goes back
	kept    together // machines that stay for now, and why
}

// Nothing is the undo of no apply.
func Nothing(app string, w World) *Undo {
	return &Undo{Plan: emptyPlan(app, w), Settled: true}
}

func emptyPlan(app string, w World) *plan.Plan {
	return &plan.Plan{
		SchemaVersion: plan.SchemaVersion, Tool: w.Tool, App: plan.AppRef{Name: app},
		File: plan.FileRef{Path: w.Path, SHA256: sum(w.File.Bytes())}, Findings: []plan.Outcome{}, Steps: []plan.Step{},
	}
}

// New plans taking the run h back.
func New(h apply.History, w World) *Undo {
	u := &Undo{Of: h, Plan: emptyPlan(h.App, w)}
	u.file(w)
	u.others(w)
	u.machines(w)
	u.Back = append(u.Back, u.configs.lines("machine", "machines")...)
	u.clones(w)
	u.Stays = append(u.Stays, u.kept.lines("machine", "machines")...)
	u.volumes(w)
	u.secrets(w)
	for _, step := range h.Unknown {
		u.stays("step %s: this version does not know it; %s, which made it, or a newer one can undo it", step, h.Tool)
		u.Partly = true
	}
	if w.App != nil {
		u.Plan.App.Machines = len(w.App.Machines)
		u.Plan.Rollouts = plan.RolloutsOf(w.App, u.Plan.Steps, w.MaxUnavailable)
		u.Plan.Staged = plan.Staged(w.App, h.Digests, u.Plan.Steps)
	} else {
		u.Plan.Offline, u.Plan.OfflineDetail = w.Offline, w.OfflineDetail
	}
	u.Settled = len(u.Plan.Steps) == 0 && len(u.Stays) == 0
	return u
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func (u *Undo) back(format string, args ...any) {
	u.Back = append(u.Back, fmt.Sprintf(format, args...))
}
func (u *Undo) stays(format string, args ...any) {
	u.Stays = append(u.Stays, fmt.Sprintf(format, args...))
}

// later is a machine that stays for now: another undo may take it back.
func (u *Undo) later(machine, group, why string) {
	u.Plan.LeftAlone = append(u.Plan.LeftAlone, plan.LeftAlone{Machine: machine, Group: group, Why: why})
	u.kept.add(machine, why)
	u.Partly = true
}

// step adds a step that needs all before it, as an apply's do.
func (u *Undo) step(s plan.Step) {
	for _, before := range u.Plan.Steps {
		s.Needs = append(s.Needs, before.ID)
	}
	s.Rules = []string{}
	u.Plan.Steps = append(u.Plan.Steps, s)
}

func (u *Undo) machines(w World) {
	for _, past := range u.Of.Machines {
		if past.Back {
			continue
		}
		if w.App == nil {
			u.later(past.ID, past.Group, "the app can't be read ("+w.Offline.Why(w.OfflineDetail)+")")
			continue
		}
		m, ok := w.App.Machine(past.ID)
		if !ok {
			u.kept.add(past.ID, u.goneSince(w.App))
			continue
		}
		u.machine(past, m, w.Now)
	}
}

// goneSince is what is said of a machine that is gone. Those of a blue-green
// deploy all are, and what came in their place was deployed from the file.
func (u *Undo) goneSince(app *live.App) string {
	for _, m := range app.Machines {
		known := slices.ContainsFunc(u.Of.Machines, func(past apply.PastMachine) bool { return past.ID == m.ID }) ||
			slices.ContainsFunc(u.Of.Clones, func(past apply.PastClone) bool { return past.Made(m) })
		if !known && m.CreatedAt.After(u.Of.At) {
			return "no longer there; a machine created since keeps what it was deployed with until the next deploy"
		}
	}
	return "no longer there"
}

// machine takes back what is still ours on it. The image stays the one that
// runs: an older one is a deploy's business, not ours.
func (u *Undo) machine(past apply.PastMachine, m live.Machine, now time.Time) {
	ops, foreign := still(m.Config, past.Inverse)
	why := m.WhyUntouchable()
	switch {
	case why != "" && (len(ops) > 0 || m.Config.IsZero()): // none is told of a machine on a host that is away
		u.later(m.ID, m.Group(), why)
		return
	case past.Incomplete:
		u.stays("machine %s: the parts of its configuration that may hold a secret are not restored", m.ID)
	}
	if foreign > 0 {
		u.stays("machine %s: %s", m.ID, changedSince(foreign))
	}
	if len(ops) == 0 {
		if past.Open(m, now) {
			u.later(m.ID, m.Group(), "Fly may still make its update: the apply requested it a moment ago, and got no answer")
		}
		return
	}
	var repair *plan.Repair
	if wasStarted := past.State == "started"; sick(m, wasStarted) {
		repair = &plan.Repair{Ops: ops, Start: wasStarted}
	}
	u.step(plan.Step{ID: "machine:" + m.ID, Kind: plan.StepMachine, Machine: &plan.MachineStep{
		ID: m.ID, Group: m.Group(), Region: m.Region, State: m.State, Version: m.Version, Image: m.Image, Ops: ops, Repair: repair,
		// It lost env entries to secrets, and must come up with those.
		Secrets: len(u.Of.Migrated) > 0,
	}})
	note := ""
	switch {
	case past.Version != "" && past.Version != m.Version:
		note = ", except for what was changed since"
	case m.State == "suspended":
		note = "; suspended, the memory image is lost"
	case !m.Started():
		note = "; " + m.State + ", which it stays"
	}
	u.configs.add(m.ID, "the previous configuration"+note)
}

func changedSince(n int) string {
	if n == 1 {
		return "1 value that the apply set was changed since, and stays"
	}
	return fmt.Sprintf("%d values that the apply set were changed since, and stay", n)
}

// still picks the ops that find something to do on a configuration, and counts
// those that can't be made any more. Each is tried on what the ones before it
// leave.
func still(now machineconfig.Config, inverse []machineconfig.Op) (ops []machineconfig.Op, foreign int) {
	for _, op := range inverse {
		next, changed, err := machineconfig.Apply(now, []machineconfig.Op{op})
		switch {
		case err != nil:
			foreign++
		case changed:
			ops, now = append(ops, op), next
		case othersValue(now, op), machineconfig.CheckChanged(now, op):
			foreign++
		}
	}
	return ops, foreign
}

// othersValue says whether an op finds nothing to do because somebody else set
// another value. What only cleans up (the emptied objects that the apply had
// made) is no value.
func othersValue(now machineconfig.Config, op machineconfig.Op) bool {
	if guard := string(op.If); guard == "" || guard == "{}" || guard == "[]" {
		return false
	}
	op.If = nil
	_, changes, err := machineconfig.Apply(now, []machineconfig.Op{op})
	return err == nil && changes
}
