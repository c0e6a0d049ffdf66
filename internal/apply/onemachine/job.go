package onemachine

import (
	"errors"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// Goal is what a machine is taken in hand for. It decides in which state it may
// be found, whether it is started, and what follows when it does not do well.
type Goal string

// The goals.
const (
	Change       Goal = "change"               // get the planned values; it stays as it is, started or not
	ChangeAtRest Goal = "update while stopped" // the same, but only while it is not started
	// Probe is the first of two updates of the only started machine: a new check
	// where it can't affect routing. Change or StartToProve follows.
	Probe        Goal = "probe"
	ProveAtRest  Goal = "test from stopped" // get the planned values at rest, then be started to prove them
	StartToProve Goal = "start to prove"    // the same, whatever state it is in
	Repair       Goal = "repair"            // lose what an earlier run left on it, when it is not healthy
	RepairStart  Goal = "repair and start"  // the same, and be started: it was, before that run
	Restore      Goal = "restore"           // get the configuration back that it had before this run
	Added        Goal = "added"             // it was just made: it is only watched
)

// MustRest says whether a machine that is found started is given back untouched.
func (g Goal) MustRest() bool { return g == ChangeAtRest || g == ProveAtRest }

// Starts says whether a machine at rest is started after the update.
func (g Goal) Starts() bool { return g == ProveAtRest || g == StartToProve || g == RepairStart }

// Repairs says whether the update takes back what an earlier run left. Such a
// machine is given back untouched when it has become healthy by itself, and
// what was replaced is nothing to go back to.
func (g Goal) Repairs() bool { return g == Repair || g == RepairStart }

// RollsBack says whether a machine that does not become healthy gets its old
// configuration back.
func (g Goal) RollsBack() bool { return g != Restore && g != Added && !g.Repairs() }

// Job is one update of one machine that is wanted.
type Job struct {
	Step    plan.Step // of kind machine; of an Added one, of kind clone
	Goal    Goal
	Ops     []machineconfig.Op
	Version string // the machine must have it
	// Before is the machine as it was before this run, when this run has updated
	// it already; Ops apply to that. Nil: as it is read under the lease.
	Before *live.Machine
}

// ID is the machine's.
func (j Job) ID() string { return j.Step.Machine.ID }

// ErrRequeue is a machine that the proxy starts or stops just now, or whose
// lease ran out before it was used. Nothing was changed; it must wait for its
// turn.
var ErrRequeue = errors.New("it could not be updated: it kept being started, stopped or lost")

// Phase is what a machine is waited for.
type Phase string

// The phases, in the order in which a machine goes through them.
const (
	WaitLease  Phase = "lease"  // one whose answer was lost, or that ends within seconds, has to run out
	WaitFloor  Phase = "floor"  // enough other machines of the group must be healthy first
	WaitFree   Phase = "free"   // a machine to be rolled back can't be updated yet
	WaitState  Phase = "state"  // the new version must be in place, not started
	WaitStart  Phase = "start"  // the new version must be started
	WaitStop   Phase = "stop"   // a machine that was started for a proof is stopped again
	WaitSmoke  Phase = "smoke"  // it must stay up for 10 s
	WaitChecks Phase = "checks" // its health checks must pass
)

// Verdict is how watching a machine ended.
type Verdict string

// The verdicts.
const (
	Pending         Verdict = ""
	Unchanged       Verdict = "unchanged"             // it was up to date, or healthy again: not updated
	UpdatedAtRest   Verdict = "updated while stopped" // updated, not started, as before
	Healthy         Verdict = "healthy"               // started, its checks pass
	Unproven        Verdict = "unproven"              // stopped by the proxy meanwhile: nothing is known against it
	Unhealthy       Verdict = "unhealthy"             // see Err
	ChangedByOthers Verdict = "changed by others"     // theirs stays
	Lost            Verdict = "lost"                  // nobody can tell how it is
	NotRestored     Verdict = "not restored"          // a Restore that was refused until the wait ended: it keeps the change
)

// InFlight is a machine that was taken: updated, and being watched.
type InFlight struct {
	Job
	Machine, Group, Region string

	Was     live.Machine // as it was before this run; of an Added one, what it was made of
	Version string       // ours; "" before an update was accepted
	Since   time.Time    // the platform's time of the update
	Phase   Phase
	Woken   bool // this run started it
	Verdict Verdict
	Err     error
	Why     error // of a Restore: what the machine was not healthy for; nil when it was

	deadline time.Time
	smoke    time.Time // when it has been up long enough
	told     string    // what was last said about waiting for it
	lastErr  error     // the last look, when it failed
	steady   steady    // answers that time won't change
	// In a row: looks at which it was down, that the token was refused for, at
	// which there was no such machine; tries of a Restore, and those that took longer
	// than its lease.
	downs, denied, missing, tries, ranOut int
	retryAt                               time.Time              // of a Restore: not before this
	refusedSince                          time.Time              // of a Restore: since when the request itself was refused
	stopAsked                             bool                   // of a Restore: it was started for a proof only, and is being stopped
	takenFrom                             string                 // of a Restore: the version that it replaces
	later                                 []machineconfig.Config // of a Restore: what was sent since, whose answer may be lost
}

// Good says whether the machine ended as it should: nothing is known against it.
func (v Verdict) Good() bool {
	return v == Unchanged || v == UpdatedAtRest || v == Healthy || v == Unproven
}

const (
	waitSlice = 4 * time.Second  // of waiting for one machine, shared by those in flight
	lookEvery = time.Second      // reads of one machine are limited to 5 a second
	smokeTime = 10 * time.Second // as flyctl's smoke check
	// freshTime is how long a machine that was just made may be unknown.
	freshTime = 15 * time.Second
)

// MinWait is the least that Updater.Wait makes sense for: a machine that is to
// stay up for the smoke time can't be healthy sooner.
const MinWait = smokeTime + 5*time.Second
