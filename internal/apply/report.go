package apply

import (
	"errors"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

// Outcome is how a run ended.
type Outcome string

// The outcomes.
const (
	NothingToDo Outcome = "nothing-to-do"
	Complete    Outcome = "complete"
	Stopped     Outcome = "stopped"  // part-way; what was done stays
	PutBack     Outcome = "put-back" // file and machines are as before; stored secrets stay
	// WithoutCheck: all is done but for new checks that did not pass.
	WithoutCheck Outcome = "done-without-check"
	Halted       Outcome = "interrupted" // by the user; what was done stays
	Refused      Outcome = "refused"     // nothing was changed
)

// State is what became of a file, a machine or a clone.
type State string

// The states.
const (
	NotReached State = "not-reached" // nothing was done to it
	Left       State = "left"        // not carried out, by the user's wish; a machine takes it at its next deploy
	AsWanted   State = "as-wanted"   // it was so already
	Done       State = "done"
	Restored   State = "restored" // it was changed, and is as before
	Unhealthy  State = "unhealthy"
	NotSure    State = "unknown"           // the answer was lost, or Run left at once
	Theirs     State = "changed-by-others" // meanwhile: what they made of it stays
	Destroyed  State = "destroyed"
)

// Report says what a run did.
type Report struct {
	App      string          `json:"app"`
	Outcome  Outcome         `json:"outcome"`
	Journal  string          `json:"journal,omitempty"` // id
	Undo     string          `json:"undo,omitempty"`    // id of the apply that was taken back
	Partly   bool            `json:"partly,omitempty"`  // an undo that left something for another one
	Secrets  []SecretResult  `json:"secrets,omitempty"`
	File     FileResult      `json:"file"`
	Others   []FileResult    `json:"other_files,omitempty"`
	Machines []MachineResult `json:"machines,omitempty"`
	Clones   []CloneResult   `json:"clones,omitempty"`
	Volumes  []VolumeResult  `json:"volumes,omitempty"`
	// Refused are new checks that did not pass, and were taken off again.
	Refused []RefusedCheck `json:"refused_checks,omitempty"`
	// LeasesLeft are machines whose lease could not be released. It ends by
	// itself within seconds.
	LeasesLeft []string `json:"leases_left,omitempty"`
}

// leftAs is the state of a machine that was not watched to a good or bad end, by
// the reason.
func leftAs(err error) State {
	var moved *MovedError
	if errors.As(err, &moved) {
		return Theirs
	}
	return NotSure
}

// Nothing is the report about a plan without a step.
func Nothing(p *plan.Plan) Report {
	return Report{App: p.App.Name, Outcome: NothingToDo, File: FileResult{Path: p.File.Path, State: NotReached}}
}

// SecretResult is one secret of the plan.
type SecretResult struct {
	Name  string `json:"name"`
	State State  `json:"state"` // Done: stored and confirmed
}

// FileResult is the file.
type FileResult struct {
	Path  string `json:"path,omitempty"`
	State State  `json:"state"`
}

// MachineResult is one machine of the plan.
type MachineResult struct {
	ID      string `json:"id"`
	Group   string `json:"group"`
	Region  string `json:"region"`
	State   State  `json:"state"`
	Started bool   `json:"started"` // it was started when it was taken, so it restarted
	Version string `json:"version,omitempty"`
	// Unproven: the proxy stopped it before its checks could be seen to pass.
	Unproven bool `json:"unproven,omitempty"`
	// Repaired: what an earlier run had left on it was taken back first.
	Repaired bool   `json:"repaired,omitempty"`
	Why      string `json:"why,omitempty"`
	// Unhealthy: it has its old configuration, and is not healthy with it either.
	Unhealthy bool `json:"unhealthy,omitempty"`
	step      string
}

// CloneResult is one machine that the plan adds.
type CloneResult struct {
	Machine string `json:"machine,omitempty"`
	Source  string `json:"source"`
	Region  string `json:"region"`
	State   State  `json:"state"`
	Why     string `json:"why,omitempty"`
	step    string
}

// RefusedCheck is a new check that did not pass on a machine.
type RefusedCheck struct {
	Machine string `json:"machine"`
	Type    string `json:"type"`
	Port    int    `json:"port"`
	Method  string `json:"method,omitempty"`
	Path    string `json:"path,omitempty"`   // without its query
	Status  int    `json:"status,omitempty"` // of the app's HTTP answer
	Said    string `json:"said"`             // what it asked and what came back, without secrets
}

// Changed says whether anything is not as it was, or may not be.
func (r *Report) Changed() bool {
	for _, s := range r.Secrets {
		if s.State == Done || s.State == NotSure {
			return true
		}
	}
	return r.fileChanged() || r.liveChanged()
}

// fileChanged says whether a file is not as it was, or may not be.
func (r *Report) fileChanged() bool {
	return slices.ContainsFunc(append(r.Others[:len(r.Others):len(r.Others)], r.File), func(f FileResult) bool {
		return f.State == Done || f.State == NotSure
	})
}

// liveChanged says whether a machine or a clone is not as it was, or may not be.
func (r *Report) liveChanged() bool {
	return r.machinesKept() || r.volumesChanged()
}

// machinesKept says whether a machine has the change, or may have it, one that
// was added too.
func (r *Report) machinesKept() bool {
	kept := func(s State) bool { return s == Done || s == NotSure || s == Theirs || s == Unhealthy }
	return slices.ContainsFunc(r.Machines, func(m MachineResult) bool { return kept(m.State) }) ||
		slices.ContainsFunc(r.Clones, func(c CloneResult) bool { return kept(c.State) })
}

// touched says whether anything was done, even if it was taken back.
func (r *Report) touched() bool {
	return r.Changed() || r.fileRestored() ||
		slices.ContainsFunc(r.Machines, func(m MachineResult) bool { return m.State == Restored || m.Repaired }) ||
		slices.ContainsFunc(r.Clones, func(c CloneResult) bool { return c.State == Destroyed })
}

func (r *Report) fileRestored() bool {
	return r.File.State == Restored || slices.ContainsFunc(r.Others, func(f FileResult) bool { return f.State == Restored })
}

func (r *Report) machine(step string) *MachineResult {
	i := slices.IndexFunc(r.Machines, func(m MachineResult) bool { return m.step == step })
	return &r.Machines[i]
}

func (r *Report) other(file string) *FileResult {
	i := slices.IndexFunc(r.Others, func(f FileResult) bool { return f.Path == file })
	return &r.Others[i]
}

func (r *Report) clone(step string) *CloneResult {
	i := slices.IndexFunc(r.Clones, func(c CloneResult) bool { return c.step == step })
	return &r.Clones[i]
}
