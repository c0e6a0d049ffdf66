package apply

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// counted are machines of which some are listed, and what is asked for is counted.
type counted struct {
	listed
	made, destroyed int
}

func (c *counted) Machine(context.Context, string) (live.Machine, error) { return c.all[0], nil }

func (c *counted) CreateMachine(context.Context, Create) (live.Machine, error) {
	c.made++
	return live.Machine{}, &live.Error{Kind: live.Forbidden}
}

func (c *counted) LeaseHolder(context.Context, string) (*live.Lease, error) { return nil, nil }

func (c *counted) DestroyMachine(context.Context, string, string) error {
	c.destroyed++
	return nil
}

func serving(t *testing.T, id, name, mark string) live.Machine {
	return live.Machine{
		ID: id, Name: name, Version: "1", State: "started", HostStatus: "ok", Image: "x@sha256:1",
		Config: parse(t, `{"metadata":{"fly_platform_version":"v2","fly_process_group":"app","`+CloneMarker+`":"`+mark+`"}}`),
	}
}

// No machine is asked for, and none destroyed, that is not on record, nor after a first
// Ctrl-C.
func TestNoCloneWithoutARecord(t *testing.T) {
	full := journal.NewVia(t.TempDir(), "web", clock.NewVirtual(noon), noDisk{journal.OS()})
	ended, end := context.WithCancel(t.Context())
	end()
	step := plan.Step{ID: "clone:lhr", Kind: plan.StepClone, Clone: &plan.CloneStep{Source: "a", Group: "app", Region: "lhr"}}
	destroy := plan.Step{ID: "destroy:b", Kind: plan.StepDestroy, Destroy: &plan.DestroyStep{ID: "b", Group: "app", Marker: "b"}}
	for name, c := range map[string]struct {
		ctx  context.Context
		j    *journal.Journal
		made int
	}{
		"on record": {t.Context(), nil, 1}, "no record": {t.Context(), full, 0}, "interrupted": {ended, nil, 0},
	} {
		all := &counted{listed: listed{all: []live.Machine{serving(t, "a", "a", ""), serving(t, "b", "b", "b")}}}
		r, err := newRun(c.ctx, &plan.Plan{Steps: []plan.Step{step, destroy}}, Deps{Machines: all, Clock: clock.NewVirtual(noon), Journal: c.j, undoOf: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.clones.add(t.Context(), false); err == nil || all.made != c.made {
			t.Errorf("%s: asked %d times, %v", name, all.made, err)
		}
		if err := r.clones.destroyAll(t.Context()); (err == nil) != (c.made > 0) || all.destroyed != c.made {
			t.Errorf("%s: destroyed %d, %v", name, all.destroyed, err)
		}
	}
}

// The second machine for one request goes, unless somebody destroyed the first one
// meanwhile and nothing else serves, or took our mark from it.
func TestSurplusStaysWhereNothingElseServes(t *testing.T) {
	keep, second, theirs := serving(t, "b", "mark", "mark"), serving(t, "c", "mark", "mark"), serving(t, "d", "mark", "")
	for n, all := range [][]live.Machine{{second}, {keep, second, theirs}} {
		machines := &counted{listed: listed{all: all}}
		r, err := newRun(t.Context(), &plan.Plan{}, Deps{Machines: machines, Clock: clock.NewVirtual(noon)})
		if err != nil {
			t.Fatal(err)
		}
		if r.clones.destroySurplus(t.Context(), keep, "mark"); machines.destroyed != n {
			t.Errorf("with %d others: %d destroyed", n, machines.destroyed)
		}
	}
}

// That nobody knows how storing ended takes no digest back: the next run would take our
// own secret for somebody's.
func TestDigestsStayKnown(t *testing.T) {
	var h History
	for _, data := range []string{`{"names":["A"],"digests":{"A":"d"}}`, `{"names":["A"]}`} {
		if err := h.add(journal.Entry{Kind: journal.Unknown, Step: "secrets", Data: json.RawMessage(data)}); err != nil {
			t.Fatal(err)
		}
	}
	if h.Digests["A"] != "d" {
		t.Errorf("%q", h.Digests)
	}
}

// A request of an earlier run is taken up for the same group and region only.
func TestNameOfAnEarlierRequest(t *testing.T) {
	asked := []PastClone{{Marker: "theirs", Region: "lhr", As: PastMachine{Group: "app"}}}
	for _, c := range []struct {
		group, region string
		want          bool
	}{{"app", "lhr", true}, {"app", "fra", false}, {"worker", "lhr", false}} {
		steps := &cloneSteps{r: &run{d: Deps{Asked: asked}}}
		if got := steps.nameFor(&plan.CloneStep{Group: c.group, Region: c.region}, 1); (got == "theirs") != c.want {
			t.Errorf("%s in %s: %s", c.group, c.region, got)
		}
	}
}

// With --no-rollback, and where the plan without the check would try it again on the
// group that refused it, the run does not go on without it.
func TestNotWithoutTheCheck(t *testing.T) {
	value := json.RawMessage(`{"type":"http","path":"/up","interval":"15s"}`)
	op := machineconfig.Op{Verb: machineconfig.VerbAppend, Service: &machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 8080}, Pointer: "/checks", Value: value}
	check, _ := machineconfig.ParseCheck(value, 8080)
	step := plan.Step{ID: "machine:a", Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: "a", Group: "app", Ops: []machineconfig.Op{op}, Proof: []int{0}}}
	refused := &UnhealthyError{Refused: true, Failing: []live.FailingCheck{{Known: true, Config: check}}}
	for _, c := range []struct {
		name  string
		steps []plan.Step
		keep  bool
		want  bool
	}{{"without it", nil, false, true}, {"no rollback", nil, true, false}, {"with it", []plan.Step{step}, false, false}} {
		r := &run{p: &plan.Plan{Steps: []plan.Step{step}}, d: Deps{
			Clock: clock.Wall{}, Options: Options{NoRollback: c.keep}, Without: func([]plan.Tried) (*plan.Plan, error) { return &plan.Plan{Steps: c.steps}, nil },
		}}
		m := &onemachine.InFlight{Job: onemachine.Job{Step: step}, Machine: "a", Group: "app", Err: refused}
		if got := (&withoutCheck{r: r}).replan(m); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// A machine that was repaired is not one that a rollback takes back to what made it
// sick.
func TestRepairedIsNotTakenBack(t *testing.T) {
	step := plan.Step{ID: "machine:a", Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: "a", Group: "app"}}
	for goal, noted := range map[onemachine.Goal]int{onemachine.Change: 1, onemachine.Repair: 0, onemachine.RepairStart: 0, onemachine.Restore: 0} {
		r, err := newRun(t.Context(), &plan.Plan{Steps: []plan.Step{step}}, Deps{Clock: clock.NewVirtual(noon)})
		if err != nil {
			t.Fatal(err)
		}
		recorder{r}.Accepted(&onemachine.InFlight{Job: onemachine.Job{Step: step, Goal: goal}, Machine: "a", Version: "2"}, true)
		if len(r.rollout.changed) != noted {
			t.Errorf("%s: %d noted", goal, len(r.rollout.changed))
		}
	}
}

// The lease of somebody who is alive is there still when it was to end: nothing is
// begun under it.
type refreshed struct {
	platform
	clk *clock.Virtual
}

func (r refreshed) LeaseHolder(context.Context, string) (*live.Lease, error) {
	return &live.Lease{Owner: "bob", ExpiresAt: r.clk.Now().Add(5 * time.Second)}, nil
}

func TestLeaseThatIsRefreshedMeanwhile(t *testing.T) {
	clk := clock.NewVirtual(noon)
	step := plan.Step{ID: "machine:a", Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: "a", Group: "app"}}
	r, err := newRun(t.Context(), &plan.Plan{Steps: []plan.Step{step}}, Deps{Machines: refreshed{clk: clk}, Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if err := (preflight{r}).leases(t.Context()); !errors.As(err, &held) || clk.Now().Sub(noon) > 10*time.Second {
		t.Errorf("after %s: %v", clk.Now().Sub(noon), err)
	}
}

// Of a batch the worst counts; without a digest nothing is confirmed; what was not
// seen to be healthy has proven nothing.
func TestWhatDoesNotCount(t *testing.T) {
	refused, sick, moved := &UnhealthyError{Refused: true}, &UnhealthyError{}, &MovedError{}
	if gravity(nil) >= gravity(moved) || gravity(moved) >= gravity(refused) || gravity(refused) >= gravity(sick) {
		t.Error(gravity(nil), gravity(moved), gravity(refused), gravity(sick))
	}
	if unconfirmed([]live.Secret{{Name: "A"}}, []string{"A"}, map[string]string{}) == "" {
		t.Error("a secret without a digest is confirmed")
	}
	for verdict, proven := range map[onemachine.Verdict]bool{onemachine.Healthy: true, onemachine.Unproven: false, onemachine.UpdatedAtRest: false} {
		clone := plan.Step{ID: "clone:lhr", Kind: plan.StepClone, Clone: &plan.CloneStep{Ops: []machineconfig.Op{{}}}}
		m := &onemachine.InFlight{Group: "app", Verdict: verdict, Job: onemachine.Job{Step: clone}}
		r := &run{}
		r.clones, r.rollout = &cloneSteps{r: r}, newRollout(r)
		if r.rollout.changed["a"] = m; r.rollout.provenIn("app") != proven {
			t.Errorf("changed, %s", verdict)
		}
		if r.rollout.changed, r.clones.first = nil, []firstClone{{InFlight: m}}; r.rollout.provenIn("app") != proven {
			t.Errorf("added, %s", verdict)
		}
		if m.Step.Clone = new(plan.CloneStep); r.rollout.provenIn("app") {
			t.Errorf("added as its source is, %s", verdict)
		}
	}
}

// Where secrets alone were stored there was nothing to put back.
func TestOutcomeOfSecretsAlone(t *testing.T) {
	for file, want := range map[State]Outcome{NotReached: Stopped, Restored: PutBack} {
		r, err := newRun(t.Context(), &plan.Plan{}, Deps{})
		if err != nil {
			t.Fatal(err)
		}
		r.rep.Secrets, r.rep.File.State = []SecretResult{{"A", Done}}, file
		if rep, _ := r.end(errors.New("no space left on device")); rep.Outcome != want {
			t.Errorf("the file is %s: %s", file, rep.Outcome)
		}
	}
}

// Machines are not brought to another plan while one is sick, or nobody knows how it
// is.
func TestAlignNeedsAllWell(t *testing.T) {
	step := plan.Step{ID: "machine:a", Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: "a", Group: "app", State: "started"}}
	for _, c := range []struct {
		res  MachineResult
		fine bool
	}{
		{MachineResult{State: NotReached}, true}, {MachineResult{State: Unhealthy}, false}, {MachineResult{State: NotSure}, false},
		{MachineResult{State: Restored}, false}, {MachineResult{State: Restored, Unhealthy: true}, false},
	} {
		r, err := newRun(t.Context(), &plan.Plan{Steps: []plan.Step{step}}, Deps{Clock: clock.NewVirtual(noon)})
		if err != nil {
			t.Fatal(err)
		}
		c.res.ID, c.res.step = "a", step.ID
		r.rollout.changed["a"] = &onemachine.InFlight{Machine: "a", Verdict: onemachine.Unhealthy} // it could not be rolled back
		if r.rep.Machines[0] = c.res; (r.rollout.align(t.Context()) == nil) != c.fine {
			t.Errorf("%s, unhealthy %v: aligned is not %v", c.res.State, c.res.Unhealthy, c.fine)
		}
	}
}

// Nor where the group can't do without the machine that is to lose the check too, or
// a clone that the plan no longer wants can't go.
func TestAlignKeepsTheFloor(t *testing.T) {
	well, sick := serving(t, "a", "a", ""), serving(t, "b", "b", "")
	sick.Config = parse(t, `{"metadata":{"fly_platform_version":"v2","fly_process_group":"app"},"checks":{"x":{"type":"http","path":"/"}}}`)
	sick.Checks = []live.Check{{Name: "x", Status: "critical", UpdatedAt: noon}}
	var kept []string
	r, err := newRun(t.Context(), &plan.Plan{}, Deps{Machines: listed{all: []live.Machine{well, sick}}, Clock: clock.NewVirtual(noon), Emit: func(e Event) {
		if k, ok := e.(Kept); ok {
			kept = append(kept, k.Machine)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	step := plan.Step{ID: "machine:a", Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: "a", Group: "app"}}
	r.rep.Machines = []MachineResult{{ID: "a", State: Done, step: step.ID}}
	r.rollout.changed["a"] = &onemachine.InFlight{Job: onemachine.Job{Step: step}, Machine: "a", Group: "app", Verdict: onemachine.Healthy}
	r.rollout.order = []string{"a"}
	if err := r.rollout.align(t.Context()); err == nil || len(kept) != 1 {
		t.Errorf("%v, kept %v", err, kept)
	}
	r.rollout.order = nil
	clone := plan.Step{ID: "clone:lhr", Kind: plan.StepClone, Clone: &plan.CloneStep{Group: "app", Region: "lhr"}}
	r.rep.Clones = []CloneResult{{Machine: "a", State: Done, step: clone.ID}}
	r.d.Machines = &counted{listed: listed{all: []live.Machine{well}}}
	r.clones.first = []firstClone{{InFlight: &onemachine.InFlight{Job: onemachine.Job{Step: clone}, Machine: "a", Group: "app"}, rec: cloneRecord{Marker: "theirs"}}}
	if err := r.rollout.align(t.Context()); err == nil {
		t.Error("it went on beside a clone that the plan does not want")
	}
}
