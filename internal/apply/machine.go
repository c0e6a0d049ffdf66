package apply

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// job is one update of one machine that is wanted.
type job struct {
	step    plan.Step // of kind machine
	ops     []machineconfig.Op
	version string // the machine must have it
	// idle: the machine is not started and must stay so. Found started under
	// the lease it is given back untouched, with errRequeue.
	idle bool
	wake bool // start it after the update, to prove a check
	// probe: the first of two updates of the only started machine.
	probe bool
	// repair: it takes back what an earlier run left, from a machine that is
	// not healthy. One that has become healthy is given back untouched.
	repair bool
	// was is the machine as it was before this run, when it was updated
	// already; ops apply to that.
	was *live.Machine
}

func (j job) id() string { return j.step.Machine.ID }

// errRequeue is a machine that the proxy starts or stops just now, or whose
// lease ran out before it was used. It must wait for its turn.
var errRequeue = errors.New("the machine could not be taken in hand: it was started, stopped or lost again and again")

// maxRequeues bounds how often that happens in a group, 2 s apart: as long as
// the slowest stop (kill_timeout is at most 5 minutes).
const maxRequeues = 150

// hand is a machine in hand: updated, and being watched.
type hand struct {
	job
	machine, group, region string

	before  live.Machine // as it was before this run
	version string       // ours
	since   time.Time    // the platform's time of the update
	back    bool         // it is being given its old configuration
	fresh   bool         // a clone: nobody may know it yet

	phase    Phase
	deadline time.Time
	smoke    time.Time // when it has been up long enough
	downs    int       // looks in a row at which it was down
	shown    string    // what was last said about waiting for it
	seen     error     // the last look, when it failed
	denied   int       // looks in a row that the token was refused for
	missing  int       // answers in a row that there is no such machine
	woken    bool      // we started it

	verdict verdict
	err     error
}

// verdict is how watching a machine ended.
type verdict int

const (
	pending   verdict = iota
	unchanged         // it was as wanted: not updated
	rested            // updated, not started, as before
	well              // started, its checks pass
	unproven          // stopped by the proxy meanwhile
	unwell
	movedAway // somebody else changed it
	lost
)

// begin takes a machine in hand: lease, read, compare, patch, update. On an
// error nothing was changed, unless it is a *LostError. The lease is held on
// when the update was accepted, and released otherwise.
func (r *run) begin(ctx context.Context, j job) (*hand, error) {
	if err := r.leases.take(ctx, j.id()); err != nil {
		return nil, err
	}
	h, err := r.beginLeased(ctx, j)
	if err != nil || h.verdict == unchanged {
		r.leases.release(ctx, j.id())
	}
	return h, err
}

func (r *run) beginLeased(ctx context.Context, j job) (*hand, error) {
	now, err := r.d.Machines.Machine(ctx, j.id())
	if err != nil {
		return nil, err
	}
	if now.Version == j.version && (now.State == "stopping" || now.State == "suspending") {
		return nil, errRequeue
	}
	if err := unmoved(now, j); err != nil {
		return nil, err
	}
	if j.idle && now.Started() {
		return nil, errRequeue
	}
	h := &hand{job: j, machine: now.ID, group: now.Group(), region: now.Region, before: now}
	if j.was != nil {
		h.before = *j.was
	}
	if j.repair && now.Health() == live.Healthy {
		h.verdict = unchanged
		return h, nil
	}
	cfg, changed, err := wanted(h.before.Config, j)
	if err != nil {
		return nil, &MovedError{now.ID, err.Error()}
	}
	if !changed {
		h.verdict = unchanged
		return h, nil
	}
	if image := j.step.Machine.Image; image != "" {
		cfg = cfg.WithImage(image)
	}
	min, err := r.secretsFor(ctx, j.step.Machine.Secrets)
	if err != nil {
		return nil, err
	}
	if !r.leases.keep(ctx, now.ID) {
		return nil, errRequeue // reading took longer than the lease lasts
	}
	if err := r.journalMachine(h, now.Version); err != nil {
		return nil, err
	}
	u := Update{Config: cfg, CurrentVersion: now.Version, MinSecrets: min, SkipLaunch: !now.Started()}
	got, err := r.post(ctx, h, u)
	if err != nil {
		r.journalEnd(h, err)
		return nil, err
	}
	r.posted(h, got, now.Started())
	r.journalAccepted(h)
	return h, nil
}

