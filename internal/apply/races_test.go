package apply_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// A machine that the proxy stops at the very moment of the look is the one
// that was planned for: its version is the same.
func TestStoppingMachineIsNotStale(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.app.Machine("bbb").StopByProxy(0)
	w.ok(w.clk.Sleep(t.Context(), 100*time.Millisecond))
	if s := w.app.Machine("bbb").State(); s != "stopping" {
		t.Fatalf("machine bbb is %s", s)
	}
	rep, err := w.run()
	w.ok(err)
	if got := states(rep); got["bbb"] != apply.Done || w.app.Machine("bbb").State() != "stopped" {
		t.Errorf("got %v, machine bbb is %s", got, w.app.Machine("bbb").State())
	}
}

// A cordoned machine takes no traffic, so a group does not rest on it: it
// proves the check, and the machine beside it is never taken for that.
func TestCordonedMachineDoesNotCarryTheGroup(t *testing.T) {
	for _, path := range []string{"/healthz", "/nothing-here"} {
		t.Run(path, func(t *testing.T) {
			w := newWorld(t, flysim.MachineSpec{ID: "aaa"}, flysim.MachineSpec{ID: "ccc", Cordoned: true})
			w.patch([]machineconfig.Op{addCheck(path)}, 0)
			_, err := w.run()
			if (err == nil) != (path == "/healthz") {
				t.Fatalf("got %v", err)
			}
			var order []string
			for _, e := range w.events {
				if u, ok := e.(apply.Updated); ok {
					order = append(order, u.Machine)
				}
			}
			if want := map[string]string{"/healthz": "ccc aaa", "/nothing-here": "ccc ccc"}[path]; strings.Join(order, " ") != want {
				t.Errorf("updated %v, want %s", order, want)
			}
			if !w.app.Machine("ccc").Cordoned() {
				t.Error("machine ccc is not cordoned any more")
			}
		})
	}
}

// Two that serve and one that is cordoned: never both away, though a third of
// all is one and one is "up".
func TestCordonedMachineIsNotCountedForTheFloor(t *testing.T) {
	specs := []flysim.MachineSpec{{ID: "aaa"}, {ID: "bbb"}, {ID: "ccc", Cordoned: true}, {ID: "ddd", Cordoned: true}}
	w := newWorld(t, specs...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.options.MaxUnavailable = "0.5" // two of four, but one of the two that serve
	_, err := w.run()
	w.ok(err)
	away := map[string]bool{}
	for _, e := range w.events {
		switch e := e.(type) {
		case apply.Updated:
			away[e.Machine] = true
		case apply.StepDone:
			delete(away, strings.TrimPrefix(e.Step.ID, "machine:"))
		}
		if away["aaa"] && away["bbb"] {
			t.Fatal("both machines that serve were away")
		}
	}
}

// When answers are so late that the lease has run out by then, nothing is
// written with it: it is taken again.
func TestSlowAnswersOutlastTheLease(t *testing.T) {
	for _, path := range []string{`/machines/aaa/lease$`, `/machines/aaa$`, `/machines/bbb/start$`} {
		t.Run(path, func(t *testing.T) {
			specs := three()
			if strings.Contains(path, "start") {
				specs = []flysim.MachineSpec{{ID: "bbb", State: "stopped"}}
			}
			w := newWorld(t, specs...)
			w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
			method := map[bool]string{true: "POST", false: "GET"}[!strings.HasSuffix(path, "aaa$")]
			w.p.Fault(flysim.Fault{Method: method, Path: path, Effect: flysim.Slow(20 * time.Second)})
			rep, err := w.run()
			w.ok(err)
			if rep.Outcome != apply.Complete {
				t.Errorf("%+v", rep)
			}
		})
	}
}

// A service check may come every second, a top-level one every two: the probe
// of a lone machine must not be refused for that.
func TestProbeOfAFastCheck(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
	fast := addCheck("/healthz")
	fast.Value = json.RawMessage(`{"type":"http","path":"/healthz","interval":"1s","timeout":"1s","grace_period":"5s"}`)
	w.patch([]machineconfig.Op{fast}, 0)
	sent := ""
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/aaa$`, Match: func(r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if sent == "" {
			sent = string(body)
		}
		return err != nil
	}})
	_, _ = w.run() // this simulation refuses 1 s for a service check as well
	if !strings.Contains(sent, `"standards-proof-8080":{`) || strings.Contains(sent, `"interval":"1s"`) {
		t.Errorf("the probe was sent as %s", sent)
	}
}

// A machine that failed before anybody touched it proves nothing, so another
// one is woken for the proof.
func TestProofIsNotAskedOfAFailedMachine(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa", State: "failed"}, flysim.MachineSpec{ID: "bbb", State: "suspended"})
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	rep, err := w.run()
	w.ok(err)
	if len(w.app.Machine("aaa").Record().Boots) != 0 || len(w.app.Machine("bbb").Record().Boots) != 1 {
		t.Errorf("the failed machine was woken: %+v", rep)
	}
}

// The first creation arrives after all, and the second is refused: the machine
// is there, costs money, and must be known.
func TestLateCreationIsFound(t *testing.T) {
	w := newWorld(t, three()...)
	w.clone("aaa", "lhr")
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines$`, Effect: flysim.DropAfter()})
	// Three looks do not show it, as where a list lags behind.
	w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines$`, Nth: 2, Times: 4, Effect: flysim.Body(200, "[]")})
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines$`, Effect: flysim.Status(422, "no payment method")})
	rep, err := w.run()
	w.ok(err)
	if len(w.app.Machines()) != 4 || rep.Clones[0].State != apply.Done || rep.Clones[0].Machine == "" {
		t.Errorf("%d machines, %+v", len(w.app.Machines()), rep.Clones)
	}
}

