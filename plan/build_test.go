package plan_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func parse(t *testing.T, src string) *flytoml.File {
	t.Helper()
	f, err := flytoml.Parse("fly.toml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// says is a fixer that always finds the same things.
func says(id string, findings ...plan.Finding) plan.Fixer {
	return plan.Fixer{ID: id, Title: id, Severity: plan.Warning, Check: func(plan.Target) []plan.Finding { return findings }}
}

func set(path, value string) flytoml.Edit {
	return flytoml.Edit{Op: flytoml.Set, Path: path, Value: value}
}

func safe(edits ...flytoml.Edit) *plan.Fix { return &plan.Fix{Safety: plan.Safe, Edits: edits} }

func onMachine(id, pointer, value string, ride bool) plan.Change {
	return plan.Change{Machine: &plan.MachineChange{ID: id, RideAlong: ride, Op: machineconfig.Op{
		Verb: machineconfig.VerbSet, Pointer: pointer, Value: json.RawMessage(value),
	}}}
}

func machine(t *testing.T, id, group, state string) live.Machine {
	t.Helper()
	c, err := machineconfig.Parse([]byte(`{"image":"x","metadata":{"fly_platform_version":"v2","fly_process_group":"` + group + `"}}`))
	if err != nil {
		t.Fatal(err)
	}
	return live.Machine{ID: id, State: state, Region: "iad", Version: "01" + id, HostStatus: "ok", Image: "r/x@sha256:1", Config: c}
}

func build(t *testing.T, target plan.Target, o plan.Options, fixers ...plan.Fixer) *plan.Plan {
	t.Helper()
	p, err := plan.Build(target, fixers, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func outcomes(p *plan.Plan) map[string]plan.Disposition {
	m := map[string]plan.Disposition{}
	for _, f := range p.Findings {
		m[f.Rule] = f.Outcome
	}
	return m
}

func TestTwoThatDisagreeAreBothHeld(t *testing.T) {
	target := plan.Target{File: parse(t, "app = \"x\"\n")}
	p := build(t, target, plan.Options{},
		says("a", plan.Finding{Message: "m", Fix: safe(set("deploy.strategy", `"rolling"`))}),
		says("b", plan.Finding{Message: "m", Fix: safe(set("deploy.strategy", `"canary"`))}),
		says("c", plan.Finding{Message: "m", Fix: safe(set("swap_size_mb", "512"))}),
	)
	want := map[string]plan.Disposition{"a": plan.Conflicting, "b": plan.Conflicting, "c": plan.Planned}
	if diff := cmp.Diff(want, outcomes(p)); diff != "" {
		t.Error(diff)
	}
	for _, f := range p.Findings[:2] {
		other := map[string]string{"a": "b", "b": "a"}[f.Rule]
		if !strings.Contains(f.Reason, other) {
			t.Errorf("%s does not name %s: %q", f.Rule, other, f.Reason)
		}
	}
}

func TestWritingIntoWhatGoesIsAConflict(t *testing.T) {
	target := plan.Target{File: parse(t, "[deploy]\nstrategy = \"rolling\"\n")}
	p := build(t, target, plan.Options{},
		says("a", plan.Finding{Fix: safe(flytoml.Edit{Op: flytoml.Remove, Path: "deploy"})}),
		says("b", plan.Finding{Fix: safe(set("deploy.wait_timeout", `"5m"`))}),
	)
	if diff := cmp.Diff(map[string]plan.Disposition{"a": plan.Conflicting, "b": plan.Conflicting}, outcomes(p)); diff != "" {
		t.Error(diff)
	}
}

func TestOneStepAMachineWhateverTheRules(t *testing.T) {
	target := plan.Target{File: parse(t, "app = \"x\"\n"), App: &live.App{Name: "x", Machines: []live.Machine{
		machine(t, "m1", "app", "started"), machine(t, "m2", "app", "started"), machine(t, "m3", "app", "stopped"),
	}}}
	p := build(t, target, plan.Options{},
		says("a", plan.Finding{Fix: &plan.Fix{Safety: plan.Safe, Changes: []plan.Change{onMachine("m1", "/a", "1", false), onMachine("m3", "/a", "1", false)}}}),
		says("b", plan.Finding{Fix: &plan.Fix{Safety: plan.Safe, Changes: []plan.Change{onMachine("m1", "/b", "1", false), onMachine("m1", "/a", "1", false)}}}),
		says("c", plan.Finding{Fix: &plan.Fix{Safety: plan.Safe, Changes: []plan.Change{onMachine("m1", "/c", "1", true), onMachine("m2", "/c", "1", true)}}}),
	)
	type step struct {
		ID    string
		Rules []string
		Ops   int
	}
	var got []step
	for _, s := range p.Steps {
		got = append(got, step{s.ID, s.Rules, len(s.Machine.Ops)})
	}
	want := []step{{"machine:m1", []string{"a", "b", "c"}, 3}, {"machine:m3", []string{"a"}, 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("m2 would only have had a change that rides along:\n%s", diff)
	}
	if p.Totals.Restarts != 1 {
		t.Errorf("restarts = %d; m3 is stopped and stays so", p.Totals.Restarts)
	}
}

func TestOrderOfStepsKeepsTheValue(t *testing.T) {
	m1 := machine(t, "m1", "app", "started")
	m1.Config, _, _ = machineconfig.Apply(m1.Config, []machineconfig.Op{{Verb: machineconfig.VerbSet, Pointer: "/env/A_PASSWORD", Value: json.RawMessage(`"x"`)}})
	target := plan.Target{
		File: parse(t, "[env]\nA_PASSWORD = \"canary\"\n"),
		App:  &live.App{Name: "x", Machines: []live.Machine{m1}},
	}
	drop := plan.Change{Machine: &plan.MachineChange{ID: "m1", Op: machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: "/env/A_PASSWORD"}}}
	p := build(t, target, plan.Options{}, says("a", plan.Finding{Fix: &plan.Fix{
		Safety:  plan.Safe,
		Edits:   []flytoml.Edit{{Op: flytoml.Remove, Path: "env.A_PASSWORD"}},
		Changes: []plan.Change{{Clone: &plan.CloneChange{Source: "m1", Group: "app", Region: "lhr"}}, drop, {Secret: &plan.SecretChange{Name: "A_PASSWORD", From: "env.A_PASSWORD"}}},
	}}))
	needs := map[string][]string{}
	for _, s := range p.Steps {
		needs[s.ID] = s.Needs
	}
	want := map[string][]string{
		"secrets": nil, "file": {"secrets"}, "clone:app:lhr:1": {"secrets", "file"}, "machine:m1": {"secrets", "file", "clone:app:lhr:1"},
	}
	if diff := cmp.Diff(want, needs); diff != "" {
		t.Error(diff)
	}
	if !p.Steps[2].Clone.Secrets || !p.Steps[3].Machine.Secrets {
		t.Error("machines without the env entry must boot with the secrets")
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "canary") {
		t.Errorf("the plan holds the value: %s", raw)
	}
}

// A clone comes before the machines where it closes a gap, and only there.
func TestCloneFirst(t *testing.T) {
	clone := func(group, region string) plan.Change {
		return plan.Change{Clone: &plan.CloneChange{Source: "m1", Group: group, Region: region}}
	}
	for name, c := range map[string]struct {
		machines []live.Machine
		changes  []plan.Change
		want     []string
		gap      bool
	}{
		"one that restarts": {
			[]live.Machine{machine(t, "m1", "app", "started")},
			[]plan.Change{onMachine("m1", "/a", "1", false), clone("app", "lhr"), clone("app", "syd")},
			[]string{"clone:app:lhr:1", "machine:m1", "clone:app:syd:2"}, false,
		},
		"one that does not": {
			[]live.Machine{machine(t, "m1", "app", "started")}, []plan.Change{clone("app", "lhr")}, []string{"clone:app:lhr:1"}, false,
		},
		"one of two": {
			[]live.Machine{machine(t, "m1", "app", "started"), machine(t, "m2", "app", "started")},
			[]plan.Change{onMachine("m1", "/a", "1", false), clone("app", "lhr")}, []string{"machine:m1", "clone:app:lhr:1"}, false,
		},
		"one that is stopped": {
			[]live.Machine{machine(t, "m1", "app", "stopped")},
			[]plan.Change{onMachine("m1", "/a", "1", false), clone("app", "lhr")}, []string{"machine:m1", "clone:app:lhr:1"}, false,
		},
		"of another group": {
			[]live.Machine{machine(t, "m1", "app", "started"), machine(t, "w1", "worker", "started")},
			[]plan.Change{onMachine("w1", "/a", "1", false), clone("app", "lhr")}, []string{"machine:w1", "clone:app:lhr:1"}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			target := plan.Target{File: parse(t, "app = \"x\"\n"), App: &live.App{Name: "x", Machines: c.machines}}
			p := build(t, target, plan.Options{}, says("a", plan.Finding{Fix: &plan.Fix{Safety: plan.Safe, Changes: c.changes}}))
			var got []string
			for _, s := range p.Steps {
				got = append(got, s.ID)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			for _, r := range p.Rollouts {
				if r.Gap != c.gap || r.CloneFirst != (name == "one that restarts") {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

func TestConsent(t *testing.T) {
	review := plan.Finding{Fix: &plan.Fix{Safety: plan.Review, Why: "w", Edits: []flytoml.Edit{set("swap_size_mb", "1")}}}
	paid := plan.Finding{Fix: &plan.Fix{Safety: plan.Safe, Costs: true, CostKnown: true, CostMonthly: 2, Edits: []flytoml.Edit{set("kill_timeout", "1")}}}
	named := paid
	namedFix := *paid.Fix
	namedFix.Consented = true
	named.Fix = &namedFix
	both := plan.Finding{Fix: &plan.Fix{Safety: plan.Review, Why: "w", Costs: true, Edits: []flytoml.Edit{set("console_command", `"sh"`)}}}
	zero := plan.Finding{Fix: &plan.Fix{Edits: []flytoml.Edit{set("kill_signal", `"SIGTERM"`)}}}
	held := plan.Finding{Held: "no token", Fix: safe(set("host_dedication_id", `"x"`))}
	fixers := []plan.Fixer{says("review", review), says("paid", paid), says("both", both), says("zero", zero), says("held", held)}
	const no, yes = plan.NeedsConsent, plan.Planned
	for _, tt := range []struct {
		allow plan.Consent
		want  map[string]plan.Disposition
	}{
		{plan.Consent{}, map[string]plan.Disposition{"review": no, "paid": no, "both": no, "zero": plan.ByHand, "held": plan.HeldBack}},
		{plan.Consent{Review: true}, map[string]plan.Disposition{"review": yes, "paid": no, "both": no, "zero": plan.ByHand, "held": plan.HeldBack}},
		{plan.Consent{Paid: true}, map[string]plan.Disposition{"review": no, "paid": yes, "both": no, "zero": plan.ByHand, "held": plan.HeldBack}},
		{plan.Consent{Review: true, Paid: true}, map[string]plan.Disposition{"review": yes, "paid": yes, "both": yes, "zero": plan.ByHand, "held": plan.HeldBack}},
	} {
		p := build(t, plan.Target{File: parse(t, "app = \"x\"\n")}, plan.Options{Allow: tt.allow}, fixers...)
		if diff := cmp.Diff(tt.want, outcomes(p)); diff != "" {
			t.Errorf("%+v:\n%s", tt.allow, diff)
		}
	}
	p := build(t, plan.Target{File: parse(t, "app = \"x\"\n")}, plan.Options{}, says("named", named))
	if got := outcomes(p)["named"]; got != plan.Planned {
		t.Errorf("a cost that the user named: %s", got)
	}
}

func TestOrderOfFixersDoesNotMatter(t *testing.T) {
	a := says("a", plan.Finding{Fix: safe(set("deploy.strategy", `"rolling"`))})
	b := says("b", plan.Finding{Fix: safe(set("experimental.auto_rollback", "true"))})
	target := plan.Target{File: parse(t, "app = \"x\"\n")}
	one, two := build(t, target, plan.Options{}, a, b), build(t, target, plan.Options{}, b, a)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
}

func TestARefusedEditHoldsItsFindingOnly(t *testing.T) {
	target := plan.Target{File: parse(t, "app = \"x\"\ndeploy = 3\n[[metrics]]\nport = 1\n[[metrics]]\nport = 2\n")}
	p := build(t, target, plan.Options{},
		says("a", plan.Finding{Fix: safe(flytoml.Edit{Op: flytoml.TableOf, Path: "metrics"})}),
		says("b", plan.Finding{Fix: safe(set("swap_size_mb", "512"))}),
		says("c", plan.Finding{Fix: safe(set("deploy.strategy", `"rolling"`))}), // into what can't be read
	)
	if diff := cmp.Diff(map[string]plan.Disposition{"a": plan.ByHand, "b": plan.Planned, "c": plan.HeldBack}, outcomes(p)); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownRule(t *testing.T) {
	_, err := plan.Build(plan.Target{File: parse(t, "")}, []plan.Fixer{says("health-checks")}, plan.Options{Only: []string{"health-check"}})
	var unknown *plan.UnknownRuleError
	if !errors.As(err, &unknown) || unknown.Near != `; did you mean "health-checks"?` {
		t.Errorf("got %v", err)
	}
}

func TestAtOnce(t *testing.T) {
	for _, tt := range []struct {
		spec string
		n    int
		want int // 0: an error
	}{
		{"", 1, 1}, {"", 3, 1}, {"", 4, 2}, {"", 30, 10}, {"0.5", 3, 2}, {"1", 5, 1}, {"2", 5, 2}, {"9", 5, 5}, {"0.01", 5, 1},
		{"0", 3, 0}, {"-1", 3, 0}, {"1.5", 3, 0}, {"x", 3, 0}, {"NaN", 3, 0}, {"Inf", 3, 0},
	} {
		got, err := plan.AtOnce(tt.spec, tt.n)
		if got != tt.want || (err != nil) != (tt.want == 0) {
			t.Errorf("AtOnce(%q, %d) = %d, %v; want %d", tt.spec, tt.n, got, err, tt.want)
		}
	}
}
