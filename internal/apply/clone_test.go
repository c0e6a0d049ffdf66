package apply_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func TestClone(t *testing.T) {
	for _, c := range []struct {
		name   string
		effect *flysim.Effect
	}{{"plain", nil}, {"lost after", ptr(flysim.DropAfter())}, {"lost before", ptr(flysim.DropBefore())}, {"doubled", ptr(flysim.Duplicate())}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
			w.clone("aaa", "lhr")
			if c.effect != nil {
				w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines$`, Effect: *c.effect})
			}
			rep, err := w.run()
			w.ok(err)
			sent := 0
			for _, r := range w.p.Writes() {
				if r.Method == "POST" && strings.HasSuffix(r.Path, "/machines") {
					sent++
				}
			}
			if want := map[string]int{"plain": 1, "lost after": 1, "lost before": 2, "doubled": 1}[c.name]; sent != want {
				t.Errorf("%d machines were asked for, want %d", sent, want)
			}
			if len(w.app.Machines()) != 4 || states(rep)["clone:lhr"] != apply.Done {
				t.Fatalf("%d machines, %v", len(w.app.Machines()), states(rep))
			}
			m := w.app.Machine(rep.Clones[0].Machine)
			cfg, err := machineconfig.Parse(m.Config())
			w.ok(err)
			md := cfg.Metadata()
			if m.Region() != "lhr" || !m.Healthy() || md["fly_process_group"] != "app" || !strings.HasPrefix(md[apply.CloneMarker], "fly-standards-"+strings.ToLower(rep.Journal)) {
				t.Errorf("%s %v %v", m.Region(), m.Healthy(), md)
			}
			if m.Digest() != w.app.Machine("aaa").Digest() || !strings.Contains(cfg.Image(), "@sha256:") {
				t.Errorf("it runs %s", cfg.Image())
			}
		})
	}
}

// A machine's id is on record before anything else is asked for, also where the
// first call for it was lost: the mark alone also goes to whatever is copied of it.
func TestCloneIsOnRecordAtOnce(t *testing.T) {
	w := newWorld(t, three()...)
	w.look()
	w.clone("aaa", "lhr")
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines$`, Effect: flysim.DropBefore()})
	made, asked := false, 0
	w.p.Fault(flysim.Fault{Path: `.`, Effect: flysim.DropBefore(), Match: func(r *http.Request) bool {
		onRecord := func(e journal.Entry) bool { return e.Kind == journal.Accepted && e.Step == "clone:lhr" }
		if made {
			if asked++; asked == 1 && !slices.ContainsFunc(w.entries(), onRecord) {
				t.Errorf("%s %s came before the record", r.Method, r.URL.Path)
			}
		}
		made = made || r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/machines")
		return false
	}})
	_, err := w.run()
	w.ok(err)
	if asked == 0 {
		t.Error("nothing was asked for behind it")
	}
}

// What a machine is copied of may have changed while the others were updated.
func TestCloneOfASourceThatChanged(t *testing.T) {
	for name, change := range map[string]func(w *world, m *flysim.Machine){
		"it fails":           func(_ *world, m *flysim.Machine) { m.Behave(flysim.NeverHealthy) },
		"it gained a volume": gainVolume,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
			w.clone("aaa", "lhr")
			w.on = func(e apply.Event) {
				if s, ok := e.(apply.StepStarted); ok && s.Step.Kind == plan.StepClone {
					change(w, w.app.Machine("aaa"))
					_ = w.clk.Sleep(t.Context(), time.Minute)
				}
			}
			_, err := w.run()
			asked := slices.ContainsFunc(w.p.Requests(), func(r flysim.Request) bool { return r.Method == "POST" && strings.HasSuffix(r.Path, "/machines") })
			if err == nil || asked {
				t.Errorf("a copy was asked for: %v, %v", asked, err)
			}
		})
	}
}

func gainVolume(w *world, m *flysim.Machine) {
	w.app.AddVolume(flysim.VolumeSpec{ID: "vol_late", Region: m.Region()})
	m.Update(func(config map[string]any) {
		config["mounts"] = []any{map[string]any{"volume": "vol_late", "path": "/data"}}
	})
}

func ptr[T any](v T) *T { return &v }

// A clone that never gets well goes away again; what was done before stays.
func TestUnhealthyCloneIsDestroyed(t *testing.T) {
	for name, odd := range map[string]*flysim.Effect{"plain": nil, "one odd 404": ptr(flysim.Status(404, "machine not found")), "too many": ptr(flysim.Status(429, "slow down"))} {
		t.Run(name, func(t *testing.T) { unhealthyClone(t, odd) })
	}
}

