package fly_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

func (w *world) update(t *testing.T, id, nonce string) (live.Machine, error) {
	t.Helper()
	m, err := w.fly.Machine(t.Context(), id)
	fine(t, err)
	cfg, changed, err := machineconfig.Apply(m.Config, []machineconfig.Op{{Verb: machineconfig.VerbSet, Pointer: "/metadata/mark", Value: json.RawMessage(`"1"`)}})
	fine(t, err)
	if !changed {
		t.Fatal("nothing changed")
	}
	return w.fly.UpdateMachine(t.Context(), id, live.Update{Nonce: nonce, Config: cfg.WithImage(m.Image), Region: m.Region, CurrentVersion: m.Version})
}

func TestUpdateUnderALease(t *testing.T) {
	w := newWorld(t)
	m := w.machine("148e2d9f0b6189")
	before := m.Version()
	lease := w.lease(t, m.ID())
	if lease.Nonce == "" || lease.Version != before || !lease.ExpiresAt.After(epoch) {
		t.Errorf("lease %+v", lease)
	}
	held, err := w.fly.LeaseHolder(t.Context(), m.ID())
	fine(t, err)
	if held == nil || held.Owner == "" || held.Nonce != "" {
		t.Errorf("holder %+v, want an owner and no nonce", held)
	}
	again, err := w.fly.RefreshLease(t.Context(), m.ID(), lease.Nonce, 13*time.Second)
	fine(t, err)
	if again.Nonce != lease.Nonce {
		t.Errorf("nonce %q, want the same", again.Nonce)
	}

	got, err := w.update(t, m.ID(), lease.Nonce)
	fine(t, err)
	if got.Version == before || got.Version != m.Version() {
		t.Errorf("version %q, was %q, the platform has %q", got.Version, before, m.Version())
	}
	fine(t, w.fly.WaitMachine(t.Context(), m.ID(), got.Version, 60*time.Second, "started"))
	config := string(m.Config())
	for _, want := range []string{`"required_host_features"`, `1.50`, `"mark"`, `@sha256:`} {
		if !strings.Contains(config, want) {
			t.Errorf("%s is not in the config: %s", want, config)
		}
	}

	fine(t, w.fly.ReleaseLease(t.Context(), m.ID(), lease.Nonce))
	fine(t, w.fly.ReleaseLease(t.Context(), m.ID(), lease.Nonce)) // gone already
	if held, err := w.fly.LeaseHolder(t.Context(), m.ID()); held != nil || err != nil {
		t.Errorf("holder %v, error %v", held, err)
	}
	if left := w.HeldLeases(); len(left) != 0 {
		t.Errorf("leases left: %v", left)
	}
	if v := w.Violations(); len(v) != 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestUpdateGuards(t *testing.T) {
	w := newWorld(t)
	m := w.machine("148e2d9f0b6189")
	cur, err := w.fly.Machine(t.Context(), m.ID())
	fine(t, err)
	_, err = w.fly.UpdateMachine(t.Context(), m.ID(), live.Update{Config: cur.Config})
	wantKind(t, err, live.Invalid)
	_, err = w.fly.UpdateMachine(t.Context(), m.ID(), live.Update{CurrentVersion: cur.Version})
	wantKind(t, err, live.Invalid)
	if n := len(w.Writes()); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
	_, err = w.fly.UpdateMachine(t.Context(), m.ID(), live.Update{Config: cur.Config, CurrentVersion: "01AAAAAAAAAAAAAAAAAAAAAAAA"})
	wantKind(t, err, live.Conflict)
	if m.Version() != cur.Version {
		t.Error("the machine was updated all the same")
	}
}

func TestForeignLease(t *testing.T) {
	w := newWorld(t)
	m := w.machine("148e2d9f0b6189")
	m.HoldLease("ann@example.com", time.Minute)
	held, err := w.fly.LeaseHolder(t.Context(), m.ID())
	fine(t, err)
	if held == nil || held.Owner != "ann@example.com" || !held.ExpiresAt.Equal(epoch.Add(time.Minute)) || held.Nonce != "" {
		t.Errorf("holder %+v", held)
	}
	_, err = w.fly.AcquireLease(t.Context(), m.ID(), 13*time.Second)
	e := wantKind(t, err, live.LeaseHeld)
	if e.Owner != "ann@example.com" || !e.ExpiresAt.Equal(epoch.Add(time.Minute)) || e.RequestID == "" {
		t.Errorf("error %+v", e)
	}
	if n := w.count("POST /v1/apps/web/machines/" + m.ID() + "/lease"); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	_, err = w.update(t, m.ID(), "")
	wantKind(t, err, live.LeaseHeld)
}

func TestLostRepliesToWritesAreUnknownAndNotRepeated(t *testing.T) {
	for name, effect := range map[string]flysim.Effect{
		"dropped before": flysim.DropBefore(), "dropped after": flysim.DropAfter(), "truncated": flysim.Truncate(),
		"huge": flysim.Huge(), "html": flysim.HTML(200), "502": flysim.Status(502, "bad gateway"), "503": flysim.StatusAfter(503, "unavailable"),
		"408": flysim.Status(408, "timeout"), "redirect": flysim.Redirect("http://127.0.0.1:1/"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			m := w.machine("148e2d9f0b6189")
			lease := w.lease(t, m.ID())
			w.Fault(flysim.Fault{Method: "POST", Path: m.ID() + "$", Times: -1, Effect: effect})
			_, err := w.update(t, m.ID(), lease.Nonce)
			wantKind(t, err, live.Unknown)
			if n := w.count("POST /v1/apps/web/machines/" + m.ID()); n != 2 { // the lease and the update
				t.Errorf("%d POSTs, want the lease and one update", n)
			}
		})
	}
}

