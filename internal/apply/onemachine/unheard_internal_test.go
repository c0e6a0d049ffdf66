package onemachine

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// A machine that has what is to be proven needs no restart for it. One that has only
// the probe of a run that was cut off does: nobody has seen that pass.
func TestNothingToProbe(t *testing.T) {
	plain := parse(t, `{"services":[{"protocol":"tcp","internal_port":8080}]}`)
	step := plan.Step{Machine: &plan.MachineStep{ID: "a", Proof: []int{0}, Ops: []machineconfig.Op{{
		Verb: machineconfig.VerbAppend, Service: &machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 8080}, Pointer: "/checks",
		Value: json.RawMessage(`{"type":"http","path":"/up","interval":"15s"}`),
	}}}}
	probe, err := ProbeOps(step.Machine)
	if err != nil {
		t.Fatal(err)
	}
	with := func(ops []machineconfig.Op) machineconfig.Config {
		cfg, changed, err := machineconfig.Apply(plain, ops)
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		return cfg
	}
	for _, c := range []struct {
		name string
		was  machineconfig.Config
		want bool
	}{{"plain", plain, true}, {"with the check", with(step.Machine.Ops), false}, {"with the probe", with(probe), true}} {
		if _, changed, err := wanted(c.was, Job{Goal: Probe, Step: step, Ops: probe}); err != nil || changed != c.want {
			t.Errorf("%s: changed is %v, %v", c.name, changed, err)
		}
	}
}

// Two checks of one port are proven both.
func TestEachCheckHasItsProbe(t *testing.T) {
	op := machineconfig.Op{
		Verb: machineconfig.VerbAppend, Service: &machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 8080}, Pointer: "/checks", Value: json.RawMessage(`{"type":"tcp"}`),
	}
	ops, err := ProbeOps(&plan.MachineStep{Ops: []machineconfig.Op{op, op}, Proof: []int{0, 1}})
	if err != nil || ops[0].Pointer == ops[1].Pointer {
		t.Errorf("%v, %v", ops, err)
	}
}

// How long a new machine may be unknown counts from when it was made, not from when
// the one was that it is made of.
func TestWatchCountsFromNow(t *testing.T) {
	u := New(Updater{Clock: clock.NewVirtual(noon)})
	if m := u.Watch(Job{Goal: Added}, live.Machine{ID: "b"}, live.Machine{ID: "a", CreatedAt: noon.Add(-time.Hour)}); !m.Was.CreatedAt.Equal(noon) {
		t.Errorf("from %s", m.Was.CreatedAt)
	}
}

// slow answers every keeping of a lease after ten seconds.
type slow struct {
	Platform
	clk *clock.Virtual
	err error
}

func (s slow) RefreshLease(ctx context.Context, _, _ string, _ time.Duration) (live.Lease, error) {
	return live.Lease{}, errors.Join(s.clk.Sleep(ctx, 10*time.Second), s.err)
}

// A lease lasts from when it was asked to be kept, not from the answer; one that
// nobody could keep for longer than it lasts is gone.
func TestLeaseIsKeptFromTheRequest(t *testing.T) {
	for err, nonce := range map[error]string{nil: "n", &live.Error{Kind: live.Unknown}: ""} {
		clk := clock.NewVirtual(noon)
		h := &held{machine: "a", nonce: "n", kept: clk.Now().Add(-5 * time.Second)}
		l := &Leases{platform: slow{clk: clk, err: err}, clock: clk, all: []*held{h}}
		l.prolong(t.Context(), h)
		if got := l.Nonce("a"); got != nonce {
			t.Errorf("%v: nonce %q, want %q", err, got, nonce)
		}
		_ = clk.Sleep(t.Context(), 4*time.Second)
		if l.Holds("a") {
			t.Errorf("%v: it is held still, 14 s after the request", err)
		}
	}
}

// lostThenRefused loses the answer to the first update, and refuses the others.
type lostThenRefused struct {
	Platform
	sent int
}

func (p *lostThenRefused) Machine(context.Context, string) (live.Machine, error) {
	cfg, err := machineconfig.Parse([]byte(`{"image":"x"}`))
	return live.Machine{ID: "a", Version: "1", State: "started", HostStatus: "ok", Config: cfg}, err
}

func (p *lostThenRefused) UpdateMachine(context.Context, string, live.Update) (live.Machine, error) {
	if p.sent++; p.sent == 1 {
		return live.Machine{}, &live.Error{Kind: live.Unknown}
	}
	return live.Machine{}, &live.Error{Kind: live.Forbidden}
}

type deaf struct{ Recorder }

func (deaf) Uncertain(*InFlight) {}

// A refusal says nothing about an update before it whose answer was lost: that one
// may come yet.
func TestRefusalBehindALostAnswer(t *testing.T) {
	clk := clock.NewVirtual(noon)
	u := New(Updater{
		Platform: &lostThenRefused{}, Clock: clk, Record: deaf{}, Wait: time.Minute,
		Secrets: func(context.Context, bool) (uint64, error) { return 0, nil },
	})
	u.Leases.all = []*held{{machine: "a", nonce: "n", kept: clk.Now()}}
	step := plan.Step{Machine: &plan.MachineStep{ID: "a"}}
	_, err := u.post(t.Context(), &InFlight{Job: Job{Step: step, Goal: Change}, Machine: "a"}, live.Update{CurrentVersion: "1"})
	var lost *LostError
	if !errors.As(err, &lost) {
		t.Errorf("got %v", err)
	}
}

// neverHeard loses the answer to every update, and knows the machine as it is.
type neverHeard struct {
	notYet
}

func (p *neverHeard) UpdateMachine(context.Context, string, live.Update) (live.Machine, error) {
	return live.Machine{}, &live.Error{Kind: live.Unknown}
}

// Behind a lost answer a new version is ours by its configuration only: a rollback
// would else undo somebody's deploy.
func TestNewVersionBehindALostAnswer(t *testing.T) {
	for image, ours := range map[string]bool{"mine": true, "theirs": false} {
		p := &neverHeard{notYet{now: live.Machine{ID: "a", Version: "2", State: "started", HostStatus: "ok", Config: parse(t, `{"image":"`+image+`"}`)}}}
		u := New(Updater{Platform: p, Clock: clock.NewVirtual(noon), Record: deaf{}, Wait: time.Minute})
		got, err := u.post(t.Context(), &InFlight{Job: Job{Goal: Change}, Machine: "a"}, live.Update{CurrentVersion: "1", Config: parse(t, `{"image":"mine"}`)})
		var moved *MovedError
		if ours && (err != nil || got.Version != "2") || !ours && !errors.As(err, &moved) {
			t.Errorf("%s: version %q, %v", image, got.Version, err)
		}
	}
}
