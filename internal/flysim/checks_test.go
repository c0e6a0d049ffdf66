package flysim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	fly "github.com/superfly/fly-go"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

func TestChecksFollowTheScript(t *testing.T) {
	s := newSim(t)
	s.app.Serve(
		flysim.Respond{Path: "/slow", After: 20 * time.Second},
		flysim.Respond{Path: "/secure", Header: "X-Forwarded-Proto", Value: "https"},
		flysim.Respond{Path: "/broken", Status: 500},
	)
	m := s.machine(flysim.MachineSpec{State: "stopped", Config: json.RawMessage(`{
		"services": [{"internal_port": 8080, "checks": [{"type": "tcp"}, {"type": "http", "path": "/secure",
			"headers": [{"name": "x-forwarded-proto", "values": ["https"]}]}]}],
		"checks": {
			"broken": {"type": "http", "port": 8080, "path": "/broken"},
			"missing": {"type": "http", "port": 8080, "path": "/nothing?x=1"},
			"plain": {"type": "http", "port": 8080, "path": "/secure"},
			"shut": {"type": "tcp", "port": 9999},
			"slow": {"type": "http", "port": 8080, "path": "/slow", "interval": 15000000000}
		}}`)})
	_, err := s.fly.Start(t.Context(), "web", m.ID(), "")
	fine(t, err)
	s.pass(t, 17*time.Second) // 1 s of boot, then 16 s
	want := map[string]string{
		"servicecheck-00-tcp-8080": "passing", "servicecheck-01-http-8080": "passing",
		"broken": "critical: HTTP GET /broken: 500", "missing": "critical: HTTP GET /nothing: 404", "plain": "critical: HTTP GET /secure: 301",
		"shut": "critical: dial tcp: connect", "slow": "critical: connect: connection refused",
	}
	rows := s.get(t, m.ID()).Checks
	if len(rows) != len(want) {
		t.Errorf("%d rows, want %d", len(rows), len(want))
	}
	for _, r := range rows {
		if got := string(r.Status) + ": " + r.Output; !strings.HasPrefix(got, want[r.Name]) {
			t.Errorf("%s = %q, want %q", r.Name, got, want[r.Name])
		}
	}
	s.pass(t, 15*time.Second)
	for _, r := range s.get(t, m.ID()).Checks {
		if r.Name == "slow" && (r.Status != fly.Passing || !r.UpdatedAt.Equal(epoch.Add(31*time.Second))) {
			t.Errorf("slow = %+v, want passing at 31s", r)
		}
	}
}

// Rows of the old version stay, with their old time, until the new one boots.
func TestOldRowsDuringAnUpdate(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	s.pass(t, time.Second)
	out, err := s.update(t, m.ID(), "", nil)
	fine(t, err)
	if len(out.Checks) != 1 || out.Checks[0].Status != fly.Passing || out.Checks[0].UpdatedAt.After(epoch) {
		t.Errorf("checks in the reply = %+v", out.Checks)
	}
}

func TestScriptedMachines(t *testing.T) {
	s := newSim(t)
	good, bad := s.machine(flysim.MachineSpec{ID: "a1"}), s.machine(flysim.MachineSpec{ID: "b2"})
	bad.Behave(flysim.UnhealthyAfterUpdate)
	for _, m := range []*flysim.Machine{good, bad} {
		_, err := s.update(t, m.ID(), "", nil)
		fine(t, err)
	}
	s.pass(t, time.Minute)
	if !good.Healthy() || bad.Healthy() {
		t.Errorf("healthy: %v %v, want true false", good.Healthy(), bad.Healthy())
	}
	good.FailNextUpdate()
	_, err := s.update(t, "a1", "", nil)
	fine(t, err)
	s.pass(t, time.Minute)
	if good.State() != "failed" {
		t.Errorf("state %s, want failed", good.State())
	}
}

func TestCrashLoop(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	m.CrashLoopAfterUpdate()
	_, err := s.update(t, m.ID(), "", nil)
	fine(t, err)
	s.pass(t, 15*time.Second)
	got := s.get(t, m.ID())
	exit := got.GetLatestEventOfType("exit")
	if ev := exit.Request.ExitEvent; ev.RequestedStop || !ev.Restarting || ev.ExitCode != 1 || exit.Request.RestartCount < 2 {
		t.Errorf("exit event = %+v, restart count %d", ev, exit.Request.RestartCount)
	}
	s.pass(t, time.Hour)
	if got := m.Record(); m.State() != "stopped" || got.Crashes != 11 {
		t.Errorf("state %s after %d crashes, want stopped after 10 restarts", m.State(), got.Crashes)
	}
}

func TestCompatChecks(t *testing.T) {
	s := newSim(t, flysim.Options{CompatChecks: true})
	m := s.machine(flysim.MachineSpec{})
	_, body := send(t, s, "GET", "/v1/apps/web/machines/"+m.ID(), "")
	if !strings.Contains(body, "bg_deployments_compat") || len(s.get(t, m.ID()).Checks) != 1 {
		t.Errorf("compat rows are missing, or fly-go keeps them: %s", body)
	}
}
