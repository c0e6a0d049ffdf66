package apply_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

var (
	oneDay   = live.VolumeSettings{SnapshotRetention: 1, AutoBackup: false}
	fiveDays = live.VolumeSettings{SnapshotRetention: 5, AutoBackup: true}
)

// volumeWorld has a volume with a day of snapshots, none made daily, and a
// plan for five.
func volumeWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, three()...)
	w.app.AddVolume(flysim.VolumeSpec{ID: "vol_1", Retention: 1, NoBackup: true})
	w.add(plan.Step{ID: "volume:vol_1", Kind: plan.StepVolume, Volume: &plan.VolumeStep{ID: "vol_1", Name: "data", Region: "iad", Before: oneDay, After: fiveDays}})
	return w
}

func (w *world) volume() live.VolumeSettings {
	w.t.Helper()
	v, err := w.client.Volume(w.t.Context(), "vol_1")
	w.ok(err)
	return v.Settings()
}

func (w *world) puts() int {
	n := 0
	for _, r := range w.p.Requests() {
		if r.Method == "PUT" {
			n++
		}
	}
	return n
}

// A volume gets its settings with no restart, and the journal can take it back.
func TestVolumeUpdated(t *testing.T) {
	w := volumeWorld(t)
	rep, err := w.run()
	w.ok(err)
	if rep.Outcome != apply.Complete || rep.Volumes[0].State != apply.Done || w.volume() != fiveDays {
		t.Errorf("outcome %s, %+v, the volume has %s", rep.Outcome, rep.Volumes, w.volume())
	}
	for _, m := range w.app.Machines() {
		if m.Record().Restarts != 0 {
			t.Errorf("machine %s restarted", m.ID())
		}
	}
	h, err := apply.ReadHistory(w.journals()[0])
	w.ok(err)
	want := []apply.PastVolume{{ID: "vol_1", Name: "data", Region: "iad", Before: oneDay, After: fiveDays}}
	if diff := cmp.Diff(want, h.Volumes); diff != "" {
		t.Error(diff)
	}
	rep, err = w.run()
	w.ok(err)
	if rep.Volumes[0].State != apply.AsWanted || w.puts() != 1 {
		t.Errorf("the second time: %+v, %d updates", rep.Volumes, w.puts())
	}
}

// With --no-restart the machines are left, and the volume is not.
func TestVolumeNeedsNoRestart(t *testing.T) {
	w := volumeWorld(t)
	w.options.NoRestart = true
	_, err := w.run()
	w.ok(err)
	if w.volume() != fiveDays {
		t.Errorf("the volume has %s", w.volume())
	}
}

// After a lost reply the volume is read before anything is sent again.
func TestLostReplyToVolume(t *testing.T) {
	for _, c := range []struct {
		name   string
		effect flysim.Effect
		puts   int
	}{
		{"before it took effect", flysim.DropBefore(), 2}, {"after it took effect", flysim.DropAfter(), 1},
		{"502", flysim.Status(502, "bad gateway"), 2}, {"502 after effect", flysim.StatusAfter(502, "bad gateway"), 1},
		{"refused for the moment", flysim.Status(429, "slow down"), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := volumeWorld(t)
			w.p.Fault(flysim.Fault{Method: "PUT", Effect: c.effect})
			rep, err := w.run()
			w.ok(err)
			if rep.Outcome != apply.Complete || w.volume() != fiveDays || w.puts() != c.puts {
				t.Errorf("outcome %s, the volume has %s after %d updates, want %d", rep.Outcome, w.volume(), w.puts(), c.puts)
			}
			last := ""
			for _, r := range w.p.Requests() {
				if r.Method == "PUT" && last == "PUT" {
					t.Error("it was sent again without a look")
				}
				last = r.Method
			}
		})
	}
}

// Replies that stay lost leave the volume unknown, never done.
func TestVolumeUnknown(t *testing.T) {
	w := volumeWorld(t)
	w.p.Fault(flysim.Fault{Method: "PUT", Times: -1, Effect: flysim.DropBefore()})
	rep, err := w.run()
	partial(t, err)
	var lost *apply.LostVolumeError
	if !errors.As(err, &lost) || rep.Volumes[0].State != apply.NotSure || w.puts() != 3 {
		t.Errorf("got %v, %+v after %d updates", err, rep.Volumes, w.puts())
	}
	if !slices.ContainsFunc(w.entries(), func(e journal.Entry) bool { return e.Kind == journal.Unknown && e.Step == "volume:vol_1" }) {
		t.Error("the journal does not say that it is unknown")
	}
	h, err := apply.ReadHistory(w.journals()[0])
	w.ok(err)
	if len(h.Volumes) != 1 {
		t.Errorf("an undo would not look at it: %+v", h.Volumes)
	}
}

