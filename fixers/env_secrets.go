package fixers

import (
	"fmt"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/secret"
	"github.com/fly-standards/fly-standards/internal/secretscan"
	"github.com/fly-standards/fly-standards/plan"
)

func envSecrets() plan.Fixer {
	return plan.Fixer{
		ID:       "env-secrets",
		Title:    "[env] holds no secrets",
		Severity: plan.Error,
		Doc: `What is in [env] is in git, for good. A secret takes precedence over an [env] entry of the same name, so the move has no gap: the value is stored
as a secret first, and confirmed by its digest; then the entry leaves the file; then the machines restart once, without the entry and
with the secret.

A secret that exists is never written over: nobody can read it back. When a machine of the app has a different value from the file's (a
secret is app-wide, and reaches machines that this tool leaves alone too), when the file may serve several apps, or when the value only
looks like a secret, the fix needs consent. For containers with their own list of secrets the fix is manual.

Rotate what was in git. Manual fix: fly secrets set NAME=- --stage with the value on stdin, check fly secrets list, remove the line, deploy.`,
		Check: checkEnvSecrets,
	}
}

const rotate = "rotate it: the git history keeps the old value"

func checkEnvSecrets(t plan.Target) []plan.Finding {
	var out []plan.Finding
	inFile := map[string]bool{}
	for _, e := range deployed.EnvEntries(t.File) {
		inFile[e.Name] = true
		value, ok := e.Text()
		if !ok || e.Node.Kind() == flytoml.Bool { // a switch is no secret
			continue
		}
		got := secretscan.Classify(e.Name, value)
		if got.Verdict != secretscan.No {
			out = append(out, envFinding(t, e, secret.New(value), got))
		} else if f, ok := shadowed(t, e); ok {
			out = append(out, f)
		}
	}
	return append(out, deadEntries(t, inFile)...)
}

func envFinding(t plan.Target, e deployed.EnvEntry, v secret.Value, got secretscan.Result) plan.Finding {
	pos := e.Node.Position()
	f := plan.Finding{
		Message:  fmt.Sprintf("%s is a secret: %s", e.Name, got.Reason),
		At:       plan.At{Key: e.Node.Path(), Line: pos.Line, Column: pos.Column},
		Evidence: []plan.Evidence{{File: t.File.Name(), Line: pos.Line}},
		Notes:    []string{rotate},
	}
	if got.Verdict == secretscan.Likely {
		f.Message = fmt.Sprintf("%s may be a secret: %s", e.Name, got.Reason)
	}
	if why := secretscan.NameRefused(e.Name); why != "" {
		f.Notes = append(f.Notes, "Fly refuses a secret of this name: "+why)
		return f
	}
	if t.App == nil {
		holdOffline(t, &f)
		return f
	}
	if why := ownSecretList(t); why != "" {
		f.Notes = append(f.Notes, why)
		return f
	}
	f.Fix = envFix(t, e, v, got, &f)
	return f
}

// shadowed is an entry that is no secret, and has no effect: a secret of its
// name takes precedence. Whoever reads the file believes the entry.
func shadowed(t plan.Target, e deployed.EnvEntry) (plan.Finding, bool) {
	if t.App == nil {
		return plan.Finding{}, false
	}
	have, ok := t.App.Secret(e.Name)
	if !ok {
		return plan.Finding{}, false
	}
	pos := e.Node.Position()
	f := plan.Finding{
		Severity: plan.Info,
		Message:  fmt.Sprintf("%s in [env] has no effect: the app has a secret of that name, which takes precedence", e.Name),
		At:       plan.At{Key: e.Node.Path(), Line: pos.Line, Column: pos.Column},
		HowTo:    t.OnApp("fly secrets unset "+e.Name) + ", or take the line out of fly.toml",
	}
	if !have.UpdatedAt.IsZero() {
		f.Evidence = plan.Saw("the secret was last set at " + utc(have.UpdatedAt))
	}
	return f, true
}