func TestCapacity(t *testing.T) {
	w := newWorld(t)
	m := w.machine("148e2d9f0b6189")
	w.FillRegion("iad", true)
	cur, err := w.fly.Machine(t.Context(), m.ID())
	fine(t, err)
	_, err = w.fly.CreateMachine(t.Context(), live.Create{Region: "iad", Config: cur.Config})
	wantKind(t, err, live.Capacity)
}

func TestCreateAndDestroy(t *testing.T) {
	w := newWorld(t)
	source := w.machine("148e2d9f0b6189")
	m, err := w.fly.Machine(t.Context(), source.ID())
	fine(t, err)
	clone, err := w.fly.CreateMachine(t.Context(), live.Create{Region: "ams", Config: m.Config.WithImage(m.Image), LeaseTTL: 13 * time.Second})
	fine(t, err)
	if clone.Nonce == "" || clone.Region != "ams" || clone.ID == m.ID {
		t.Errorf("clone %+v", clone)
	}
	fine(t, w.fly.WaitMachine(t.Context(), clone.ID, clone.Version, 60*time.Second, "started"))
	fine(t, w.fly.DestroyMachine(t.Context(), clone.ID, clone.Nonce))
	all, err := w.fly.Machines(t.Context())
	fine(t, err)
	for _, m := range all {
		if m.ID == clone.ID && m.State != "destroying" {
			t.Errorf("the clone is %s", m.State)
		}
	}
	_, err = w.fly.CreateMachine(t.Context(), live.Create{Region: "ams"})
	wantKind(t, err, live.Invalid)
}

func TestLifecycle(t *testing.T) {
	w := newWorld(t)
	m := w.machine("148e2d9f0b6189")
	lease := w.lease(t, m.ID())
	fine(t, w.fly.StopMachine(t.Context(), m.ID(), lease.Nonce))
	fine(t, w.fly.WaitMachine(t.Context(), m.ID(), m.Version(), 60*time.Second, "stopped", "suspended"))
	err := w.fly.WaitMachine(t.Context(), m.ID(), m.Version(), time.Second, "started")
	wantKind(t, err, live.Timeout)
	if n := w.count("GET /v1/apps/web/machines/" + m.ID() + "/wait"); n != 2 {
		t.Errorf("%d waits, want 2: a timeout is an answer", n)
	}
	_, err = w.fly.RefreshLease(t.Context(), m.ID(), lease.Nonce, 60*time.Second)
	fine(t, err)
	fine(t, w.fly.StartMachine(t.Context(), m.ID(), lease.Nonce))
	fine(t, w.fly.WaitMachine(t.Context(), m.ID(), m.Version(), 60*time.Second, "started"))
	fine(t, w.fly.SuspendMachine(t.Context(), m.ID(), lease.Nonce))
	fine(t, w.fly.WaitMachine(t.Context(), m.ID(), m.Version(), 60*time.Second, "suspended"))
}

func TestNamesThatWouldLeaveTheirPath(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"", "..", "a/b", "a?x=1", "a%2fb"} {
		_, err := w.fly.Machine(t.Context(), id)
		wantKind(t, err, live.Invalid)
		wantKind(t, w.fly.DestroyMachine(t.Context(), id, ""), live.Invalid)
	}
	if n := len(w.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
