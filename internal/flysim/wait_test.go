package flysim_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/superfly/fly-go/flaps"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

func TestWaitTimesOut(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{State: "stopped"})
	err := s.wait(t, s.get(t, m.ID()), "started", 10*time.Second)
	if status(err) != 408 || !strings.Contains(err.Error(), "deadline_exceeded: machine failed to reach desired state, started, currently stopped") {
		t.Errorf("error = %v", err)
	}
	if took := s.clk.Now().Sub(epoch); took != 10*time.Second {
		t.Errorf("blocked for %v, want 10s", took)
	}
}

func TestWaitForSeveralStates(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{State: "stopped"})
	old := s.get(t, m.ID())
	now, err := s.update(t, m.ID(), "", nil)
	fine(t, err)
	if err := s.wait(t, old, "stopped", 5*time.Second); status(err) != 408 || !strings.Contains(err.Error(), "currently replaced") {
		t.Errorf("wait for the replaced version: %v", err)
	}
	fine(t, s.fly.Wait(t.Context(), "web", m.ID(), flaps.WithWaitStates("failed", "settled"), flaps.WithWaitVersion(now.Version)))

	code, body := send(t, s, "GET", "/v1/apps/web/machines/"+m.ID()+"/wait?state=stopped&state=started&timeout=1", "")
	if code != 200 || !strings.Contains(body, `"state":"stopped"`) || !strings.Contains(body, now.Version) {
		t.Errorf("wait: %d %s", code, body)
	}
	for query, want := range map[string]int{"state=flying": 400, "timeout=soon": 400, "version=01ARZ3NDEKTSV4RRFFQ69G5FAV": 404} {
		if code, _ := send(t, s, "GET", "/v1/apps/web/machines/"+m.ID()+"/wait?"+query, ""); code != want {
			t.Errorf("wait?%s: %d, want %d", query, code, want)
		}
	}
}

// Waiting side by side takes as long as the longest wait, not as their sum.
func TestWaitsRunSideBySide(t *testing.T) {
	s := newSim(t)
	var ids []string
	for range 5 {
		ids = append(ids, s.machine(flysim.MachineSpec{}).ID())
	}
	for _, id := range ids {
		_, err := s.update(t, id, "", nil)
		fine(t, err)
	}
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() {
			if err := s.fly.Wait(context.Background(), "web", id, flaps.WithWaitStates("started")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if took := s.clk.Now().Sub(epoch); took > 3*time.Second {
		t.Errorf("five waits took %v of virtual time, want about 2.5s", took)
	}
}

// On a clock that runs by itself the same thing happens, in real time.
func TestScaledClock(t *testing.T) {
	p := flysim.New(clock.NewScaled(200))
	m := p.AddApp(flysim.AppSpec{Name: "web"}).AddMachine(flysim.MachineSpec{})
	srv := p.Serve()
	defer srv.Close()
	fly := client(t, srv.URL, "test")
	fine(t, fly.Suspend(t.Context(), "web", m.ID(), ""))
	fine(t, fly.Wait(t.Context(), "web", m.ID(), flaps.WithWaitStates("suspended")))
	if m.State() != "suspended" {
		t.Errorf("state %s", m.State())
	}
}

func TestWaitEndsWhenTheClientGoes(t *testing.T) {
	p := flysim.New(clock.Wall{})
	m := p.AddApp(flysim.AppSpec{Name: "web"}).AddMachine(flysim.MachineSpec{})
	srv := p.Serve()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/v1/apps/web/machines/"+m.ID()+"/wait?state=stopped", nil)
	fine(t, err)
	req.Header.Set("Authorization", "Bearer test")
	arrived, done := make(chan struct{}), make(chan error, 1)
	p.Fault(flysim.Fault{Path: "/wait$", Effect: flysim.Then(func() { close(arrived) })})
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		done <- err
	}()
	<-arrived
	cancel()
	if err := <-done; err == nil {
		t.Error("no error after cancel")
	}
	srv.Close() // returns only when the handler has
}
