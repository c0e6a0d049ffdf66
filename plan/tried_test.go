package plan_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func withService(t *testing.T, id, checks string) live.Machine {
	t.Helper()
	m := machine(t, id, "app", "started")
	c, err := machineconfig.Parse([]byte(`{"metadata":{"fly_platform_version":"v2"},"services":[{"protocol":"tcp","internal_port":8080,"ports":[{"port":80}],"checks":[` + checks + `]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	m.Config = c
	return m
}

const healthz = `{"type":"http","path":"/healthz","interval":"15s"}`

func addsHealthz(ids ...string) *plan.Fix {
	fix := &plan.Fix{Safety: plan.Safe}
	for _, id := range ids {
		fix.Changes = append(fix.Changes, plan.Change{Machine: &plan.MachineChange{ID: id, Proof: true, Op: machineconfig.Op{
			Verb: machineconfig.VerbAppend, Pointer: "/checks", Value: json.RawMessage(healthz),
			Service: &machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 8080, Ports: []string{"80"}},
		}}})
	}
	return fix
}

// A check that did not pass is not called safe again while the same image runs;
// in the same run it is not tried once more.
func TestTried(t *testing.T) {
	check, _ := machineconfig.ParseCheck(json.RawMessage(healthz), 8080)
	tried := plan.Tried{Machine: "a", Group: "app", Image: "r/x@sha256:1", At: time.Date(2026, 11, 2, 12, 1, 0, 0, time.UTC), Check: check, Status: 400}
	other, elsewhere, now := tried, tried, tried
	other.Image, elsewhere.Group, now.Now = "r/x@sha256:2", "worker", true
	for name, c := range map[string]struct {
		tried plan.Tried
		want  plan.Disposition
	}{
		"the same image":  {tried, plan.NeedsConsent},
		"another image":   {other, plan.Planned},
		"another group":   {elsewhere, plan.Planned},
		"in this run now": {now, plan.HeldBack},
	} {
		target := plan.Target{File: parse(t, "app = \"x\"\n"), App: &live.App{Machines: []live.Machine{withService(t, "a", "")}}, Tried: []plan.Tried{c.tried}}
		p := build(t, target, plan.Options{}, says("h", plan.Finding{Message: "m", Fix: addsHealthz("a")}))
		if got := p.Findings[0]; got.Outcome != c.want || c.want != plan.Planned && !strings.Contains(got.Reason, "answered 400 when it was tried: 2026-11-02 12:01 UTC, machine a") {
			t.Errorf("%s: %s, because %q", name, got.Outcome, got.Reason)
		}
	}
}

// A machine whose checks fail already gets no step; one that has what is wanted
// is not said to restart.
func TestNoStepForNothing(t *testing.T) {
	sick := withService(t, "sick", `{"type":"tcp","port":8080}`)
	sick.Checks = []live.Check{{Name: "servicecheck-00-tcp-8080", Status: "critical"}}
	has := withService(t, "has", healthz)
	has.Checks = []live.Check{{Name: "servicecheck-00-http-8080", Status: "passing"}}
	target := plan.Target{File: parse(t, "app = \"x\"\n"), App: &live.App{Machines: []live.Machine{sick, has, withService(t, "lacks", "")}}}
	p := build(t, target, plan.Options{},
		says("all", plan.Finding{Message: "m", Fix: addsHealthz("sick", "has", "lacks")}),
		says("none", plan.Finding{Message: "m", Fix: addsHealthz("has")}),
		says("ill", plan.Finding{Message: "m", Fix: addsHealthz("sick")}))
	if len(p.Steps) != 1 || p.Steps[0].ID != "machine:lacks" || p.Totals.Restarts != 1 {
		t.Errorf("steps %+v, %d restarts", p.Steps, p.Totals.Restarts)
	}
	got := outcomes(p)
	if _, there := got["none"]; there || got["ill"] != plan.HeldBack || got["all"] != plan.Planned {
		t.Errorf("got %v", got)
	}
	if len(p.LeftAlone) != 1 || !strings.Contains(p.LeftAlone[0].Why, "fails already") {
		t.Errorf("left alone: %+v", p.LeftAlone)
	}
}