func unhealthyClone(t *testing.T, odd *flysim.Effect) {
	w := newWorld(t, three()...)
	if odd != nil {
		w.p.Fault(flysim.Fault{Method: "DELETE", Path: `/machines/[^/]+$`, Effect: *odd})
	}
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.clone("aaa", "lhr")
	w.on = func(e apply.Event) {
		if made, ok := e.(apply.CloneMade); ok {
			w.app.Machine(made.Machine).Behave(flysim.NeverHealthy)
		}
	}
	rep, err := w.run()
	partial(t, err)
	want := map[string]apply.State{"file": apply.NotReached, "aaa": apply.Done, "bbb": apply.Done, "ccc": apply.Done, "clone:lhr": apply.Destroyed}
	if diff := cmp.Diff(want, states(rep)); diff != "" || len(w.app.Machines()) != 3 {
		t.Errorf("%d machines: %s", len(w.app.Machines()), diff)
	}
}

// An undo destroys what is ours still, also where one odd 404 says that it is gone: it
// would stay, and cost. What got a volume since the undo was planned holds data, and
// what lost our mark is somebody's: they stay.
func TestUndoOfAClone(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world, m *flysim.Machine)
		want   apply.State
	}{
		"one odd 404": {func(w *world, m *flysim.Machine) {
			w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines/` + m.ID() + `$`, Effect: flysim.Status(404, "machine not found")})
		}, apply.Destroyed},
		"a volume": {gainVolume, apply.NotReached},
		"a volume while it can't go": {func(w *world, m *flysim.Machine) {
			w.p.Fault(flysim.Fault{Method: "DELETE", Path: `/machines/[^/]+$`, Effect: flysim.Status(429, "slow down", "Retry-After", "15")})
			w.p.After(time.Second, func() { gainVolume(w, m) })
			t.Cleanup(w.clk.Every(time.Second, func() { w.app.Machines() }))
		}, apply.NotSure},
		"somebody destroys it": {func(_ *world, m *flysim.Machine) { m.Destroy() }, apply.AsWanted},
		"no mark": {func(_ *world, m *flysim.Machine) {
			m.Update(func(config map[string]any) { delete(config["metadata"].(map[string]any), apply.CloneMarker) })
		}, apply.NotReached},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.clone("aaa", "lhr")
			rep, err := w.run()
			w.ok(err)
			m := w.app.Machine(rep.Clones[0].Machine)
			cfg, err := machineconfig.Parse(m.Config())
			w.ok(err)
			p := *w.plan
			p.Steps = []plan.Step{{ID: "destroy:" + m.ID(), Kind: plan.StepDestroy, Destroy: &plan.DestroyStep{
				ID: m.ID(), Source: "aaa", Group: "app", Region: "lhr", Marker: cfg.Metadata()[apply.CloneMarker],
			}}}
			c.change(w, m)
			rep, err = apply.Undo(t.Context(), &p, "x", false, apply.Deps{
				Machines: w.client, Secrets: w.client, File: apply.OnDisk(w.path), Clock: w.clk, Journal: journal.New(w.state, "web", w.clk),
			})
			went := len(w.app.Machines()) == 3 || m.State() == "destroying"
			if rep.Clones[0].State != c.want || went != (c.want == apply.Destroyed || c.want == apply.AsWanted) || (err == nil) != went {
				t.Errorf("it is %s, and called %s: %v", m.State(), rep.Clones[0].State, err)
			}
		})
	}
}

// A machine that is refused was not made; one whose name is taken may have been, by the
// same request, so the record stays open.
func TestCloneRefusedKeepsTheRest(t *testing.T) {
	for want, refusal := range map[apply.State]flysim.Effect{
		apply.NotReached: flysim.Status(422, "no payment method"), apply.NotSure: flysim.Status(409, "unique machine name violation"),
	} {
		w := newWorld(t, three()...)
		w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
		w.clone("aaa", "lhr")
		w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines$`, Effect: refusal})
		rep, err := w.run()
		partial(t, err)
		if got := states(rep); got["clone:lhr"] != want || got["ccc"] != apply.Done {
			t.Errorf("got %v", got)
		}
	}
}

// The first call is answered with 504 and takes effect 14 s later, behind the
// second one: the platform refuses a name that is taken, and where it does not do
// so in time, the machine that nobody asked for again is found and destroyed.
func TestCreationThatTakesEffectLate(t *testing.T) {
	for _, late := range []bool{false, true} {
		w := newWorldOf(t, flysim.Options{LateNames: late}, three()...)
		w.clone("aaa", "lhr")
		w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines$`, Effect: flysim.StatusBefore(14*time.Second, 504, "gateway timeout")})
		rep, err := w.run()
		w.ok(err)
		if n := len(w.app.Machines()); n != 4 || rep.Clones[0].State != apply.Done {
			t.Errorf("late names %v: %d machines, want 4: %+v", late, n, rep.Clones)
		}
		if has[apply.CloneDestroyed](w.events) != late {
			t.Errorf("late names %v: told of a second one: %v", late, !late)
		}
	}
}
