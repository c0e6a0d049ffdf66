package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// sample is a plan with one finding of every fate.
func sample() *plan.Plan {
	return &plan.Plan{
		SchemaVersion: plan.SchemaVersion,
		Tool:          "fly-standards test",
		App:           plan.AppRef{Name: "my-app", Machines: 3, Regions: map[string]int{"iad": 3}, Groups: map[string]int{"app": 3}},
		File:          plan.FileRef{Path: "fly.toml", SHA256: strings.Repeat("0", 64)},
		Findings: []plan.Outcome{
			{
				Finding: plan.Finding{
					Rule: "extra-regions", Message: "all 3 machines are in iad", Flags: []plan.Flag{{Name: "--regions", Value: "ewr"}},
					Evidence: plan.Saw("near: ewr 330 km, yyz 560 km, ord 960 km; about $5.92 a month for one"),
				},
				Outcome: plan.HeldBack, Safety: plan.Safe, Costs: true, CostKnown: true, CostMonthly: 5.92, Reason: "adds cost",
			},
			{
				Finding: plan.Finding{
					Rule: "health-checks", At: plan.At{Key: "http_service", Line: 12}, Message: "http_service has no health check",
					Evidence: []plan.Evidence{{File: "server.js", Line: 41, Text: `app.get("/healthz")`}},
				},
				Outcome: plan.Planned, Safety: plan.Safe, AddsCheck: true, Steps: []string{"file", "machine:3d8d01", "machine:3d8d02", "machine:3d8d03"},
				Edits: []flytoml.Edit{{Op: flytoml.Append, Path: "http_service.checks", Entries: []flytoml.Entry{{Key: "path", Value: `"/healthz"`}}}},
			},
			secretFinding("DATABASE_URL", 22, "DATABASE_URL carries a password"),
			secretFinding("STRIPE_KEY", 23, "STRIPE_KEY is a Stripe live key"),
			{
				Finding: plan.Finding{
					Rule: "release-command", Message: "Prisma migrations without a release_command", At: plan.At{File: "fly.toml", Line: 3, Column: 1},
				},
				Outcome: plan.ByHand,
			},
			{Finding: plan.Finding{Rule: "metrics", Message: "no metrics"}, Outcome: plan.Ignored},
		},
		Steps: []plan.Step{
			{ID: "secrets", Kind: plan.StepSecrets, Rules: []string{"env-secrets"}, Secrets: &plan.SecretsStep{Set: []plan.SecretFrom{
				{Name: "DATABASE_URL", Key: "env.DATABASE_URL"}, {Name: "STRIPE_KEY", Key: "env.STRIPE_KEY"},
			}}},
			{ID: "file", Kind: plan.StepFile, Rules: []string{"env-secrets", "health-checks"}, EditFile: &plan.FileStep{}},
			machineStep("3d8d01"), machineStep("3d8d02"), machineStep("3d8d03"),
		},
		Rollouts: []plan.Rollout{{Group: "app", Started: 3, AtOnce: 1, Floor: 2, Restarts: 3}},
		Totals: plan.Totals{
			LinesAdded: 9, LinesRemoved: 2, LinesUntouched: 40, CommentsKept: 6,
			SecretsSet: 2, MachinesUpdated: 3, Restarts: 3, Planned: 3, HeldBack: 1, NeedConsent: 1, Manual: 1, Ignored: 1, Seconds: 105,
		},
	}
}

func secretFinding(name string, line int, message string) plan.Outcome {
	return plan.Outcome{
		Finding: plan.Finding{
			Rule: "env-secrets", At: plan.At{Key: "env." + name, Line: line}, Message: message, Notes: []string{"rotate it: git history keeps the old value"},
		},
		Outcome: plan.Planned, Safety: plan.Safe, Steps: []string{"secrets", "file", "machine:3d8d01", "machine:3d8d02", "machine:3d8d03"},
		Edits: []flytoml.Edit{{Op: flytoml.Remove, Path: "env." + name}},
	}
}

func machineStep(id string) plan.Step {
	return plan.Step{
		ID: "machine:" + id, Kind: plan.StepMachine, Rules: []string{"env-secrets", "health-checks"},
		Machine: &plan.MachineStep{ID: id, Group: "app", Region: "iad", State: "started", Proof: []int{0}},
	}
}