// One odd 404 about a machine that is watched does not make it gone, nor one 401
// the token: nobody would look after it any more. Three reads in a row do.
func TestOne404IsNotGone(t *testing.T) {
	for status, end := range map[int]apply.State{404: apply.Theirs, 401: apply.NotSure} {
		for path, ever := range map[string]apply.State{`/machines/aaa/wait$`: apply.Done, `/machines/aaa$`: end} {
			for times, want := range map[int]apply.State{1: apply.Done, 2: apply.Done, -1: ever} {
				w := newWorld(t, three()...)
				w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
				updated := false
				w.on = func(e apply.Event) {
					_, is := e.(apply.Updated)
					updated = updated || is
				}
				w.p.Fault(flysim.Fault{
					Method: "GET", Path: path, Times: times, Effect: flysim.Status(status, "machine not found"),
					Match: func(*http.Request) bool { return updated },
				})
				rep, err := w.run()
				if got := states(rep)["aaa"]; got != want || (err == nil) != (want == apply.Done) {
					t.Errorf("%d of %s, %d times: it is %s, %v", status, path, times, got, err)
				}
			}
		}
	}
}

// An update whose answer was lost is not sent again when the lease is gone by the
// time that the machine can be read: somebody else may be at work.
func TestNothingIsSentAgainWithoutTheLease(t *testing.T) {
	w := newWorld(t, three()...)
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.p.Fault(flysim.Fault{Method: "POST", Path: `/machines/aaa$`, Effect: flysim.DropBefore()})
	w.p.Fault(flysim.Fault{Method: "GET", Path: `/machines/aaa$`, Nth: 2, Times: 5, Effect: flysim.Status(500, "oops")})
	w.p.Fault(flysim.Fault{
		Method: "POST", Path: `/machines/aaa/lease$`, Times: -1, Effect: flysim.Status(404, "lease not found"),
		Match: func(r *http.Request) bool { return r.Header.Get("Fly-Machine-Lease-Nonce") != "" },
	})
	rep, err := w.run()
	partial(t, err)
	sent := 0
	for _, r := range w.p.Writes() {
		if r.Method == "POST" && strings.HasSuffix(r.Path, "/machines/aaa") {
			sent++
		}
	}
	if got := states(rep)["aaa"]; sent != 1 || got != apply.NotSure {
		t.Errorf("sent %d times; machine aaa is %s, %v", sent, got, err)
	}
}

