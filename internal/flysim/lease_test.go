package flysim_test

import (
	"strings"
	"testing"
	"time"

	fly "github.com/superfly/fly-go"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

func TestLeaseFromStartToEnd(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	ctx := t.Context()
	_, err := s.fly.FindLease(ctx, "web", m.ID())
	wantStatus(t, err, 404)

	ttl := 13
	l, err := s.fly.AcquireLease(ctx, "web", m.ID(), &ttl)
	fine(t, err)
	if l.Status != "success" || l.Data.Owner != "you@example.com" || l.Data.Version != m.Version() || l.Data.ExpiresAt != epoch.Unix()+13 {
		t.Errorf("lease = %+v %+v", l, l.Data)
	}
	s.pass(t, 10*time.Second)
	again, err := s.fly.RefreshLease(ctx, "web", m.ID(), &ttl, l.Data.Nonce)
	fine(t, err)
	if again.Data.Nonce != l.Data.Nonce || again.Data.ExpiresAt != epoch.Unix()+23 {
		t.Errorf("refreshed lease = %+v, want the same nonce until +23s", again.Data)
	}
	wantStatus(t, s.fly.ReleaseLease(ctx, "web", m.ID(), "wrong"), 400)
	if got := s.HeldLeases(); len(got) != 1 {
		t.Errorf("held = %v", got)
	}
	fine(t, s.fly.ReleaseLease(ctx, "web", m.ID(), l.Data.Nonce))
	wantStatus(t, s.fly.ReleaseLease(ctx, "web", m.ID(), l.Data.Nonce), 404)
	if got := m.Record().Leases; len(got) != 1 || got[0].How != "released" || len(s.HeldLeases()) != 0 {
		t.Errorf("leases = %+v", got)
	}
}

func TestLeaseExpires(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	nonce := s.lease(t, m.ID())
	s.pass(t, time.Minute)
	wantStatus(t, s.fly.ReleaseLease(t.Context(), "web", m.ID(), nonce), 404)
	_, err := s.update(t, m.ID(), nonce, nil)
	wantStatus(t, err, 409)
	_, err = s.update(t, m.ID(), "", nil)
	fine(t, err)
	if got := m.Record().Leases[0]; got.How != "expired" || !got.End.Equal(epoch.Add(time.Minute)) {
		t.Errorf("lease = %+v", got)
	}
}

// A lease forbids every write of others, and no read.
func TestForeignLease(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	m.HoldLease("mallory@example.com", 30*time.Second)
	ctx, id := t.Context(), m.ID()
	_, startErr := s.fly.Start(ctx, "web", id, "")
	_, updateErr := s.update(t, id, "", nil)
	for name, err := range map[string]error{
		"update": updateErr, "start": startErr,
		"stop":    s.fly.Stop(ctx, "web", fly.StopMachineInput{ID: id}, ""),
		"suspend": s.fly.Suspend(ctx, "web", id, ""),
		"restart": s.fly.Restart(ctx, "web", fly.RestartMachineInput{ID: id}, ""),
		"destroy": s.fly.Destroy(ctx, "web", fly.RemoveMachineInput{ID: id, Kill: true}, ""),
		"cordon":  s.fly.Cordon(ctx, "web", id, ""),
	} {
		if status(err) != 409 || !strings.Contains(err.Error(), "lease currently held by mallory@example.com, expires at 2026-09-01T12:00:30Z") {
			t.Errorf("%s: %v", name, err)
		}
	}
	code, body := send(t, s, "POST", "/v1/apps/web/machines/"+id+"/lease?ttl=10", "")
	if code != 409 || !strings.Contains(body, "held by mallory@example.com") {
		t.Errorf("acquire: %d %s", code, body)
	}
	l, err := s.fly.FindLease(ctx, "web", id)
	fine(t, err)
	if l.Data.Owner != "mallory@example.com" || m.State() != "started" {
		t.Errorf("lease of %s, machine %s", l.Data.Owner, m.State())
	}
	if len(s.Violations()) != 7 {
		t.Errorf("violations = %v", s.Violations())
	}
}

func TestLeaseIsTakenAway(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	nonce := s.lease(t, m.ID())
	m.HoldLease("mallory@example.com", time.Minute)
	_, err := s.update(t, m.ID(), nonce, nil)
	wantStatus(t, err, 409)
	if got := m.Record().Leases[0].How; got != "taken by mallory@example.com" {
		t.Errorf("our lease ended %q", got)
	}
}

// fly-proxy starts a stopped machine for a visitor, unless somebody holds it.
func TestProxyRespectsLeases(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	m.StopByProxy(time.Second)
	s.pass(t, 2*time.Second)
	got := s.get(t, m.ID())
	if got.State != "stopped" || got.Events[0].Type != "exit" || !got.Events[0].Request.ExitEvent.RequestedStop {
		t.Errorf("state %s, event %+v", got.State, got.Events[0])
	}
	nonce := s.lease(t, m.ID())
	m.StartByProxy(time.Second)
	s.pass(t, 2*time.Second)
	if m.State() != "stopped" || m.Record().RefusedStarts != 1 {
		t.Errorf("state %s, refused %d", m.State(), m.Record().RefusedStarts)
	}
	fine(t, s.fly.ReleaseLease(t.Context(), "web", m.ID(), nonce))
	m.StartByProxy(time.Second)
	s.pass(t, 3*time.Second)
	if m.State() != "started" {
		t.Errorf("state %s, want started", m.State())
	}
}
