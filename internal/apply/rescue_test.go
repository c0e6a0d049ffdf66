package apply_test

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// A rescue that is refused is tried again until the wait ends.
func TestRefusedRollbackIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		name, method, path string
		nth                int
		effect             flysim.Effect
	}{
		{"409", "POST", `/machines/aaa$`, 2, flysim.Status(409, "aborted: machine is busy")},
		{"409 replacing", "POST", `/machines/aaa$`, 2, flysim.Status(409, "aborted: machine is replacing: concurrent update in progress")},
		{"404", "POST", `/machines/aaa$`, 2, flysim.Status(404, "machine not found")},
		{"403", "POST", `/machines/aaa$`, 2, flysim.Status(403, "no")},
		{"500", "POST", `/machines/aaa$`, 2, flysim.Status(500, "oops")},
		{"lease 404", "POST", `/machines/aaa/lease$`, 2, flysim.Status(404, "machine not found")},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.patch([]machineconfig.Op{addCheck("/nothing-here")}, 0)
			w.p.Fault(flysim.Fault{
				Method: c.method, Path: c.path, Nth: c.nth, Times: 4, Effect: c.effect,
				Match: func(r *http.Request) bool { // a new lease, not one that is kept
					return r.Header.Get("Fly-Machine-Lease-Nonce") == "" || c.path == `/machines/aaa$`
				},
			})
			rep, err := w.run()
			partial(t, err)
			if got := states(rep)["aaa"]; got != apply.Restored || !w.unchanged("aaa") || !w.app.Machine("aaa").Healthy() {
				t.Errorf("machine aaa is %s: %s", got, rep.Machines[0].Why)
			}
		})
	}
}

// What refuses the request itself, for longer than one odd answer, is not waited
// out: the wait may be long, and nothing gets better by it.
func TestRollbackRefusedForGood(t *testing.T) {
	for _, code := range []int{400, 403} {
		w := newWorld(t, three()...)
		w.options.WaitTimeout = 6 * time.Minute
		w.patch([]machineconfig.Op{addCheck("/nothing-here")}, 0)
		var began time.Time
		w.on = func(e apply.Event) {
			if _, ok := e.(apply.RollingBack); ok {
				began = w.clk.Now()
				w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/aaa$`, Times: -1, Effect: flysim.Status(code, "no")})
			}
		}
		rep, err := w.run()
		partial(t, err)
		if took := w.clk.Now().Sub(began); took > time.Minute || states(rep)["aaa"] == apply.Restored {
			t.Errorf("%d: given up after %v, aaa is %s", code, took, states(rep)["aaa"])
		}
	}
}

// Somebody else's lease at the time of the rescue is waited for, and never
// taken away from them.
func TestRollbackWaitsForTheLeaseOfOthers(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/nothing-here")}, 0)
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.RollingBack); ok {
			w.app.Machine("aaa").HoldLease("deployer@example.com", 2*time.Minute)
		}
	}
	rep, err := w.run()
	partial(t, err)
	if got := states(rep)["aaa"]; got != apply.Restored || !w.app.Machine("aaa").Healthy() {
		t.Errorf("machine aaa is %s: %s", got, rep.Machines[0].Why)
	}
}

// fullAfter is a disk that takes so many writes of the journal and no more.
type fullAfter struct {
	journal.FS
	left *int
}

func (f fullAfter) Create(path string) (journal.File, error) {
	file, err := f.FS.Create(path)
	return fullFile{file, f.left}, err
}

type fullFile struct {
	journal.File
	left *int
}

func (f fullFile) Write(b []byte) (int, error) {
	if *f.left--; *f.left < 0 {
		return 0, errors.New("no space left on device")
	}
	return f.File.Write(b)
}

// written counts the writes of fly.toml.
type written struct {
	apply.FileSystem
	times *int
}

func (f written) Write(b []byte) error {
	*f.times++
	return f.FileSystem.Write(b)
}

// Neither the file nor a volume is written before the record of it is on the disk,
// whatever line that fails at.
func TestNothingIsWrittenWithoutARecord(t *testing.T) {
	for n := range 8 {
		lines, times := n, 0
		w := volumeWorld(t)
		w.migrate()
		w.journalFS, w.disk = fullAfter{journal.OS(), &lines}, written{apply.OnDisk(w.path), &times}
		if _, err := w.run(); err == nil {
			t.Errorf("%d lines: no error", n)
		}
		for step, does := range map[string]int{"file": times, "volume:vol_1": w.puts()} {
			intended := func(e journal.Entry) bool { return e.Kind == journal.Intent && e.Step == step }
			if does > 0 && !slices.ContainsFunc(w.entries(), intended) {
				t.Errorf("%d lines: %s is not on record", n, step)
			}
		}
	}
}

// With a journal that can't be written any more, whatever line it fails at, no
// machine stays with a check that it does not pass, the file goes back, and no
// unhealthy machine that was added stays.
func TestNoRecordStandsInTheWayOfARescue(t *testing.T) {
	for n := range 12 {
		lines := n
		w := newWorld(t, three()...)
		w.edit(flytoml.Edit{Op: flytoml.Set, Path: "deploy.strategy", Value: `"rolling"`})
		w.patch([]machineconfig.Op{addCheck("/nothing-here")}, 0)
		w.journalFS = fullAfter{journal.OS(), &lines}
		_, err := w.run()
		if err == nil {
			t.Fatalf("%d lines: no error", n)
		}
		if b, _ := os.ReadFile(w.path); string(b) != tomlBefore {
			t.Errorf("%d lines: the file keeps the change: %v", n, err)
		}
		for _, m := range w.app.Machines() {
			if !m.Healthy() || !w.unchanged(m.ID()) {
				t.Errorf("%d lines: machine %s was not rescued: %v", n, m.ID(), err)
			}
		}
	}
	for n := range 8 {
		lines := n
		w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
		w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
		_, err := w.run()
		w.ok(err)
		w.plan.Steps = nil
		w.clone("aaa", "lhr")
		w.on = func(e apply.Event) {
			if made, ok := e.(apply.CloneMade); ok {
				w.app.Machine(made.Machine).Behave(flysim.NeverHealthy)
			}
		}
		w.journalFS = fullAfter{journal.OS(), &lines}
		_, err = w.run()
		if have := len(w.app.Machines()); have != 1 {
			t.Errorf("%d lines: %d machines are left: %v", n, have, err)
		}
	}
}
