package apply_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// A call may block for longer than a lease lasts: it is kept meanwhile, so that
// what arrives late arrives under our own lease.
func TestLeaseIsKeptWhileACallBlocks(t *testing.T) {
	for _, c := range []struct {
		name, method, path string
		effect             flysim.Effect
	}{
		{"the update is asked to come later", "POST", `/machines/bbb$`, flysim.Status(429, "slow down", "Retry-After", "15")},
		{"the update arrives late", "POST", `/machines/bbb$`, flysim.Late(36*time.Second, flysim.Then(func() {}))},
		{"the answer to the update is late", "POST", `/machines/bbb$`, flysim.Slow(28 * time.Second)},
		{"the machine is read late", "GET", `/machines/bbb$`, flysim.Slow(28 * time.Second)},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.migrate()
			w.patch([]machineconfig.Op{dropEnv, addCheck("/healthz")}, 1)
			w.p.Fault(flysim.Fault{Method: c.method, Path: c.path, Effect: c.effect})
			_, err := w.run()
			w.ok(err)
			for _, m := range w.app.Machines() {
				if n := len(m.Record().Boots); n != 1 {
					t.Errorf("machine %s booted %d times, want once", m.ID(), n)
				}
			}
			for _, l := range w.app.Machine("bbb").Record().Leases {
				if l.How == "expired" {
					t.Error("a lease of ours ran out")
				}
			}
		})
	}
}

// However many may be away at a time, eight are in hand: leases are kept by
// requests, and while one lasts the proxy can't start the machine.
func TestAtMostEightInHand(t *testing.T) {
	var specs []flysim.MachineSpec
	for i := range 30 {
		state := "started"
		if i%3 == 2 {
			state = "stopped"
		}
		specs = append(specs, flysim.MachineSpec{ID: fmt.Sprintf("m%02d", i), State: state})
	}
	w := newWorld(t, specs...)
	w.migrate()
	w.patch([]machineconfig.Op{dropEnv})
	w.options.MaxUnavailable = "0.9"
	held, most := 0, 0
	w.on = func(e apply.Event) {
		switch e.(type) {
		case apply.LeaseTaken:
			held++
			most = max(most, held)
		case apply.LeaseReleased:
			held--
		}
	}
	_, err := w.run()
	w.ok(err)
	if most != 8 {
		t.Errorf("%d were held at a time, want 8", most)
	}
	leases := 0
	for _, r := range w.p.Requests() {
		if strings.HasSuffix(r.Path, "/lease") {
			leases++
		}
	}
	// One look beforehand, then look, take and give back, and now and then a
	// refresh of those that wait for others.
	if limit := 6 * len(specs); leases > limit {
		t.Errorf("%d requests about leases, want at most %d", leases, limit)
	}
}

// An update that can't be taken at this moment is sent again.
func TestNotYetIsWaitedFor(t *testing.T) {
	for _, c := range []struct {
		name   string
		effect flysim.Effect
		path   string
	}{
		{"secrets are on their way", flysim.Status(412, "failed_precondition: min_secrets_version 1 is not yet available on this app"), `/machines/bbb$`},
		{"it is being replaced", flysim.Status(409, "aborted: machine is replacing: concurrent update in progress"), `/machines/bbb$`},
		{"secrets, of a machine that is made", flysim.Status(412, "failed_precondition: min_secrets_version 1 is not yet available on this app"), `/machines$`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, three()...)
			w.migrate()
			w.patch([]machineconfig.Op{dropEnv})
			w.clone("aaa", "lhr")
			w.p.Fault(flysim.Fault{Method: "POST", Path: c.path, Times: 3, Effect: c.effect})
			rep, err := w.run()
			w.ok(err)
			if rep.Outcome != apply.Complete || has[apply.RollingBack](w.events) {
				t.Errorf("%s: %v", rep.Outcome, states(rep))
			}
		})
	}
}
