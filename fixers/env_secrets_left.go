package fixers

import (
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// deadEntries finds env entries that are left on machines though the app has a
// secret of the name and fly.toml has no such entry: an apply cut short, or a
// secret moved by hand without a deploy.
func deadEntries(t plan.Target, inFile map[string]bool) []plan.Finding {
	if t.App == nil {
		return nil
	}
	var out []plan.Finding
	for _, s := range t.App.Secrets {
		if inFile[s.Name] {
			continue
		}
		f := plan.Finding{Fix: &plan.Fix{Safety: plan.Safe}}
		for _, m := range machinesOf(t, nil) {
			if _, ok := m.Config.EnvValue(s.Name); ok {
				f.Machines = append(f.Machines, m.ID)
				f.Fix.Changes = append(f.Fix.Changes, dropEnv(m, s.Name))
			}
		}
		if len(f.Machines) == 0 {
			continue
		}
		f.At.Machine = f.Machines[0]
		f.Message = s.Name + " is a secret of the app, and still an env entry on its machines"
		f.Evidence = plan.Saw("on " + machinesNamed(f.Machines) + "; the secret takes precedence; the entry only exposes the value")
		if doubts := notSeenYet(t, s); len(doubts) > 0 {
			f.Fix.Safety, f.Fix.Why = plan.Review, strings.Join(doubts, "; ")
		}
		if why := ownSecretList(t); why != "" {
			f.Fix, f.Notes = nil, []string{why}
		}
		out = append(out, f)
	}
	return out
}

// ownSecretList says why app secrets may not reach the processes of a machine:
// containers and processes may have a list of their own.
func ownSecretList(t plan.Target) string {
	for _, m := range t.App.Machines {
		if m.Config.OwnSecrets() {
			return "machine " + m.ID + " has containers or processes with secrets of their own, which an app secret may not reach; move it yourself"
		}
	}
	for _, key := range []string{"machine_config", "experimental.machine_config", "container", "build.compose"} {
		if t.Deployed().Get(key).Said() {
			return key + " is set, so containers decide which secrets they see; move it yourself"
		}
	}
	return ""
}