// holdOffline keeps the value in the file: it must not leave before the app
// has it.
func holdOffline(t plan.Target, f *plan.Finding) {
	f.Held = "the value must be stored on the app first, which can't be reached: " + t.Offline.String()
	app := t.AppName
	if app == "" {
		app = "NAME"
	}
	// The same words for every name, so that the plan says them once.
	f.HowTo = "`fly auth login`, then `fly-standards apply`; or pipe each value to `fly secrets set NAME=- --stage --app " + app + "`, and delete its line"
	f.Fix = &plan.Fix{Safety: plan.Safe}
}

func envFix(t plan.Target, e deployed.EnvEntry, v secret.Value, got secretscan.Result, f *plan.Finding) *plan.Fix {
	fix := safeFix(removal(e.Node.Path()))
	doubts := whyOtherApps(t, losing)
	if have, exists := t.App.Secret(e.Name); exists {
		// A secret beats an [env] entry of its name, and can't be read back:
		// it must never be written over.
		f.Message = fmt.Sprintf("%s in [env] has no effect: the app has a secret of that name, which takes precedence", e.Name)
		doubts = append(doubts, notSeenYet(t, have)...)
	} else {
		fix.Changes = append(fix.Changes, plan.Change{Secret: &plan.SecretChange{Name: e.Name, From: e.Node.Path()}})
		if got.Verdict == secretscan.Likely {
			doubts = append(doubts, "it only looks like a secret")
		}
		doubts = append(doubts, whyElseShared(t)...)
	}
	stores := len(fix.Changes) > 0
	for _, m := range machinesOf(t, nil) {
		have, ok := m.Config.EnvValue(e.Name)
		if ok {
			f.Machines = append(f.Machines, m.ID)
			fix.Changes = append(fix.Changes, dropEnv(m, e.Name))
		}
		if stores && (!ok || !have.Equal(v)) {
			doubts = append(doubts, differs(m, v, have, ok))
		}
	}
	if stores {
		doubts = append(doubts, reachedLater(t, e.Name, v)...)
	}
	if len(doubts) > 0 {
		fix.Safety, fix.Why = plan.Review, strings.Join(doubts, "; ")
	}
	return fix
}

// notSeenYet says which machines started before the secret was set: they run
// with the env entry still, and restarting them would bring them a value that
// nobody here knows. Not so when this tool stored it: then it is the file's.
func notSeenYet(t plan.Target, s live.Secret) []string {
	if plan.StoredByUs(s, t.Stored) {
		return nil
	}
	var ids []string
	for _, m := range machinesOf(t, nil) {
		if _, ok := m.Config.EnvValue(s.Name); ok && s.UpdatedAt.After(m.LastStart()) {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return []string{"the secret was set after " + machinesNamed(ids) + " last started, so a restart may bring a different value from the one in use"}
}

func dropEnv(m live.Machine, name string) plan.Change {
	return plan.Change{Machine: &plan.MachineChange{
		ID: m.ID,
		Op: machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: machineconfig.Pointer("env", name)},
	}}
}

func differs(m live.Machine, file, have secret.Value, ok bool) string {
	if !ok {
		return "machine " + m.ID + " runs without it"
	}
	return fmt.Sprintf("machine %s runs with a value (%s) that differs from the file's (%s)", m.ID, have.Fingerprint(), file.Fingerprint())
}

// reachedLater says which of the machines that this tool leaves alone would get
// another value at their next boot: a secret is the whole app's, and beats
// their own entry. A config that can't be read may have any value.
func reachedLater(t plan.Target, name string, v secret.Value) []string {
	var others, unread []string
	for _, m := range t.App.Machines {
		why := m.WhyUntouchable()
		if why == "" {
			continue
		}
		switch have, ok := m.Config.EnvValue(name); {
		case m.Unreadable():
			unread = append(unread, m.ID+" ("+why+")")
		case ok && !have.Equal(v):
			others = append(others, m.ID+" ("+why+")")
		}
	}
	var out []string
	if len(others) > 0 {
		out = append(out, "a secret is app-wide: at its next start it would give a different value to "+machinesNamed(others))
	}
	if len(unread) > 0 {
		out = append(out, "what "+machinesNamed(unread)+" runs with for "+name+" can't be read, and a secret is app-wide")
	}
	return out
}