// A refusal changes nothing, and there is nothing to take back.
// That it was accepted is no proof: the volume is read.
func TestVolumeAcceptedAndUnchanged(t *testing.T) {
	w := volumeWorld(t)
	w.p.Fault(flysim.Fault{Method: "PUT", Times: -1, Effect: flysim.Body(200, `{"id":"vol_1","name":"data","region":"iad","snapshot_retention":5,"auto_backup_enabled":true}`)})
	rep, err := w.run()
	var lost *apply.LostVolumeError
	if !errors.As(err, &lost) || rep.Volumes[0].State != apply.NotSure {
		t.Errorf("%v; %+v", err, rep.Volumes)
	}
}

func TestVolumeRefused(t *testing.T) {
	w := volumeWorld(t)
	w.p.Fault(flysim.Fault{Method: "PUT", Times: -1, Effect: flysim.Status(403, "not yours")})
	rep, err := w.run()
	if err == nil || rep.Outcome != apply.Refused || rep.Volumes[0].State != apply.NotReached || w.volume() != oneDay {
		t.Errorf("got %v, %s, %+v, the volume has %s", err, rep.Outcome, rep.Volumes, w.volume())
	}
	h, err := apply.ReadHistory(w.journals()[0])
	w.ok(err)
	if len(h.Volumes) != 0 {
		t.Errorf("an undo would look at %+v", h.Volumes)
	}
}

// A refusal says nothing about the request before it whose answer was lost: it may
// be carried out yet, so an undo looks at the volume.
func TestVolumeRefusedBehindALostAnswer(t *testing.T) {
	w := volumeWorld(t)
	w.p.Fault(flysim.Fault{Method: "PUT", Effect: flysim.DropBefore()})
	w.p.Fault(flysim.Fault{Method: "PUT", Effect: flysim.Status(403, "not yours")})
	rep, err := w.run()
	partial(t, err)
	h, herr := apply.ReadHistory(w.journals()[0])
	w.ok(herr)
	if rep.Volumes[0].State != apply.NotSure || len(h.Volumes) != 1 || w.puts() != 2 {
		t.Errorf("%v, %+v, an undo would look at %+v", err, rep.Volumes, h.Volumes)
	}
}

// Somebody else's settings stay: before the run it is stale, and in the
// middle of it the volume is left.
func TestVolumeChangedByOthers(t *testing.T) {
	theirs := live.VolumeSettings{SnapshotRetention: 30, AutoBackup: true}
	w := volumeWorld(t)
	_, err := w.client.UpdateVolume(t.Context(), "vol_1", theirs)
	w.ok(err)
	_, err = w.run()
	var stale *apply.StaleError
	if !errors.As(err, &stale) || !strings.Contains(err.Error(), "volume vol_1: somebody changed its snapshot settings since") {
		t.Errorf("got %v", err)
	}

	w = volumeWorld(t)
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.StepStarted); ok {
			_, err := w.client.UpdateVolume(t.Context(), "vol_1", theirs)
			w.ok(err)
		}
	}
	_, err = w.run()
	var moved *apply.VolumeMovedError
	if !errors.As(err, &moved) || w.volume() != theirs {
		t.Errorf("got %v, the volume has %s", err, w.volume())
	}
}

// A volume that is gone makes the plan stale.
func TestVolumeGone(t *testing.T) {
	w := volumeWorld(t)
	w.plan.Steps[0].Volume.ID = "vol_2"
	_, err := w.run()
	var stale *apply.StaleError
	if !errors.As(err, &stale) {
		t.Errorf("got %v", err)
	}
}

// No plan, wherever it comes from, makes an apply keep fewer snapshots.
func TestVolumeNeverLosesSnapshots(t *testing.T) {
	for name, after := range map[string]live.VolumeSettings{
		"would keep snapshots for less time": {SnapshotRetention: 3, AutoBackup: true},
		"would end the daily snapshots":      {SnapshotRetention: 5},
		"kept from 1 to 60 days":             {SnapshotRetention: 61, AutoBackup: true},
	} {
		w := newWorld(t, three()...)
		w.app.AddVolume(flysim.VolumeSpec{ID: "vol_1"})
		w.add(plan.Step{ID: "volume:vol_1", Kind: plan.StepVolume, Volume: &plan.VolumeStep{ID: "vol_1", Before: fiveDays, After: after}})
		_, err := w.run()
		if err == nil || !strings.Contains(err.Error(), name) || w.volume() != fiveDays {
			t.Errorf("got %v, the volume has %s", err, w.volume())
		}
	}
}

// An undo gives the volume back what it had, and is in its own journal.
func TestVolumeUndone(t *testing.T) {
	w := volumeWorld(t)
	_, err := w.run()
	w.ok(err)
	s := w.plan.Steps[0]
	s.Volume.Before, s.Volume.After = s.Volume.After, s.Volume.Before
	j := journal.New(w.state, "web", w.clk)
	_, err = apply.Undo(t.Context(), w.plan, "the-apply", false, apply.Deps{
		Machines: w.client, Secrets: w.client, File: apply.OnDisk(w.path), Clock: w.clk, Journal: j,
	})
	w.ok(err)
	if w.volume() != oneDay {
		t.Errorf("the volume has %s", w.volume())
	}
}
