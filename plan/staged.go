package plan

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
)

// Staged are the secrets that somebody set and that a machine of the steps has
// not booted with: any update of it brings them, whatever it was meant for.
// Those that this tool stored are the values that the machines have already.
func Staged(app *live.App, stored map[string]string, steps []Step) []string {
	var names []string
	for _, s := range steps {
		if s.Kind == StepMachine && app != nil {
			m, _ := app.Machine(s.Machine.ID)
			names = append(names, stagedFor(app, stored, m)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func stagedFor(app *live.App, stored map[string]string, m live.Machine) (names []string) {
	for _, have := range app.Secrets {
		if !StoredByUs(have, stored) && have.UpdatedAt.After(m.LastStart()) {
			names = append(names, have.Name)
		}
	}
	return names
}

// needsLook makes a safe fix one for review when its restarts bring a secret that
// somebody staged: when that takes effect is for them to say. Machines at rest get
// it at their next start in any case.
func (f *Finding) needsLook(t Target, o Options) {
	if t.App == nil || f.Fix == nil || f.Fix.Safety != Safe || o.NoRestart {
		return
	}
	var names []string
	for _, m := range restarted(t.App, f.Fix) {
		names = append(names, stagedFor(t.App, t.Stored, m)...)
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	fix := f.ownFix()
	fix.Safety, fix.Why = Review, "restarting also brings staged secrets: "+strings.Join(slices.Compact(names), ", ")
}

// StoredByUs says whether a secret has the value that this tool stored: the
// digest that the platform gave for it then. A name and a time prove nothing, as
// somebody may have stored another value at the same moment.
func StoredByUs(s live.Secret, stored map[string]string) bool {
	digest := stored[s.Name]
	return digest != "" && digest == s.Digest
}
