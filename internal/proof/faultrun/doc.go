// Package faultrun tries to break the promises of an apply. One seed decides
// everything: an app, its fly.toml, the flags, and which troubles strike when.
// The whole command runs against a simulated Fly in this process, on a virtual
// clock, and is killed, interrupted and lied to; then it is run again in
// peace. What must hold is asked of the platform and the disk, at every
// request and every system call of the file's write, never of the program.
//
// A seed gives the same tape each time, so one that fails can be looked at.
//
// What is not asked, and why:
//   - That an apply comes to its end, when the check can't pass and somebody
//     else updated, copied or deployed a machine with it: theirs stays.
//   - That an undo brings back the file's bytes, when a person edited lines
//     beside those of the apply, or after several applies: promise 1 holds.
//   - That a machine is as before, when somebody else updated it or made it of
//     one of ours: only what they set is looked at.
//   - An apply sooner than the lag of secrets after one that was killed, see
//     play.
//   - Volumes' settings, metrics, --probe and plan files.
package faultrun

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Result is what became of one seed.
type Result struct {
	Seed     uint64
	Failures []string // the promises that were broken; none: it passed
	Trace    string   // the world, what struck, and the tape, for people
	Tape     string   // every request with its time and status: equal for equal seeds
	Requests int
	Struck   int  // troubles that happened
	Killed   bool // the process was killed at least once
}

// Run plays one seed in a folder of its own below root.
func Run(seed uint64, root string) (Result, error) {
	dir, err := os.MkdirTemp(root, "seed")
	if err != nil {
		return Result{}, fmt.Errorf("make a folder for seed %d: %w", seed, err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	w, err := newWorld(seed, dir)
	if err != nil {
		return Result{}, fmt.Errorf("make the world of seed %d: %w", seed, err)
	}
	w.verbose = os.Getenv("FAULTRUN_STDOUT") != ""
	w.play()
	r := w.result()
	// The command line library keeps what its completions can reach, for as
	// long as this process lasts.
	*w = world{}
	return r, nil
}

// play is the life of a world: perhaps a plan, one or two applies in trouble,
// then peace.
func (w *world) play() {
	if w.rng.IntN(4) == 0 {
		w.planOnly(append([]string{"plan"}, w.rules("")...)...)
	}
	for run := range w.hardRuns {
		if w.chance(15) {
			w.leaseBefore()
		}
		if run > 0 && !w.noUndo && w.chance(2) {
			w.process(w.undoArgs(""))
		} else {
			w.process(slices.Concat([]string{"apply", "--yes"}, w.flags, w.wait, w.rules("")))
		}
		// Longer than secrets take to reach every host (see newWorld). Sooner
		// than that, an update that takes no entry from a machine does not ask
		// for the newest set, and may boot without a value that a killed run
		// has moved: an open point of apply, not looked for here.
		w.pass(40)
		if w.chance(4) {
			w.handEdit()
		}
	}
	w.makePeace()
	taken := w.chance(2)
	if taken {
		ours := w.chance(3) && w.othersChangeOurs()
		w.takeBack()
		if ours || w.chance(3) {
			return
		}
	}
	w.converge()
	if !taken && w.chance(3) {
		w.takeBack()
	}
}

func (w *world) result() Result {
	tape := w.tape()
	return Result{
		Seed: w.seed, Failures: w.failures, Tape: tape, Requests: strings.Count(tape, "\n"),
		Struck: len(w.struck), Killed: w.everKilled, Trace: w.trace(),
	}
}

func (w *world) tape() string {
	var b strings.Builder
	for _, r := range w.p.Requests() {
		fmt.Fprintf(&b, "%s %s %d %s\n", r.At.Format("15:04:05.000"), r.Line(), r.Status, r.Fault)
	}
	return b.String()
}

// trace tells a person what happened: the world in a few lines, and all
// requests but the reads of the snapshots.
func (w *world) trace() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %s; flags %s; answers %v, route %v\n", w.seed, w.kind, strings.Join(w.flags, " "), w.answers, w.route)
	for _, m := range w.machines {
		fmt.Fprintf(&b, "  machine %s %s %s %s touchable=%v now %s\n", m.id, m.group, m.region, m.state, m.touchable, w.app.Machine(m.id).State())
	}
	for _, s := range w.struck {
		fmt.Fprintf(&b, "  struck: %s\n", s)
	}
	for _, l := range w.log {
		fmt.Fprintf(&b, "  %s\n", l)
	}
	return b.String()
}

// Root is a folder for Run: in memory where the system has such a place,
// because every journal entry is synced.
func Root() (string, error) {
	base := ""
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		base = "/dev/shm"
	}
	dir, err := os.MkdirTemp(base, "fly-standards-faults")
	if err != nil {
		dir, err = os.MkdirTemp("", "fly-standards-faults")
	}
	return filepath.Clean(dir), err
}

func (w *world) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, have := range w.failures {
		if have == text {
			return
		}
	}
	if len(w.failures) < 12 {
		w.failures = append(w.failures, text)
		w.note("FAIL %s", text)
	}
}

func (w *world) note(format string, args ...any) {
	w.log = append(w.log, w.clk.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}