func render(t *testing.T, p *plan.Plan, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Human(&b, p, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wantInOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, p := range parts {
		i := strings.Index(rest, p)
		if i < 0 {
			t.Fatalf("no %q, or not in this order, in:\n%s", p, text)
		}
		rest = rest[i+len(p):]
	}
}

func TestHumanSaysWhatMattersInOrder(t *testing.T) {
	got := render(t, sample(), Options{Next: "fly-standards apply"})
	wantInOrder(t, got,
		"my-app   fly.toml   3 machines in iad\n",
		"3 fixes ready, 1 needs consent, 1 manual; 3 restarts, no gap, about 2 min; $0\n",
		"Will do\n",
		"health-checks", "http_service has no health check", "1 machine first, then 2\n",
		`seen: app.get("/healthz") at server.js:41`,
		"add [[http_service.checks]]",
		"env-secrets", "DATABASE_URL carries a password", "STRIPE_KEY is a Stripe live key",
		"stored as secrets first, then removed from the env of all 3 machines",
		"Needs consent: --regions ewr\n",
		"extra-regions", "all 3 machines are in iad (about $5.92 a month)\n",
		"Manual\n",
		"release-command", "Prisma migrations without a release_command (line 3)\n",
		"file     9 lines added, 2 removed, 40 untouched, 6 comments kept",
		"app      2 secrets set; 3 machines restart one at a time, 2 always up",
		"ignored  1 finding",
		"Next: fly-standards apply\n",
	)
	if strings.Contains(got, "no metrics") || strings.Contains(got, "rotate") {
		t.Error("an ignored finding, or a note, is shown without --verbose")
	}
	got = render(t, sample(), Options{Verbose: true})
	wantInOrder(t, got, "note: rotate it", "Ignored\n", "no metrics")
	if n := strings.Count(got, "rotate it"); n != 1 {
		t.Errorf("the same note is printed %d times", n)
	}
}

func TestHumanFitsTheTerminal(t *testing.T) {
	p := sample()
	long := "https://fly.io/" + strings.Repeat("x", 150)
	p.Findings[0].Message = strings.Repeat("wide 日本 ", 30) + long + " and `fly secrets set NAME=- --stage` go on"
	for _, width := range []int{30, 40, 59, 60, 80, 100, 200} {
		got := render(t, p, Options{Width: width, Color: true, Verbose: true, Next: ""})
		for line := range strings.Lines(got) {
			words := strings.Fields(ansi.Strip(line))
			if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); n > min(width, 100) && len(words) > 1 && words[0] != "more:" {
				t.Errorf("at %d columns a line has %d: %q", width, n, line)
			}
		}
		if width >= 60 {
			wantInOrder(t, got, long+"\n", "`fly secrets set NAME=- --stage`")
		}
	}
}

func TestHumanColoursOnlyWhenAsked(t *testing.T) {
	if got := render(t, sample(), Options{}); strings.Contains(got, "\x1b") {
		t.Errorf("escape sequences without Color:\n%q", got)
	}
	coloured := render(t, sample(), Options{Color: true})
	if !strings.Contains(coloured, "\x1b[") {
		t.Error("no colour with Color")
	}
	if got := ansi.Strip(coloured); got != render(t, sample(), Options{}) {
		t.Errorf("colour changes the text:\n%s", got)
	}
}

func TestHumanEscapesWhatTheAppSays(t *testing.T) {
	p := sample()
	evil := "\x1b]0;owned\x07\u202e\u009b31m\r\n"
	p.App.Name += evil
	p.File.Path += evil
	for i := range p.Findings {
		f := &p.Findings[i]
		f.Message += evil
		f.Evidence = append(f.Evidence, plan.Saw(evil)...)
		f.Notes = append(f.Notes, evil)
		f.Reason += evil
		f.HowTo += evil
		f.File += evil
		f.Rule += evil
	}
	p.Steps[0].Secrets.Set[0].Name += evil
	got := render(t, p, Options{Verbose: true, Width: 500})
	for _, r := range got {
		if r != '\n' && unsafeRune(r) {
			t.Fatalf("%U reaches the terminal:\n%q", r, got)
		}
	}
}

func TestHumanWithNothingToDo(t *testing.T) {
	empty := &plan.Plan{App: plan.AppRef{Name: "a"}, File: plan.FileRef{Path: "fly.toml"}, Offline: "no token"}
	got := render(t, empty, Options{Next: "fly-standards apply"})
	wantInOrder(t, got, "offline (no token)", "Nothing found in fly.toml", "app      not checked: no token")
	if strings.Contains(got, "Next:") {
		t.Errorf("an empty plan names a next command:\n%s", got)
	}
	manual := sample()
	manual.Findings, manual.Steps = manual.Findings[4:5], nil
	manual.Totals = plan.Totals{Manual: 1}
	wantInOrder(t, render(t, manual, Options{Next: "x"}), "Nothing to apply: 1 manual\n")
	paid := sample()
	paid.Findings, paid.Steps = paid.Findings[:1], nil
	paid.Totals = plan.Totals{HeldBack: 1, NeedConsent: 1}
	wantInOrder(t, render(t, paid, Options{Next: "x", More: "fly-standards apply"}), "Nothing to apply: 1 needs consent\n", "Next: fly-standards apply --regions ewr\n")
}