// wanted is the configuration to send. There is nothing to probe on a machine
// that has what is to be proven.
func wanted(was machineconfig.Config, j job) (machineconfig.Config, bool, error) {
	if j.probe {
		if _, changed, err := machineconfig.Apply(was, j.step.Machine.Ops); err != nil || !changed {
			return was, false, err
		}
		// It may have the probe of an apply that was cut short, which proves
		// nothing until it is seen to pass: the update is made all the same.
		cfg, _, err := machineconfig.Apply(was, j.ops)
		return cfg, true, err
	}
	return machineconfig.Apply(was, append(slices.Clone(j.ops), leftProbes(was)...))
}

// unmoved says whether the machine is still the one that was planned for.
func unmoved(now live.Machine, j job) error {
	if now.Version != j.version {
		return &MovedError{now.ID, "somebody updated it: its version is " + now.Version + ", not " + j.version}
	}
	if why := now.Untouchable(); why != "" {
		return &MovedError{now.ID, why}
	}
	return nil
}

// posted notes an accepted update. From here on the machine counts as changed
// until it is seen to be back.
func (r *run) posted(h *hand, got live.Machine, restarts bool) {
	h.version, h.since = got.Version, madeAt(got, h.before)
	h.deadline = r.d.Clock.Now().Add(r.d.WaitTimeout)
	h.phase = WaitStart
	if !restarts {
		h.phase = WaitState
	}
	res := r.rep.machine(h.step.ID)
	res.State, res.Version, res.Started = NotSure, h.version, res.Started || restarts
	if !h.back && !h.repair { // what a repair replaced is nothing to go back to
		r.forget(h.machine)
		r.changed[h.machine] = h
		r.order = append(r.order, h.machine)
	}
	r.emit(Updated{h.machine, h.group, h.region, h.version, restarts, h.probe})
}

// post sends an update. When the answer is lost it reads the machine to learn
// what happened, and sends the update at most twice more: current_version lets
// no update happen on top of another, nor twice.
func (r *run) post(ctx context.Context, h *hand, u Update) (live.Machine, error) {
	u.Nonce, u.Region = r.leases.nonce(h.machine), h.region
	var lostErr error
	for range 3 {
		got, err := r.d.Machines.UpdateMachine(ctx, h.machine, u)
		if err == nil {
			return got, nil
		}
		if lostErr == nil && !uncertain(err) {
			return r.refused(ctx, h, u, err)
		}
		if lostErr == nil {
			_ = r.d.Journal.Append(journal.Unknown, h.step.ID, machineRecord{Machine: h.machine})
		}
		lostErr = err
		now, err := r.lookAgain(ctx, h.machine)
		switch {
		case err != nil:
			r.rep.machine(h.step.ID).State = NotSure
			return live.Machine{}, &LostError{h.machine, lostErr}
		case now.Version == u.CurrentVersion:
			continue // not applied, or not yet
		case r.ours(now, u):
			return now, nil
		}
		return live.Machine{}, &MovedError{h.machine, "somebody updated it at the same time"}
	}
	r.rep.machine(h.step.ID).State = NotSure
	return live.Machine{}, &LostError{h.machine, lostErr}
}

// refused is an update that was refused, so that nothing happened. A conflict
// may be one with ourselves, when the request arrived twice: only a look tells.
func (r *run) refused(ctx context.Context, h *hand, u Update, err error) (live.Machine, error) {
	if !live.Is(err, live.Conflict) {
		return live.Machine{}, err
	}
	now, lookErr := r.lookAgain(ctx, h.machine)
	if lookErr == nil && now.Version != u.CurrentVersion && r.ours(now, u) {
		return now, nil
	}
	return live.Machine{}, err
}
