package onemachine

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// notYet takes no update just now, and knows the machine as it is.
type notYet struct {
	Platform
	now  live.Machine
	sent int
}

func (p *notYet) Machine(context.Context, string) (live.Machine, error) { return p.now, nil }

func (p *notYet) ReleaseLease(context.Context, string, string) error { return nil }

func (p *notYet) UpdateMachine(context.Context, string, live.Update) (live.Machine, error) {
	p.sent++
	return live.Machine{}, &live.Error{Kind: live.NotYet}
}

// What could not be taken yet is sent again under our lease only.
func TestNotYetIsNotSentAgainWithoutTheLease(t *testing.T) {
	for _, held := range []*held{nil, {machine: "a", nonce: "n", kept: noon}} {
		p := &notYet{now: live.Machine{ID: "a", Version: "1", State: "started", HostStatus: "ok", Config: parse(t, `{"image":"x"}`)}}
		u := New(Updater{
			Platform: p, Clock: clock.NewVirtual(noon), Record: deaf{}, Wait: time.Minute,
			Secrets: func(context.Context, bool) (uint64, error) { return 0, nil },
		})
		if held != nil {
			u.Leases.all = append(u.Leases.all, held)
		}
		step := plan.Step{Machine: &plan.MachineStep{ID: "a"}}
		_, err := u.post(t.Context(), &InFlight{Job: Job{Step: step, Goal: Change}, Machine: "a"}, live.Update{CurrentVersion: "1"})
		if !live.Is(err, live.NotYet) || (p.sent > 1) != (held != nil) {
			t.Errorf("lease %v: sent %d times, %v", held != nil, p.sent, err)
		}
	}
}

func (deaf) Accepted(*InFlight, bool) {}

// A machine that has its old configuration again by a try whose answer was lost is
// as it should be. Before the first try it is somebody else's doing.
func TestRestoreWhoseAnswerWasLost(t *testing.T) {
	was := live.Machine{ID: "a", Version: "1", State: "started", HostStatus: "ok", Config: parse(t, `{"image":"x"}`)}
	now := was
	now.Version = "3"
	for tries, want := range map[int]string{0: "", 1: "3"} {
		u := New(Updater{Platform: &notYet{now: now}, Clock: clock.NewVirtual(noon), Record: deaf{}, Wait: time.Minute})
		u.Leases.all = []*held{{machine: "a", nonce: "n", kept: noon, stop: func() {}}}
		m := &InFlight{Job: Job{Goal: Restore}, Machine: "a", Was: was, takenFrom: "2", tries: tries, deadline: noon.Add(time.Minute)}
		if err := u.postOld(t.Context(), m); (err == nil) != (tries > 0) || m.Version != want {
			t.Errorf("after %d tries: %v, version %q", tries, err, m.Version)
		}
		if u.tryRestore(t.Context(), m); tries == 0 && m.Verdict != NotRestored {
			t.Errorf("somebody else's update is waited for: %q", m.Verdict)
		}
	}
}