// Every machine that boots after the secrets were set boots with them, whether
// it loses an entry of its own or not.
func TestEveryUpdateWaitsForTheSecrets(t *testing.T) {
	w := newWorld(t, three()...)
	w.migrate()
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	_, err := w.run()
	w.ok(err)
	for _, m := range w.app.Machines() {
		if b := m.Record().Boots; len(b) != 1 || b[0].Secrets == 0 {
			t.Errorf("machine %s booted with %+v", m.ID(), b)
		}
	}
}

// The proxy stops the lone machine just between its proof and its update.
func TestLoneMachineStopsBetweenItsUpdates(t *testing.T) {
	w := newWorld(t, flysim.MachineSpec{ID: "aaa"})
	w.patch([]machineconfig.Op{addCheck("/healthz")}, 0)
	w.on = func(e apply.Event) {
		if _, ok := e.(apply.Proven); ok {
			w.on = nil
			w.app.Machine("aaa").StopByProxy(0)
		}
	}
	rep, err := w.run()
	w.ok(err)
	if rep.Outcome != apply.Complete || strings.Contains(string(w.app.Machine("aaa").Config()), "standards-proof") {
		t.Errorf("%+v", rep)
	}
}

// Somebody removes or replaces a secret that has left the file: no machine loses
// its entry for it any more, and a value that nothing else has is in the file again.
func TestSecretGoneWhileItIsCarriedOut(t *testing.T) {
	for _, c := range []struct {
		name, at string
		does     func(*flysim.App)
		lost     bool
		aaa, bbb apply.State
	}{
		{"removed before the first machine", "machine:aaa", func(a *flysim.App) { a.DeleteSecret("DATABASE_URL") }, true, apply.NotReached, apply.NotReached},
		{"removed between two machines", "machine:bbb", func(a *flysim.App) { a.DeleteSecret("DATABASE_URL") }, true, apply.Done, apply.NotReached},
		{"replaced between two machines", "machine:bbb", func(a *flysim.App) { a.SetSecret("DATABASE_URL", "theirs") }, false, apply.Done, apply.NotReached},
		{"removed before the file", "file", func(a *flysim.App) { a.DeleteSecret("DATABASE_URL") }, true, apply.NotReached, apply.NotReached},
		{"removed while the last machine is watched", "", func(a *flysim.App) { a.DeleteSecret("DATABASE_URL") }, true, apply.Done, apply.Done},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.migrate()
			w.patch([]machineconfig.Op{dropEnv})
			w.on = func(e apply.Event) {
				s, begins := e.(apply.StepStarted)
				up, last := e.(apply.Updated)
				if begins && s.Step.ID == c.at || last && up.Machine == "ccc" && c.at == "" {
					c.does(w.app)
					_ = w.clk.Sleep(t.Context(), 2*time.Second)
				}
			}
			rep, err := w.run()
			var stale *apply.StaleError
			if !errors.As(err, &stale) || !strings.Contains(err.Error(), "secret DATABASE_URL: somebody") {
				t.Error(err)
			}
			if got := states(rep); got["aaa"] != c.aaa || got["bbb"] != c.bbb {
				t.Errorf("machines %v", got)
			}
			if c.at == "file" && has[apply.FileRestored](w.events) {
				t.Error("the file lost the value though the secret was gone")
			}
			if back := w.read() == tomlBefore; back != c.lost {
				t.Errorf("the value is in the file again: %v", back)
			}
		})
	}
}