func TestRolloutWords(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   plan.Rollout
		want []string
	}{
		{"lone", plan.Rollout{Started: 1, Restarts: 1, AtOnce: 1, Gap: true}, []string{"the only started machine restarts: requests fail"}},
		{"lone with proof", plan.Rollout{Started: 1, Restarts: 2, AtOnce: 1, Gap: true}, []string{"restarts 2 times"}},
		{"lone, and a second one comes", plan.Rollout{Started: 1, Restarts: 1, AtOnce: 1, Floor: 1, CloneFirst: true}, []string{"the new machine comes first"}},
		{"several", plan.Rollout{Started: 6, Restarts: 6, AtOnce: 2, Floor: 4}, []string{"6 machines restart: the first alone, then at most 2 at a time, 4 always up"}},
		{"one of several", plan.Rollout{Started: 3, Restarts: 1, AtOnce: 1, Floor: 2}, []string{"1 machine restarts, 2 always up"}},
		{"asleep", plan.Rollout{Stopped: 2, WakesOne: true, Suspended: 1}, []string{"2 stopped machines updated and left stopped", "one of them is started", "1 of them suspended"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wantInOrder(t, strings.Join(rolloutWords(tc.in, false), "\n"), tc.want...)
		})
	}
}

// What apply does stands before what it does not; the gravest first in each.
func TestOrderOfBlocks(t *testing.T) {
	finding := func(rule string, s plan.Severity, d plan.Disposition) plan.Outcome {
		return plan.Outcome{Finding: plan.Finding{Rule: rule, Severity: s, Message: "about " + rule}, Outcome: d, Safety: plan.Safe}
	}
	p := &plan.Plan{Findings: []plan.Outcome{
		finding("a-info", plan.Info, plan.Planned),
		finding(plan.AppHealth, plan.Warning, plan.ByHand),
		finding("b-error", plan.Error, plan.Planned),
		finding("b-warning-held", plan.Warning, plan.HeldBack),
		finding("c-warning", plan.Warning, plan.Planned),
		finding("d-ignored", plan.Error, plan.Ignored),
		finding("e-error-by-hand", plan.Error, plan.ByHand),
	}}
	got := render(t, p, Options{Verbose: true})
	wantInOrder(t, got, "Broken now", "about app-health", "about b-error", "about c-warning", "about a-info", "about b-warning-held", "about e-error-by-hand", "about d-ignored")
}

func TestMachinesLeftAlone(t *testing.T) {
	p := sample()
	p.LeftAlone = []plan.LeftAlone{{Machine: "9185ab", Group: "app", Why: "it is a standby"}}
	wantInOrder(t, render(t, p, Options{}), "file  ", "skipped  machine 9185ab is not changed: it is a standby")

	for range 8 {
		p.LeftAlone = append(p.LeftAlone, p.LeftAlone[0])
	}
	wantInOrder(t, render(t, p, Options{}), "skipped  9 machines not changed, each because it is a standby: 9185ab,", "and 4 more")
	if got := render(t, p, Options{Verbose: true}); strings.Count(got, "9185ab") != 9 {
		t.Errorf("not all are named:\n%s", got)
	}
}

// Many findings of a rule are one block with the first places and a count.
func TestManyFindingsAreOneBlock(t *testing.T) {
	for _, outcome := range []plan.Disposition{plan.HeldBack, plan.ByHand, plan.Planned} {
		p := sample()
		p.Findings = nil
		for i := range 300 {
			p.Findings = append(p.Findings, plan.Outcome{
				Finding: plan.Finding{
					Rule: "env-secrets", Message: fmt.Sprintf("SECRET_%d is a secret", i), At: plan.At{File: "fly.toml", Line: 10 + i, Column: 3},
				},
				Outcome: outcome,
			})
		}
		got := render(t, p, Options{})
		wantInOrder(t, got, "SECRET_0 is a secret", "SECRET_2 is a secret", "and 297 more", "lines 13, 14,", "22 and 287")
		if n := strings.Count(got, "\n"); n > 25 {
			t.Errorf("%s: %d lines:\n%s", outcome, n, got)
		}
		if !strings.Contains(render(t, p, Options{Verbose: true}), "SECRET_299") {
			t.Error("--verbose does not name each")
		}
	}
}

// A file that flyctl refuses is said to be one above all else.
func TestRefusedFileComesFirst(t *testing.T) {
	p := sample()
	p.Findings[1].Refused = true
	got := render(t, p, Options{Color: true})
	wantInOrder(t, ansi.Strip(got), "my-app", "flyctl rejects this file (line 12), so every deploy fails; apply fixes it\n", "3 fixes ready")
	wantInOrder(t, got, "\x1b[31m")
	p.Findings[1].Outcome = plan.ByHand
	if got := render(t, p, Options{}); strings.Contains(got, "apply fixes it") {
		t.Errorf("apply is said to fix what it leaves:\n%s", got)
	}
}

// A message that is cut on a narrow terminal still says where, and the price.
func TestThePriceIsNeverCut(t *testing.T) {
	h := &human{Options: Options{Width: 60}, rule: 17}
	const facts = "(line 12; 3 restarts; about $2.02 a month)"
	for _, text := range []string{"short", "every machine of http_service may be stopped at once; the next visitor waits for one to start", strings.Repeat("many words ", 50)} {
		lines := h.atMost(message{text: text, facts: " " + facts}, h.Width-h.rule)
		if got := strings.Join(lines, " "); !strings.HasSuffix(got, facts) || len(lines) > 4 {
			t.Errorf("%q is told as %q", text, lines)
		}
	}
}