// Only a check that the update brought, with a result, and with nothing like it
// before, speaks for leaving it out: all else says that the machine is not well.
func TestRefusedIsTheNewCheckAlone(t *testing.T) {
	const check, other = `{"type":"http","port":8080,"path":"/up","interval":"15s"}`, `{"type":"tcp","port":8080}`
	config := func(checks, own string) machineconfig.Config {
		return parse(t, `{"services":[{"protocol":"tcp","internal_port":8080,"checks":[`+checks+`]}],"checks":{`+own+`}}`)
	}
	step := plan.Step{Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: "a", Proof: []int{0}, Ops: []machineconfig.Op{{
		Verb: machineconfig.VerbAppend, Service: &machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 8080}, Pointer: "/checks", Value: json.RawMessage(check),
	}}}}
	row := func(name string) live.Check {
		return live.Check{Name: name, Status: "critical", Output: "HTTP GET /up: 404 Not Found", UpdatedAt: noon.Add(time.Second)}
	}
	for _, c := range []struct {
		name     string
		was, now machineconfig.Config
		row      live.Check
		want     bool
	}{
		{"the new one", config("", ""), config(check, ""), row("servicecheck-00-http-8080"), true},
		{"it was there", config(check, ""), config(check, ""), row("servicecheck-00-http-8080"), false},
		{"one of its own asks the same", config("", `"up":`+check), config("", `"up":`+check), row("up"), false},
		{"another one has no result", config("", ""), config(check+","+other, ""), row("servicecheck-00-http-8080"), false},
	} {
		m := &InFlight{Job: Job{Step: step}, Was: live.Machine{Config: c.was}}
		now := live.Machine{ID: "a", State: "started", Config: c.now, Checks: []live.Check{c.row}}
		if got := (&Updater{}).unhealthy(m, now, noon, "").Refused; got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// resting is down, as it was asked to be, and counts how often it is started.
type resting struct {
	Platform
	now     live.Machine
	err     error
	started int
}

func (p *resting) Machine(context.Context, string) (live.Machine, error) { return p.now, p.err }
func (p *resting) WaitMachine(context.Context, string, string, time.Duration, ...string) error {
	if p.err != nil {
		return p.err
	}
	return &live.Error{Kind: live.Timeout}
}

func (p *resting) StartMachine(context.Context, string, string) error {
	p.started++
	return nil
}

func (deaf) Ended(*InFlight, error)                                      {}
func (deaf) RolledBack(*InFlight)                                        {}
func (deaf) LeaseReleased(string, bool)                                  {}
func (deaf) Waiting(string, string, Phase, []live.CheckState, time.Time) {}

// A machine that is rolled back is started when the proxy put it down in between: it
// was, before.
func TestRestoreStartsWhatWasStarted(t *testing.T) {
	for goal, want := range map[Goal]int{Restore: 1, Change: 0} {
		p := &resting{now: live.Machine{ID: "a", Version: "2", State: "stopped", HostStatus: "ok", Config: parse(t, `{"image":"x"}`)}}
		u := New(Updater{Platform: p, Clock: clock.NewVirtual(noon), Record: deaf{}, Wait: time.Minute})
		u.Leases.all = []*held{{machine: "a", nonce: "n", kept: noon, stop: func() {}}}
		u.lookStart(t.Context(), &InFlight{Job: Job{Goal: goal}, Machine: "a", Version: "2", Phase: WaitStart, deadline: noon.Add(time.Minute)}, time.Second)
		if p.started != want {
			t.Errorf("%s: started %d times", goal, p.started)
		}
	}
}

// What nobody can read is lost and not unhealthy, at the end of the wait or as soon
// as the token is refused three times.
func TestUnseenIsLost(t *testing.T) {
	for kind, looks := range map[live.Kind]int{live.Unknown: 1, live.Unauthorized: 3} {
		clk := clock.NewVirtual(noon)
		u := New(Updater{Platform: &resting{err: &live.Error{Kind: kind}}, Clock: clk, Record: deaf{}, Wait: time.Minute})
		m := &InFlight{Machine: "a", Version: "2", deadline: noon.Add(time.Minute)}
		if looks == 1 {
			m.deadline = noon
		}
		for range looks {
			u.lookHealth(t.Context(), m)
		}
		if m.Verdict != Lost {
			t.Errorf("%q: %q, %v", kind, m.Verdict, m.Err)
		}
	}
}

// A machine that is restarting is not healthy yet, however few checks it has; one
// that was down once and came up has not been down twice.
func TestRestartingIsNotHealthy(t *testing.T) {
	for state, want := range map[string]Verdict{"started": Healthy, "restarting": Pending} {
		p := &resting{now: live.Machine{ID: "a", Version: "2", State: state, HostStatus: "ok", Config: parse(t, `{"image":"x"}`)}}
		u := New(Updater{Platform: p, Clock: clock.NewVirtual(noon), Record: deaf{}, Wait: time.Minute})
		m := &InFlight{Machine: "a", Version: "2", smoke: noon, deadline: noon.Add(time.Minute), downs: 1}
		if u.lookHealth(t.Context(), m); m.Verdict != want || m.downs != 0 {
			t.Errorf("%s: %q, down %d times", state, m.Verdict, m.downs)
		}
	}
}

// One answer is no last word, however hopeless.
func TestOneAnswerIsNotHopeless(t *testing.T) {
	now := live.Machine{
		State: "started", Config: parse(t, `{"checks":{"x":{"type":"http","path":"/"}}}`),
		Checks: []live.Check{{Name: "x", Status: "critical", Output: "HTTP GET /: 404 Not Found", UpdatedAt: noon.Add(time.Second)}},
	}
	if m := (&InFlight{Job: Job{Goal: Change}}); m.hopeless(noon.Add(time.Second), now, noon) || m.hopeless(noon.Add(30*time.Second), now, noon) {
		t.Error("it is given up before the third run")
	}
}

// A machine that was just made may be unknown for a moment, and no longer; and a wait
// that runs out is an answer.
func TestNewMachineMayBeUnknown(t *testing.T) {
	for goal, want := range map[Goal]Verdict{Added: Pending, Change: ChangedByOthers} {
		clk := clock.NewVirtual(noon)
		u := New(Updater{Platform: &resting{err: &live.Error{Kind: live.NotFound}}, Clock: clk, Record: deaf{}, Wait: time.Minute})
		m := &InFlight{Job: Job{Goal: goal}, Machine: "a", Version: "2", deadline: noon.Add(time.Minute), Was: live.Machine{CreatedAt: noon}}
		for range 3 {
			u.read(t.Context(), m)
			_ = u.await(t.Context(), m, time.Second, "started")
		}
		if m.Verdict != want {
			t.Errorf("%s: %q", goal, m.Verdict)
		}
		_ = clk.Sleep(t.Context(), freshTime)
		for range 3 {
			_ = u.await(t.Context(), m, time.Second, "started")
		}
		if m.Verdict != ChangedByOthers {
			t.Errorf("%s, later: %q", goal, m.Verdict)
		}
		u.Platform = &resting{}
		if err := u.await(t.Context(), m, time.Second, "started"); !live.Is(err, live.Timeout) || m.lastErr != nil {
			t.Errorf("%s: %v, kept as %v", goal, err, m.lastErr)
		}
	}
}

// relet gives a new lease, and starts a machine under that alone.
type relet struct{ resting }

func (*relet) ReleaseLease(context.Context, string, string) error       { return nil }
func (*relet) LeaseHolder(context.Context, string) (*live.Lease, error) { return nil, nil }
func (*relet) AcquireLease(context.Context, string, time.Duration) (live.Lease, error) {
	return live.Lease{Nonce: "new"}, nil
}

func (p *relet) StartMachine(_ context.Context, _, nonce string) error {
	if nonce != "new" {
		return &live.Error{Kind: live.Conflict} // Fly refuses a nonce that ended, also where nobody holds the machine
	}
	p.started++
	return nil
}

func (deaf) LeaseTaken(string) {}

// A machine whose lease ended before its start is leased again: with the old nonce it
// would never start.
func TestStartTakesANewLease(t *testing.T) {
	p := &relet{}
	u := New(Updater{Platform: p, Clock: clock.NewVirtual(noon), Record: deaf{}, Wait: time.Minute})
	u.Leases.all = []*held{{machine: "a", nonce: "old", kept: noon.Add(-LeaseTTL), stop: func() {}}}
	m := &InFlight{Machine: "a", Version: "2", deadline: noon.Add(time.Minute)}
	if u.start(t.Context(), m); p.started != 1 || !m.Woken {
		t.Errorf("started %d times", p.started)
	}
}
