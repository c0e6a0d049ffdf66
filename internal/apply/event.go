package apply

import (
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// Event is one thing that happened while a plan was carried out. Events hold
// no secret value. One that tells that something is done comes after it is
// done.
type Event interface{ event() }

// ProofKind is how a new service check is proven.
type ProofKind string

// The kinds.
const (
	ProofFirst ProofKind = "first" // one of several machines gets it alone; the others keep the traffic
	ProofProbe ProofKind = "probe" // the only started machine gets it as a top-level check first, which can't affect routing
	ProofWake  ProofKind = "wake"  // none is started: one is started for it, and stopped again
)

type (
	// StepStarted comes before the first change of a step. N of Of counts
	// from 1, in the order of the plan.
	StepStarted struct {
		Step  plan.Step
		N, Of int
	}
	// StepDone comes when the step is done and confirmed. Changed is false
	// where everything was as wanted already.
	StepDone struct {
		Step    plan.Step
		Changed bool
	}
	// StepFailed comes when the step was not done, or was taken back.
	StepFailed struct {
		Step plan.Step
		Err  error
	}
	// StepLeft is a step that is not carried out, by the user's wish
	// (--no-restart).
	StepLeft struct{ Step plan.Step }

	// SecretsStored comes before the set is confirmed.
	SecretsStored struct{ Names []string }

	// LeaseTaken and LeaseReleased frame every change to a machine. Lost says
	// that the lease was gone before we released it.
	LeaseTaken    struct{ Machine string }
	LeaseReleased struct {
		Machine string
		Lost    bool
	}

	// Updated comes when the platform accepted a machine's new configuration.
	Updated struct {
		Machine, Group, Region string
		Version                string
		Restarts               bool // it was started, so it restarts
		Probe                  bool // only the first of two updates: the proof
	}
	// Waiting tells who is waited for, again when Checks change.
	Waiting struct {
		Machine, Group string
		For            Phase
		Checks         []live.CheckState // not passing yet, for WaitChecks
		Healthy, Floor int               // for WaitFloor
		Until          time.Time         // when it counts as not reached
	}
	// Proving tells that this machine decides whether the others get a new
	// check; Proven that it passed there.
	Proving struct {
		Machine string
		How     ProofKind
	}
	Proven struct{ Machine string }
	// CheckLeftOut tells that a new check does not pass on a machine, and that the
	// rest of the plan goes on without it.
	CheckLeftOut struct{ Machine string }
	// Unproven is a machine that was stopped, by the proxy, while it was
	// being looked at: nothing is wrong with it.
	Unproven struct{ Machine string }

	// Repairing tells that what an earlier run left on a machine is taken
	// back; Repaired that it was, and whether the machine is well now.
	Repairing struct{ Machine string }
	Repaired  struct {
		Machine string
		Healthy bool
	}

	// RollingBack tells that a machine gets its old configuration back, and
	// why; RolledBack how that ended. Err nil and Healthy false: it has its
	// old configuration, and does not pass its checks with it either.
	RollingBack struct {
		Machine string
		Why     error // nil: it is fine, but another machine was not
	}
	RolledBack struct {
		Machine string
		Healthy bool
		Err     error
	}
	// Kept is a changed machine that did not go back, and why.
	Kept struct{ Machine, Why string }
	// FileRestored tells that the file has its old bytes again, or is gone, as the
	// run had made it; with Err it is not so.
	FileRestored struct {
		Path string
		Gone bool
		Err  error
	}
	// CloneMade and CloneDestroyed name machines of this run.
	CloneMade      struct{ Machine, Source, Region string }
	CloneDestroyed struct {
		Machine string
		Err     error
	}
	// Interrupted comes at once when a stop was asked for; the machine in
	// hand is finished first.
	Interrupted struct{ InHand []string }
)

func (StepStarted) event()    {}
func (StepDone) event()       {}
func (StepFailed) event()     {}
func (StepLeft) event()       {}
func (SecretsStored) event()  {}
func (LeaseTaken) event()     {}
func (LeaseReleased) event()  {}
func (Updated) event()        {}
func (Waiting) event()        {}
func (Proving) event()        {}
func (Proven) event()         {}
func (Unproven) event()       {}
func (CheckLeftOut) event()   {}
func (Repairing) event()      {}
func (Repaired) event()       {}
func (RollingBack) event()    {}
func (RolledBack) event()     {}
func (Kept) event()           {}
func (FileRestored) event()   {}
func (CloneMade) event()      {}
func (CloneDestroyed) event() {}
func (Interrupted) event()    {}
