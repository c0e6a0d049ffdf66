package flysim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// The platform itself tells how many machines were up at the worst instant.
func TestMinHealthy(t *testing.T) {
	s := newSim(t)
	var ids []string
	for range 3 {
		ids = append(ids, s.machine(flysim.MachineSpec{}).ID())
	}
	other := s.machine(flysim.MachineSpec{Group: "worker"})
	if got := s.app.MinHealthy("app"); got != 3 {
		t.Errorf("before: %d, want 3", got)
	}
	for _, id := range ids { // one after the other, each healthy before the next
		_, err := s.update(t, id, "", nil)
		fine(t, err)
		s.pass(t, 10*time.Second)
	}
	if got := s.app.MinHealthy("app"); got != 2 {
		t.Errorf("one by one: %d, want 2", got)
	}
	if got := s.app.Counts("app")[0]; got.Healthy != 3 || got.Started != 3 || !got.At.Equal(epoch) {
		t.Errorf("at first: %+v, want all 3", got)
	}
	if got := s.app.MinHealthy("worker"); got != 1 || !other.Healthy() {
		t.Errorf("the other group: %d, want 1", got)
	}
	s.Mark()
	for _, id := range ids { // all at once
		_, err := s.update(t, id, "", nil)
		fine(t, err)
	}
	s.pass(t, time.Minute)
	if got := s.app.MinHealthy("app"); got != 0 {
		t.Errorf("all at once: %d, want 0", got)
	}
}

func TestTimelineOfOneUpdate(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	_, err := s.update(t, m.ID(), "", nil)
	fine(t, err)
	s.pass(t, time.Minute)
	var got []string
	for _, x := range m.Timeline()[len(m.Timeline())-4:] {
		line := x.At.Sub(epoch).String() + " " + x.State
		if x.Healthy {
			line += " healthy"
		}
		got = append(got, line)
	}
	want := []string{"0s replacing", "1.5s starting", "2.5s started", "7.5s started healthy"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

// A failing top-level check makes a machine unhealthy, but takes no traffic
// away from it.
func TestRoutable(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	s.pass(t, time.Second)
	_ = s.get(t, m.ID())
	m.Update(func(c map[string]any) {
		c["checks"] = map[string]any{"probe": map[string]any{"type": "http", "port": 8080, "path": "/nothing"}}
	})
	s.pass(t, time.Minute)
	last := m.Timeline()[len(m.Timeline())-1]
	if last.Healthy || !last.Routable {
		t.Errorf("moment = %+v, want routable and not healthy", last)
	}
}

func TestTape(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{ID: "a1"})
	nonce := s.lease(t, "a1")
	_, err := s.update(t, "a1", nonce, nil)
	fine(t, err)
	_, _ = send(t, s, "GET", "/v1/nothing?x=1", "")
	var lines []string
	for _, r := range s.Requests() {
		lines = append(lines, r.Line())
		if r.Authorization != "Bearer test" || r.Status == 0 || r.ID == "" {
			t.Errorf("request = %+v", r)
		}
	}
	want := []string{"POST /v1/apps/web/machines/a1/lease?ttl=60", "GET /v1/apps/web/machines/a1", "POST /v1/apps/web/machines/a1", "GET /v1/nothing?x=1"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("tape (-want +got):\n%s", diff)
	}
	if w := s.Writes(); len(w) != 1 || w[0].Nonce != nonce || !strings.Contains(string(w[0].Body), "from-env") {
		t.Errorf("writes = %v", w)
	}
	if len(s.Seen("from-env")) != 1 || m.Leased() == "" {
		t.Error("the body is not on the tape, or the lease is gone")
	}
}

// Two runs give the same ids, so that golden files hold.
func TestIdsAreTheSameEveryTime(t *testing.T) {
	run := func() []string {
		s := newSim(t)
		m := s.machine(flysim.MachineSpec{})
		v := s.app.AddVolume(flysim.VolumeSpec{})
		nonce := s.lease(t, m.ID())
		out, err := s.update(t, m.ID(), nonce, nil)
		fine(t, err)
		return []string{m.ID(), v, nonce, out.Version, m.Digest(), s.get(t, m.ID()).PrivateIP}
	}
	if diff := cmp.Diff(run(), run()); diff != "" {
		t.Errorf("ids differ:\n%s", diff)
	}
}

// What a test scripts between requests may use everything.
func TestAfter(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{State: "stopped"})
	s.After(10*time.Second, func() { s.app.SetSecret("LATE", "v"); m.StartByProxy(0) })
	if err := s.wait(t, s.get(t, m.ID()), "started", time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := m.Env()["LATE"]; got != "v" || s.clk.Now().Sub(epoch) != 11*time.Second {
		t.Errorf("LATE = %q at +%v", got, s.clk.Now().Sub(epoch))
	}
}
